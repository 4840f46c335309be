import { afterAll, beforeAll, expect, test } from 'vitest';
import { languageRemark } from '../../agent/strings/languageRemark.ts';
import { noticeIn } from '../../shared/policy/translation.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent } from '../support/realAgent.ts';

// A translation that was right once: what it says is shown of no later text, in no face, even where the facts are still the same.

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await publish(owner.client, { app: { level: 'category' } });
});
afterAll(() => it.close());

const masterNow = (): Promise<NoticeView> => mia.client.ok('GET', '/notice');

async function translate(): Promise<void> {
  const { hash: master, ...content } = await masterNow();
  await owner.client.ok('PUT', '/notice/in/fr', { master, content: { ...content, language: 'fr', never: 'Jamais.' } });
}

test('once another policy is published the English text is shown, and said to be, on the console and on each device', async () => {
  await translate();
  await using made = await enrolRealAgent(it.url, mia, true);
  const { agent } = made;
  const shown = () => agent.handle({ command: 'notice', language: 'fr' });
  await eventually('the device has it', async () => JSON.stringify(await shown()).includes('Jamais.'));
  expect(await shown()).toMatchObject({ language: { is: 'translation' }, notice: { language: 'fr' } });

  await publish(owner.client, { app: { level: 'name' } });
  const master = await masterNow();
  expect(await mia.client.ok('GET', '/notice/in/fr')).toMatchObject({ is: 'stale', notice: master });
  await eventually('so has the device', async () => JSON.stringify(await shown()).includes(master.hash));
  expect(await shown()).toMatchObject({ language: { is: 'stale' }, notice: master });
  expect(languageRemark('stale', 'fr')).toContain('The English one counts');
});

test('also where only whom people can turn to has changed: the facts are the same, and the text is another', async () => {
  await translate();
  expect(await mia.client.ok('GET', '/notice/in/fr')).toMatchObject({ is: 'translation' });
  const { revision } = await owner.client.ok('GET', '/contacts');
  const privacy = { name: 'Paula Officer', email: 'privacy@acme.example.com' };
  await owner.client.ok('PUT', '/contacts', { baseRevision: revision, authority: null, privacy });
  const stale = await mia.client.ok('GET', '/notice/in/fr');
  expect(stale).toMatchObject({ is: 'stale', notice: await masterNow() });
  expect(stale.notice.appeal).toContain('Paula Officer');
});

test('a translation that claims to be of this text and hides something of it is stale, whoever stored it', async () => {
  const { policy } = await mia.client.ok('GET', '/policy');
  const master = await masterNow();
  const { hash, ...content } = master;
  const lying = { ...content, language: 'fr', collected: [] };
  expect(noticeIn('fr', master, [{ master: hash, content: lying }], policy)).toEqual({ notice: master, is: 'stale' });
  const another = { master: '0'.repeat(64), content: { ...content, language: 'fr' } };
  expect(noticeIn('fr', master, [another], policy), 'of another text that says the same').toMatchObject({
    is: 'stale',
  });
  const german = noticeIn('de', master, [], { ...policy, parameters: {} });
  expect(german, 'nor do words of this Daylight about another policy').toEqual({ notice: master, is: 'stale' });
});
