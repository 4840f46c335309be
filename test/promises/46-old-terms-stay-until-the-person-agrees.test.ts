import { expect, test } from 'vitest';
import type { Agent } from '../../agent/core/agent.ts';
import { statusLines } from '../../agent/core/statusWords.ts';
import { whyOffHere } from '../../agent/core/words.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { acknowledgedWords } from '../../agent/strings/acknowledged.ts';
import { agreementLines } from '../../agent/strings/agreement.ts';
import { en as agentEn } from '../../agent/strings/en.ts';
import { layerText } from '../../server/console/layers/layerWords.ts';
import { en } from '../../server/console/strings/en.ts';
import { decidedBy, decidedLevels } from '../../shared/policy/ceilings.ts';
import { Lease } from '../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS, PersonalTerms } from '../../shared/policy/personal.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import type { RuleChange } from '../../shared/policy/policy.ts';
import type { LayersView } from '../../shared/protocol/http/layers.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { addMember, type Member, publish, startServer as startWholeServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import {
  acknowledgementBy,
  connect,
  type ServerKit,
  signAs,
  startServer,
  type TestDevice,
} from '../support/ingestKit.ts';
import { enrolRealAgent } from '../support/realAgent.ts';
import { createRig } from '../support/recording.ts';

// PROMISES 46: what takes a right away binds nobody who has not agreed; to have read it is not to agree.

async function leaseOf(kit: ServerKit, device: TestDevice): Promise<Lease> {
  return Lease.parse(JSON.parse((await kit.control.lease(device.record)).payload));
}

async function readOn(kit: ServerKit, device: TestDevice): Promise<void> {
  await kit.control.acknowledge(device.record, await acknowledgementBy(device, await kit.control.current(kit.org)));
}

async function agreeOn(kit: ServerKit, device: TestDevice): Promise<void> {
  const read = JSON.parse((await acknowledgementBy(device, await kit.control.current(kit.org))).payload);
  const { at, ...rest } = read;
  const signed = signAs(device, 'daylight/acknowledgement/v1', { ...rest, agreed: true, at });
  await kit.control.acknowledge(device.record, signed);
}

async function verdict(kit: ServerKit, device: TestDevice, level = 'name') {
  const { document } = await kit.control.current(kit.org);
  await kit.control.lease(device.record);
  const record = (await kit.store.device(device.record.device)) ?? device.record;
  const capturedAt = kit.clock.now();
  const question = { parameter: 'app', level, device: record, capturedAt, claimedVersion: document.version } as const;
  return kit.control.judge(question);
}

const APP: RuleChange<'app'> = { level: 'name', retentionDays: 10, viewers: ['owner'], basis: 'legitimate_interest' };
const LESS_SAY: RuleChange<'app'> = { basis: 'contract', retentionDays: 90, viewers: ['owner', 'manager'] };

test('whoever has not agreed is collected from as before, kept as long, seen by as few, for ever', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: LESS_SAY });
  for (const wait of [0, DAY, 400 * DAY]) {
    kit.clock.advance(wait);
    expect(await verdict(kit, device), `after ${wait} ms`).toEqual({
      allowed: true,
      retentionDays: 10,
      termsVersion: 2,
    });
  }
  await readOn(kit, device);
  expect(await verdict(kit, device), 'to have read it is not to agree').toMatchObject({ retentionDays: 10 });
  const { terms } = await leaseOf(kit, device);
  expect(terms.agreed?.parameters).toMatchObject({ app: { version: 2, rule: APP } });
});

test('who agrees is bound by the new terms from then on, on each of their devices, and by no more than them', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP });
  const [device, other] = [await kit.enrol(), await kit.enrol()];
  kit.clock.advance(HOUR);
  await kit.publish({ app: LESS_SAY });
  await agreeOn(kit, device);
  expect(await verdict(kit, device)).toEqual({ allowed: true, retentionDays: 90, termsVersion: 3 });
  expect((await leaseOf(kit, device)).terms.agreed).toBeUndefined();
  expect((await leaseOf(kit, other)).terms.agreed).toBeUndefined();
  expect((await leaseOf(kit, other)).acknowledged['app'], 'not read on this one').toBe('off');
  const { decided } = await kit.control.standing({ org: kit.org, person: kit.person });
  expect(decided.at(-1)?.decision).toMatchObject({ kind: 'agreed', version: 3, device: device.record.device });
});

