import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { keys } from '../../../server/console/api/keys.ts';
import { followOtherTabs, tellOtherTabs } from '../../../server/console/api/otherTabs.ts';

/** A tab in which somebody is signed in, and sees a day. `session` is the one that all tabs have. */
async function openTab(session: { person: string | null }) {
  const client = new QueryClient();
  let asked = 0;
  const readMe = async () => {
    asked += 1;
    return session.person === null ? null : { person: { id: session.person } };
  };
  await client.query({ queryKey: keys.me, queryFn: readMe });
  client.setQueryData(['day'], 'of Mia');
  const leave = followOtherTabs(client);
  return { client, leave, asked: () => asked };
}

test.each([null, 'bob'])(
  'when another tab signs the person out, or somebody else in (%s), this one knows and forgets what it showed',
  async (now) => {
    const session = { person: 'alice' as string | null };
    const tab = await openTab(session);
    session.person = now;
    tellOtherTabs();
    await expect.poll(() => tab.client.getQueryData(['day'])).toBeUndefined();
    expect(tab.client.getQueryData(keys.me)).toEqual(now === null ? null : { person: { id: now } });
    tab.leave();
  },
);

test('when the same person signs in again in another tab, what this one shows and holds stays', async () => {
  const session = { person: 'alice' };
  const tab = await openTab(session);
  tellOtherTabs();
  await expect.poll(() => tab.asked()).toBe(2);
  await expect.poll(() => tab.client.isFetching()).toBe(0);
  expect(tab.client.getQueryData(['day'])).toBe('of Mia');
  tab.leave();
});
