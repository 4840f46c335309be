import { expect, it } from 'vitest';
import { askedOf } from '../../../../server/control/consenting.ts';
import { decidedBy, decidedLevels } from '../../../../shared/policy/ceilings.ts';
import type { PolicyChange } from '../../../../shared/protocol/http/policy.ts';
import { HOUR } from '../../../../shared/time.ts';
import { acknowledgementBy, type ServerKit, signAs, startServer, type TestDevice } from '../../../support/ingestKit.ts';

const TITLES = { title: { level: 'full', basis: 'consent' } } as const;

async function says(kit: ServerKit, device: TestDevice, answer: 'yes' | 'no'): Promise<void> {
  const asked = askedOf(await kit.control.current(kit.org), await kit.control.rulesFor(device.record), 'title');
  const { org, person, device: id } = device.record;
  const shown = answer === 'yes' ? asked?.shown : null;
  const payload = { org, person, device: id, parameter: 'title', shown, at: kit.clock.now() };
  await kit.control.consent(device.record, signAs(device, 'daylight/consent/v1', payload));
}

async function consents(kit: ServerKit, { record }: TestDevice): Promise<readonly string[]> {
  return [...(await kit.control.standing(record)).consents.keys()];
}

it('a computer enrolled a moment ago beside one of theirs neither consents nor agrees for a person; it withdraws, and after 72 hours it does both', async () => {
  await using kit = await startServer();
  await kit.publish(TITLES);
  const theirs = await kit.enrol();
  kit.clock.advance(73 * HOUR);
  const planted = await kit.enrol();
  await says(kit, planted, 'yes');
  expect(await consents(kit, theirs)).toEqual([]);

  const worse = await kit.publish({ session: { employeeMayPause: false } });
  const read = await acknowledgementBy(planted, worse);
  const agreed = { ...JSON.parse(read.payload), agreed: true };
  await kit.control.acknowledge(planted.record, signAs(planted, 'daylight/acknowledgement/v1', agreed));
  expect((await kit.control.standing(theirs.record)).agreements).toEqual([]);

  await says(kit, theirs, 'yes');
  expect(await consents(kit, theirs)).toEqual(['title']);
  await says(kit, planted, 'no');
  expect(await consents(kit, theirs)).toEqual([]);

  kit.clock.advance(72 * HOUR);
  await says(kit, planted, 'yes');
  expect(await consents(kit, theirs)).toEqual(['title']);
});

it('the first computer of a person consents for them at once', async () => {
  await using kit = await startServer();
  await kit.publish(TITLES);
  const first = await kit.enrol();
  await says(kit, first, 'yes');
  expect(await consents(kit, first)).toEqual(['title']);
});

it('a consent that stays because its terms do is still asked about, so that it can be seen and withdrawn', async () => {
  await using kit = await startServer();
  await kit.publish(TITLES);
  const device = await kit.enrol();
  await says(kit, device, 'yes');
  kit.clock.advance(1_000);
  await kit.publish({ title: { basis: 'legitimate_interest' } });
  const asked = askedOf(await kit.control.current(kit.org), await kit.control.rulesFor(device.record), 'title');
  expect(asked).toMatchObject({ parameter: 'title', level: 'full' });
  expect(await consents(kit, device)).toEqual(['title']);
  await says(kit, device, 'no');
  expect(await consents(kit, device)).toEqual([]);
});

it.each<[string, NonNullable<PolicyChange['parameters']>['title']]>([
  ['a longer time', { retentionDays: 60 }],
  ['more viewers', { viewers: ['owner', 'admin'] }],
  ['another purpose', { purpose: 'support' }],
])('a consent was not to %s: having read of that collects nothing, and it is asked for again', async (_, wider) => {
  await using kit = await startServer();
  await kit.publish({ title: { level: 'full', basis: 'consent', retentionDays: 7, viewers: ['owner'] } });
  const device = await kit.enrol();
  await says(kit, device, 'yes');
  kit.clock.advance(1_000);
  const allowed = async () => {
    const { document } = await kit.control.current(kit.org);
    return decidedLevels(decidedBy(document), (await kit.control.standing(device.record)).terms).title;
  };
  expect(await allowed()).toBe('full');
  const changed = await kit.publish({ title: wider });
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, changed, 1));
  expect(await allowed()).toBe('off');
  await says(kit, device, 'yes');
  expect(await allowed()).toBe('full');
  await kit.publish({ title: { retentionDays: 1, viewers: [] } });
  expect(await allowed()).toBe('full');
});