test('an agreement that no device signed, or that another signed, binds nobody', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP });
  const [device, other] = [await kit.enrol(), await kit.enrol()];
  kit.clock.advance(HOUR);
  await kit.publish({ app: { basis: 'contract' } });
  const read = await acknowledgementBy(device, await kit.control.current(kit.org));
  const claims = { ...JSON.parse(read.payload), agreed: true };
  const byAnother = signAs(other, 'daylight/acknowledgement/v1', claims);
  await expect(kit.control.acknowledge(device.record, byAnother)).rejects.toMatchObject({ code: 'bad_request' });
  const changed = { ...read, payload: read.payload.replace('{', '{"agreed":true,') };
  await expect(kit.control.acknowledge(device.record, changed)).rejects.toMatchObject({ code: 'bad_request' });
  expect((await leaseOf(kit, device)).terms.agreed).toBeDefined();
});

test('the pause, the time to review and the length of the lease stay, each without stopping anything', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP, screenshot: { level: 'full' } });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish(
    { session: { employeeMayPause: false } },
    { screenshotReviewSeconds: 0, leaseHours: { observed: 72, entered: 720 } },
  );
  const lease = await leaseOf(kit, device);
  expect(lease.observedUntil - lease.issuedAt).toBe(24 * HOUR);
  expect(lease.acknowledged).toMatchObject({ session: 'on', screenshot: 'full', app: 'name' });
  expect(lease.terms.agreed).toMatchObject({
    screenshotReviewSeconds: 300,
    leaseHours: { observed: 24 },
    parameters: { session: { rule: { employeeMayPause: true } } },
  });
});

test('what is raised with a declared taking stays as it was, and what changes later on the same terms, too', async () => {
  await using kit = await startServer();
  await kit.publish({ app: { ...APP, level: 'category' } });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { level: 'name' } }, { changeClass: 'rights_reducing' });
  await readOn(kit, device);
  expect(await verdict(kit, device)).toMatchObject({ allowed: false });
  expect(await verdict(kit, device, 'category')).toMatchObject({ allowed: true });
  await kit.publish({ app: { retentionDays: 90 } });
  await readOn(kit, device);
  expect(await verdict(kit, device, 'category')).toMatchObject({ allowed: true, retentionDays: 10 });
});

test('for another purpose to which they have not agreed nothing is collected: neither the old policy nor the new allows it', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  const { document } = await kit.publish({ app: { purpose: 'security', basis: 'contract' } });
  await readOn(kit, device);
  expect(await verdict(kit, device)).toMatchObject({ allowed: false });
  const { terms } = await leaseOf(kit, device);
  expect(decidedLevels(decidedBy(document), terms).app).toBe('off');
});

test('what comes back in a later policy stays for nobody, and nobody is asked', async () => {
  await using kit = await startServer();
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ session: { employeeMayPause: false } });
  expect((await leaseOf(kit, device)).terms.agreed).toBeDefined();
  await kit.publish({ session: { employeeMayPause: true } });
  expect((await leaseOf(kit, device)).terms.agreed).toBeUndefined();
  expect((await leaseOf(kit, device)).acknowledged['session']).toBe('on');
});

test('an agreement counts once the time to react to it is over, and the connected agent hears of it then', async () => {
  await using kit = await startServer({ reactionDays: 14, timing: { leaseRenewMs: 365 * DAY } });
  await kit.publish({ app: APP });
  const device = await kit.enrol();
  kit.clock.advance(HOUR);
  await kit.publish({ app: { basis: 'contract', retentionDays: 90 } });
  await agreeOn(kit, device);
  const from = kit.clock.now() + 14 * DAY;
  expect((await leaseOf(kit, device)).terms.agreed?.pending).toEqual({ version: 3, from });
  expect(await verdict(kit, device)).toMatchObject({ allowed: true, retentionDays: 10 });
  await using agent = await connect(kit, device);
  kit.clock.advance(14 * DAY);
  const { lease } = await agent.take('policy');
  expect(Lease.parse(JSON.parse(lease.payload)).terms.agreed).toBeUndefined();
  expect(await verdict(kit, device)).toMatchObject({ retentionDays: 90 });
});

test('whoever came after it agreed by coming: nothing older stays for them', async () => {
  await using kit = await startServer();
  await kit.publish({ app: APP });
  kit.clock.advance(HOUR);
  await kit.publish({ app: { basis: 'contract' } });
  const device = await kit.enrol();
  expect((await leaseOf(kit, device)).terms.agreed).toBeUndefined();
});

test('on their own computer they pause as before, are told once what stays, and agree by an act of its own', async () => {
  const it = await startWholeServer();
  try {
    const owner = await it.addOrganisation('Acme');
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
    await using made = await enrolRealAgent(it.url, mia, true);
    const { agent } = made;
    const notice = () => agent.status().notice;
    await publish(owner.client, { session: { employeeMayPause: false } });
    await eventually('it is here', () => (notice()?.agreement ?? null) !== null);
    expect(notice()).toMatchObject({
      acknowledged: true,
      agreement: { keeps: [{ parameter: 'session', keeps: ['pause'] }], pending: null },
    });
    expect(statusLines(agent.status(), Date.now(), String).join('\n')).toContain('that you may pause');
    const asked = await mia.client.ok('GET', `/people/${mia.person}/consents`);
    expect(asked).toMatchObject({ agreement: { keeps: [{ parameter: 'session', keeps: ['pause'] }] } });

    expect(await agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
    expect(await agent.handle({ command: 'pause' })).toMatchObject({ ok: true });
    expect(await agent.handle({ command: 'resume' })).toMatchObject({ ok: true });
    const version = notice()?.version ?? 0;
    expect(await agent.handle({ command: 'accept_notice', version })).toMatchObject({ ok: true });
    expect(await agent.handle({ command: 'pause' }), 'read, and not agreed to').toMatchObject({ ok: true });
    expect(await agent.handle({ command: 'resume' })).toMatchObject({ ok: true });
    expect(await agent.handle({ command: 'agree', version })).toMatchObject({ ok: true });
    await eventually('it binds', () => notice()?.agreement === null);
    expect(await agent.handle({ command: 'pause' })).toMatchObject({ ok: false });
    expect(await mia.client.ok('GET', `/people/${mia.person}/consents`)).toMatchObject({ agreement: null });
  } finally {
    await it.close();
  }
});

/** What *Why on or off* says of the layer, to the person themself. */
async function whyOf({ client, person }: Member, parameter: string, layer: string): Promise<string> {
  const view: LayersView = await client.ok('GET', `/people/${person}/layers`);
  const explained = view.parameters.find((one) => one.parameter === parameter);
  const said = explained?.layers.find((one) => one.layer === layer);
  if (explained === undefined || said === undefined) throw new Error(`${parameter}: no ${layer}`);
  return layerText(said, { explained, view, now: view.at });
}

test('why something is on or off is said of the old terms where they decide, and they are never said not to stay', async () => {
  const it = await startWholeServer();
  try {
    const owner = await it.addOrganisation('Acme');
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
    await publish(owner.client, { app: { level: 'name', basis: 'consent' } });
    await using made = await enrolRealAgent(it.url, mia, true);
    const onDevice = (id: 'app' | 'session') => made.agent.status().parameters[id].why;
    const [none, other] = [en['why.consent.none'], en['why.consent.other']];
    expect(await whyOf(mia, 'app', 'consent')).toBe(none);
    expect(await whyOf(mia, 'app', 'agreement')).toBe(en['why.agreement.none']);
    expect(await whyOf(mia, 'session', 'consent')).toBe(other);

    await publish(owner.client, { app: { basis: 'legitimate_interest' }, session: { employeeMayPause: false } });
    await eventually('it is here', () => (made.agent.status().notice?.agreement ?? null) !== null);
    expect(await whyOf(mia, 'app', 'consent')).toBe(`${none} ${en['why.byOldTerms']}`);
    expect(await whyOf(mia, 'app', 'agreement')).toBe(en['why.agreement.holds']);
    expect(await whyOf(mia, 'session', 'agreement'), 'of all of it, paused or not').toBe(en['why.agreement.holds']);
    expect(await whyOf(mia, 'session', 'consent')).toBe(other);
    expect(onDevice('app')).toBe(`${agentEn['off.consent']} ${agentEn['off.byOldTerms']}`);
  } finally {
    await it.close();
  }
});

test('what was assessed anew for terms to which the person has not agreed is not said to be unassessed', async () => {
  const { policies, publisher, clock } = await createRig({
    platform: (on) => createScriptedPlatform(script(atTheEditor), on),
    levels: { app: 'name' },
  });
  const rule = policies.policy()?.rules.app;
  const old = { version: 1, rule: { ...rule, reviewBy: clock.now() - DAY } };
  const policy = publisher.policy(2, { app: 'name' });
  const lease = (agreed: object) =>
    publisher.lease(policy, 2, { terms: PersonalTerms.parse({ ...NO_PERSONAL_TERMS, ...agreed }) });
  await policies.accept(policy, lease({ agreed: { parameters: { app: old }, leaseHours: {} } }));
  expect(policies.isByOldTerms('review', 'app', clock.now())).toBe(true);
  expect(whyOffHere(policies, 'app', 'review', clock.now())).toBe(agentEn['off.reviewOldTerms']);
  expect(policies.isByOldTerms('schedule', 'app', clock.now())).toBe(false);
});

/** Which notice was acknowledged last comes with a frame of its own. */
async function saysOf({ status }: Pick<Agent, 'status'>, words: string): Promise<void> {
  const said = () => {
    const { notice } = status();
    return notice === null ? '' : acknowledgedWords(notice, english);
  };
  await eventually(words, () => said() === words).catch(() => expect(said()).toBe(words));
}

test('what is raised while old terms stay waits for the agreement, in the window and in the console alike, and for nothing else', async () => {
  const it = await startWholeServer();
  try {
    const owner = await it.addOrganisation('Acme');
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
    await publish(owner.client, {}, { jurisdiction: 'eea_uk' });
    await using made = await enrolRealAgent(it.url, mia, true);
    const { agent } = made;
    const notice = () => agent.status().notice;
    const seen = async (version: number) => {
      await eventually(`${version} is here`, () => notice()?.version === version);
      const { unread, unagreed } = await mia.client.ok('GET', '/policy/coming');
      return { isAcknowledged: notice()?.acknowledged, unread, unagreed };
    };
    const BY_OLD_TERMS = 'Off: your old terms keep it off, because you have not agreed to what came after them.';
    const [timezone, notes] = [
      { parameter: 'timezone', level: 'on' },
      { parameter: 'notes', level: 'on' },
    ];
    await publish(owner.client, {}, { jurisdiction: null });
    const raised = await publish(owner.client, { timezone: { level: 'on' } });
    expect(await seen(raised)).toEqual({ isAcknowledged: true, unread: [], unagreed: [timezone] });
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(it.clock.now());
    await saysOf(agent, `You acknowledged notice 2 on ${day}. Nothing in this one waits for you to acknowledge it.`);
    const [head, ...kept] = agreementLines({ agreement: notice()?.agreement ?? null });
    expect(head, 'the third took it, the fourth raised').toMatch(/^Notice 3 took something from you\./);
    expect(kept.slice(0, -1).filter((line) => !line.startsWith('Time zone: how much is collected'))).toEqual([]);
    expect(kept.at(-1)).toMatch(/^Not collected now, and only as you agreed .*: .*Window title/);
    const more = await publish(owner.client, { notes: { level: 'on' } });
    expect(await seen(more), 'no old terms keep notes').toEqual({
      ...{ isAcknowledged: false, unread: [notes], unagreed: [timezone] },
    });
    expect(await agent.handle({ command: 'accept_notice', version: more })).toMatchObject({ ok: true });
    await eventually('it counts', () => notice()?.acknowledged === true);
    await saysOf(agent, 'You have acknowledged it.');
    expect(await seen(more)).toEqual({ isAcknowledged: true, unread: [], unagreed: [timezone] });
    expect(agent.status().parameters.timezone.why).toBe(BY_OLD_TERMS);
    expect(await agent.handle({ command: 'agree', version: more })).toMatchObject({ ok: true });
    await eventually('it binds', () => notice()?.agreement === null);
    expect(await seen(more)).toEqual({ isAcknowledged: true, unread: [], unagreed: [] });
    expect(agent.status().parameters.timezone.why).not.toBe(BY_OLD_TERMS);
  } finally {
    await it.close();
  }
});

test('whoever is named as a viewer by it reads nothing of somebody who has not agreed', async () => {
  const it = await startWholeServer();
  try {
    const owner = await it.addOrganisation('Acme');
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
    await publish(owner.client, { app: { level: 'name', viewers: ['manager'] } });
    await using made = await enrolRealAgent(it.url, mia, true);
    const version = await publish(owner.client, { app: { basis: 'contract', viewers: ['manager', 'owner'] } });
    const query = `day=${new Date(it.clock.now()).toISOString().slice(0, 10)}&parameter=app&purpose=project_costing`;
    const look = () => owner.client.send('GET', `/people/${mia.person}/observations?${query}`);
    await eventually('it is here', () => (made.agent.status().notice?.agreement ?? null) !== null);
    expect((await look()).status).toBe(403);
    expect(await made.agent.handle({ command: 'agree', version })).toMatchObject({ ok: true });
    await eventually('it binds', () => made.agent.status().notice?.agreement === null);
    expect((await look()).status).toBe(200);
  } finally {
    await it.close();
  }
});
