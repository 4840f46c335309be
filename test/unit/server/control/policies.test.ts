import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNotices } from '../../../../server/control/notices.ts';
import { payloadHash, verifySigned } from '../../../../server/control/signer.ts';
import { instantOf, toldOnAny } from '../../../../server/control/told.ts';
import type { AcknowledgementRecord, Store } from '../../../../server/store/store.ts';
import type { ParameterId } from '../../../../shared/catalog.ts';
import { OrgId } from '../../../../shared/ids.ts';
import { DAY, HOUR, SECOND } from '../../../../shared/time.ts';
import {
  acknowledgementBy,
  connect,
  receiptBy,
  type ServerKit,
  signAs,
  startServer,
} from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';
import { sealedText } from '../../../support/sealedForTest.ts';

async function proofOf(kit: ServerKit, parameter: ParameterId) {
  const { parameters } = await kit.control.proof(kit.org);
  return parameters.find((one) => one.parameter === parameter);
}

/** The most that the person of the kit has acknowledged on any of their active devices, now. */
async function acknowledgedIn({ control, store, clock, org, person }: ServerKit) {
  const devices = await store.devices(org);
  const theirs = devices.filter((device) => device.person === person && device.status === 'active');
  const now = instantOf(clock.now(), await control.current(org));
  return toldOnAny([...(await control.toldOn(org, theirs)).values()].map((told) => told.at(now)));
}

describe('publishing', () => {
  it('begins with the defaults of the register, once', async () => {
    await using kit = await startServer();
    const first = await kit.control.current(kit.org);
    expect(first.document).toMatchObject({ version: 1, previousHash: null, parameters: { title: { level: 'off' } } });
    await expect(kit.control.begin(kit.org, { reactionDays: 0 })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('chains each version to the one before, signed by the policy key, with author and sealed reason', async () => {
    await using kit = await startServer();
    const first = await kit.control.current(kit.org);
    const second = await kit.publish({ app: { level: 'name' } }, { reason: 'costing of project X' });
    const { policyKey } = (await kit.organisations.signer(kit.org)).identity;
    expect(verifySigned('daylight/policy/v1', second.signed, policyKey)).toBe(true);
    expect(second.document).toMatchObject({ version: 2, previousHash: first.hash });
    expect(second.hash).toBe(payloadHash(second.signed.payload));
    expect(second.document.parameters.app.noticeVersion).toBe(2);
    expect(second.document.parameters.title.noticeVersion).toBe(1);
    const stored = (await kit.store.policies(kit.org))[1];
    expect(Buffer.from(stored?.reason ?? []).includes('costing')).toBe(false);
    await kit.restart();
    expect(await kit.control.current(kit.org)).toEqual(second);
    expect(second.reason).toBe('costing of project X');
  });

  it('refuses a change made from another version, one that changes nothing, and one that is no policy', async () => {
    await using kit = await startServer();
    await kit.publish({ app: { level: 'name' } });
    await expect(kit.publish({ app: { level: 'off' } }, { baseVersion: 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(kit.publish({ app: { level: 'name' } })).rejects.toMatchObject({ code: 'conflict' });
    await expect(kit.publish({ app: { retentionDays: 9_999 } })).rejects.toMatchObject({
      ...{ code: 'bad_request', field: 'parameters.app.retentionDays' },
    });
    expect((await kit.control.current(kit.org)).document.version).toBe(2);
  });

  it('lets one of two simultaneous changes through and refuses the other', async () => {
    await using kit = await startServer();
    const results = await Promise.allSettled([
      kit.publish({ app: { level: 'name' } }),
      kit.publish({ title: { level: 'full' } }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('needs a new notice for more, for another purpose, for longer and for more viewers, and for nothing less', async () => {
    await using kit = await startServer();
    await kit.publish({ app: { level: 'name' }, title: { level: 'full' } }); // 2
    await kit.publish({ app: { level: 'category' }, title: { retentionDays: 1 } }); // 3: less
    let { parameters } = (await kit.control.current(kit.org)).document;
    expect([parameters.app.noticeVersion, parameters.title.noticeVersion]).toEqual([2, 2]);
    await kit.publish({ app: { purpose: 'security' }, title: { retentionDays: 2 } }); // 4
    ({ parameters } = (await kit.control.current(kit.org)).document);
    expect([parameters.app.noticeVersion, parameters.title.noticeVersion]).toEqual([4, 4]);
    await kit.publish({ app: { viewers: ['owner', 'manager', 'admin'] } }); // 5
    expect((await kit.control.current(kit.org)).document.parameters.app.noticeVersion).toBe(5);
  });

  it.each(['admin', 'manager'] as const)('lets nobody but an owner name more viewers: not an %s', async (as) => {
    await using kit = await startServer();
    await kit.publish({ app: { viewers: ['owner'], level: 'name' } });
    const before = await kit.control.current(kit.org);
    await expect(kit.publish({ app: { viewers: ['owner', 'manager'] } }, { as })).rejects.toMatchObject({
      code: 'forbidden',
      field: 'parameters.app.viewers',
    });
    expect((await kit.control.current(kit.org)).hash).toBe(before.hash);
    await kit.publish({ app: { viewers: [], level: 'category' } }, { as });
    expect((await kit.control.current(kit.org)).document.parameters.app.viewers).toEqual([]);
  });

  it('keeps organisations apart: a policy of one is unknown to the other, and so are its keys', async () => {
    await using kit = await startServer();
    const other = await kit.organisations.create(OrgId.parse(randomUUID()), 'Other AG');
    const theirs = await kit.control.begin(other.org, { reactionDays: 0 });
    const ours = (await kit.organisations.signer(kit.org)).identity;
    expect(verifySigned('daylight/policy/v1', theirs.signed, ours.policyKey)).toBe(false);
    expect(new Set([ours.policyKey, ours.serverKey, other.policyKey, other.serverKey]).size).toBe(4);
    expect(await kit.organisations.all()).toHaveLength(2);
  });

  it('refuses to serve a policy that was changed in the store', async () => {
    const real = createReferenceStore();
    let tamper = false;
    const store: Store = {
      ...real,
      policies: async (org) =>
        (await real.policies(org)).map((record) => {
          const payload = record.signed.payload.replace('"level":"off"', '"level":"on"');
          return tamper ? { ...record, hash: payloadHash(payload), signed: { ...record.signed, payload } } : record;
        }),
    };
    await using kit = await startServer({ store });
    tamper = true;
    await kit.restart();
    await expect(kit.control.current(kit.org)).rejects.toMatchObject({
      ...{ code: 'unavailable', message: 'policy version 1 in the store was changed after it was published' },
    });
  });
});

describe('what a person has been told of', () => {
  it('lifts with an acknowledgement, falls with a lowering, and needs a new one after that', async () => {
    await using kit = await startServer();
    const device = await kit.enrol({ acknowledge: false });
    const told = async () => (await acknowledgedIn(kit)).app;
    const high = await kit.publish({ app: { level: 'name' } });
    expect(await told()).toBe('off');
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, high));
    expect(await told()).toBe('name');
    kit.clock.advance(1);
    const low = await kit.publish({ app: { level: 'category' } });
    kit.clock.advance(1);
    const again = await kit.publish({ app: { level: 'name' } });
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, low));
    expect(await told()).toBe('category');
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, again));
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, low)); // older: tells nothing new
    expect(await told()).toBe('name');
  });

  it('is what was acknowledged on that very device: another one of the person neither lifts nor lowers it', async () => {
    await using kit = await startServer();
    const [real, foreign] = [await kit.enrol(), await kit.enrol()];
    const policy = await kit.publish({ app: { level: 'name' } });
    await using listening = await connect(kit, real);
    await kit.control.acknowledge(foreign.record, await acknowledgementBy(foreign, policy));
    const leased = async (device: typeof real): Promise<string> =>
      JSON.parse((await kit.control.lease(device.record)).payload).acknowledged.app;
    expect([await leased(real), await leased(foreign)]).toEqual(['off', 'name']);
    kit.clock.advance(1);
    const question = {
      ...({ parameter: 'app', level: 'name', capturedAt: kit.clock.now(), claimedVersion: 2 } as const),
    };
    expect([
      await kit.control.judge({ ...question, device: real.record }),
      await kit.control.judge({ ...question, device: foreign.record }),
    ]).toEqual([
      { allowed: false, reason: 'notice_not_acknowledged' },
      { allowed: true, retentionDays: 60, termsVersion: 2 },
    ]);
    expect(listening.frames.filter(({ type }) => type === 'policy')).toEqual([]);
    expect((await acknowledgedIn(kit)).app).toBe('name');
    await kit.store.changeDevice(kit.org, foreign.record.device, { status: 'retired' });
    expect((await acknowledgedIn(kit)).app).toBe('off');
    await kit.control.receive(real.record, receiptBy(real, policy));
    expect(await proofOf(kit, 'app')).toMatchObject({ devices: 1, confirmed: 1, active: 0 });
  });

  it('is off after the terms were widened until the new notice is acknowledged', async () => {
    await using kit = await startServer();
    await kit.publish({ app: { level: 'name' } });
    const device = await kit.enrol();
    kit.clock.advance(1);
    const wider = await kit.publish({ app: { viewers: ['owner', 'manager', 'admin'] } });
    expect(await acknowledgedIn(kit)).toMatchObject({ app: 'off', session: 'on' });
    kit.clock.advance(1);
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, wider));
    expect(await acknowledgedIn(kit)).toMatchObject({ app: 'name' });
  });

  it('is lifted by no row that this server did not seal, nor by one whose version or instant was changed', async () => {
    const real = createReferenceStore();
    let edit = (one: AcknowledgementRecord): AcknowledgementRecord => one;
    const store: Store = {
      ...real,
      acknowledgements: async (...all) => (await real.acknowledgements(...all)).map((one) => edit(one)),
      acknowledgementsIn: async (...all) => (await real.acknowledgementsIn(...all)).map((one) => edit(one)),
    };
    await using kit = await startServer({ store });
    const [device, other] = [await kit.enrol({ acknowledge: false }), await kit.enrol({ acknowledge: false })];
    const told = async () => {
      await kit.restart(); // or it would be remembered
      return (await acknowledgedIn(kit)).app;
    };
    const policy = await kit.publish({ app: { level: 'name' } });
    const { org, person } = kit;
    const invented = {
      ...{ org, person, device: other.record.device },
      noticeVersion: 2,
      terms: 0,
      at: policy.publishedAt,
    };
    await real.putAcknowledgement({ ...invented, acknowledgement: sealedText('invented') });
    expect(await told()).toBe('off');
    await kit.control.acknowledge(
      device.record,
      await acknowledgementBy(device, await kit.publish({ app: { level: 'off' } })),
    );
    await kit.publish({ app: { level: 'category' } });
    for (const changed of [{ noticeVersion: 4 }, { at: policy.publishedAt - 1 }, { device: other.record.device }]) {
      edit = (one) => (one.noticeVersion === 3 ? { ...one, noticeVersion: 4, ...changed } : one);
      expect(await told()).toBe('off');
    }
    edit = (one) => one;
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, await kit.control.current(kit.org)));
    expect(await told()).toBe('category');
    edit = (one) => ({ ...one, at: one.at + 1 });
    kit.clock.advance(SECOND);
    expect(await told()).toBe('off');
  });

  it('counts at once, and stays, when it is acknowledged while the clock of the server is set back', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.publish({ app: { level: 'name' } });
    kit.clock.advance(-2 * SECOND);
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy));
    const lifted = async () => [
      JSON.parse((await kit.control.lease(device.record)).payload).acknowledged.app,
      (await acknowledgedIn(kit)).app,
    ];
    expect(await lifted()).toEqual(['name', 'name']);
    const [, kept] = await kit.store.acknowledgements(kit.org, kit.person);
    expect(kept?.at).toBe(policy.publishedAt);
    kit.clock.advance(DAY);
    expect(await lifted()).toEqual(['name', 'name']);
  });

  it('refuses an acknowledgement with a wrong hash, another person’s, and one signed for something else', async () => {
    await using kit = await startServer();
    const [device, other] = [await kit.enrol({ acknowledge: false }), await kit.enrol({ acknowledge: false })];
    const policy = await kit.control.current(kit.org);
    const good = await acknowledgementBy(device, policy);
    const said = JSON.parse(good.payload) as Record<string, unknown>;
    const bad = [
      signAs(device, 'daylight/acknowledgement/v1', { ...said, policyHash: 'a'.repeat(64) }),
      signAs(device, 'daylight/acknowledgement/v1', { ...said, device: other.record.device }),
      signAs(device, 'daylight/receipt/v1', said),
      await acknowledgementBy(other, policy),
    ];
    for (const one of bad) {
      await expect(kit.control.acknowledge(device.record, one)).rejects.toMatchObject({ code: 'bad_request' });
    }
    expect(await kit.store.acknowledgements(kit.org, kit.person)).toEqual([]);
  });

  it('is written in the notice that the hash names', async () => {
    await using kit = await startServer();
    const policy = await kit.publish({ app: { level: 'name' } });
    const notice = await createNotices(kit).of(policy, 'in_force');
    expect(notice).toMatchObject({ version: 2, policyHash: policy.hash });
    expect(notice.collected.map((line) => line.parameter)).toEqual(['session', 'app', 'project']);
  });
});

describe('proof', () => {
  const nobody = { devices: 0, connected: 0, running: 0, stopsBy: null, named: [] };

  it('counts a device as confirmed only after its signed receipt for the policy in force', async () => {
    await using kit = await startServer();
    await kit.publish({ app: { level: 'name' } });
    const device = await kit.enrol();
    await using _agent = await connect(kit, device);
    const before = await kit.control.current(kit.org);
    await kit.control.receive(device.record, receiptBy(device, before, {}, { app: 'name' }));
    expect(await proofOf(kit, 'app')).toMatchObject({ devices: 1, confirmed: 1, active: 1, waiting: nobody });

    kit.clock.advance(1_000);
    const off = await kit.publish({ app: { level: 'off' } });
    expect(await proofOf(kit, 'app')).toMatchObject({
      ...{ requested: 'off', requestedAt: kit.clock.now(), confirmed: 0, active: 0, timeToEffectMs: null },
      waiting: { devices: 1, connected: 1, running: 0, stopsBy: null, named: [] },
    });
    await kit.control.receive(device.record, receiptBy(device, before, {}, { app: 'name' })); // an old one, late
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 0 });
    kit.clock.advance(300);
    await kit.control.receive(device.record, receiptBy(device, off));
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 1, active: 0, waiting: nobody, timeToEffectMs: 300 });
  });

  it('says how long a rule took until every device had confirmed it, the same for ever', async () => {
    await using kit = await startServer();
    const { device, off } = await switchedOff(kit);
    const say = (policy: typeof off, active: Parameters<typeof receiptBy>[3] = {}) =>
      kit.control.receive(device.record, receiptBy(device, policy, {}, active));
    const took = async () => (await proofOf(kit, 'app'))?.timeToEffectMs;
    kit.clock.advance(300);
    await say(off);
    expect(await took()).toBe(300);
    kit.clock.advance(SECOND);
    await say(off, { app: 'name' });
    expect(await took()).toBeNull();
    await say(off);
    expect(await took()).toBe(300);
    await kit.restart();
    expect(await took()).toBe(300);
    kit.clock.advance(37 * 60 * SECOND);
    await say(off);
    expect(await took()).toBe(300);
    const later = await kit.publish({ notes: { level: 'on' } });
    await say(later);
    expect(await took()).toBe(300);
    const newcomer = await kit.enrol();
    await kit.control.receive(newcomer.record, receiptBy(newcomer, later));
    expect(await took()).toBe(300);
    await kit.restart();
    expect(await took()).toBe(300);
  });

  it('counts the device that was there when the rule changed, and spoke for the first time long after it', async () => {
    await using kit = await startServer();
    const slow = await kit.enrol();
    const { device: quick, off } = await switchedOff(kit);
    kit.clock.advance(300);
    await kit.control.receive(quick.record, receiptBy(quick, off));
    kit.clock.advance(HOUR);
    await kit.control.receive(slow.record, receiptBy(slow, off));
    const took = { confirmed: 2, devices: 2, timeToEffectMs: HOUR + 300 };
    expect(await proofOf(kit, 'app')).toMatchObject(took);
    await kit.restart();
    expect(await proofOf(kit, 'app')).toMatchObject(took);
  });

  it('does not say how long it took where the receipt that said so first is not kept any more', async () => {
    await using kit = await startServer();
    const { device, off } = await switchedOff(kit);
    await kit.control.receive(device.record, receiptBy(device, off, {}, { app: 'name' }));
    kit.clock.advance(300);
    await kit.control.receive(device.record, receiptBy(device, off));
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 1, timeToEffectMs: 300 });
    await kit.restart();
    await kit.control.receive(device.record, receiptBy(device, off));
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 1, timeToEffectMs: null });
  });

  it('lets a receipt stand for what has not changed since, and leaves only what has in doubt', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const before = await kit.publish({ title: { level: 'redacted' } });
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, before));
    await kit.control.receive(device.record, receiptBy(device, before, {}, { title: 'redacted' }));
    kit.clock.advance(1_000);
    await kit.publish({ title: { level: 'off' } });
    // The device is away: what it last signed of the other parameters still holds, and of the title it says nothing.
    expect(await proofOf(kit, 'app')).toMatchObject({
      confirmed: 1,
      waiting: nobody,
      contradicting: [],
      timeToEffectMs: null,
    });
    expect(await proofOf(kit, 'title')).toMatchObject({ confirmed: 0, contradicting: [] });
    expect((await proofOf(kit, 'title'))?.waiting).toMatchObject({ devices: 1, connected: 0, running: 1 });
    // A rule that changed and changed back is another rule: it was not in force without a break.
    await kit.publish({ app: { level: 'category' } });
    await kit.publish({ app: { level: 'off' } });
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 0 });
  });

  it('holds no lease for ended, and names no device, because a policy was published while the clock was ahead', async () => {
    await using kit = await startServer();
    await kit.enrol();
    kit.clock.set(30 * DAY);
    await kit.publish({ app: { level: 'name' } });
    kit.clock.set(-30 * DAY);
    expect((await proofOf(kit, 'app'))?.waiting).toMatchObject({ devices: 1, connected: 0, running: 1, named: [] });
  });

  it('names a device whose receipt says that it still collects, or still keeps, what is off', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.control.current(kit.org);
    await kit.control.receive(device.record, receiptBy(device, policy, {}, { title: 'full' }));
    expect(await proofOf(kit, 'title')).toMatchObject({ confirmed: 0, contradicting: [device.record.device] });
    const honest = JSON.parse(receiptBy(device, policy).payload) as { parameters: Record<string, { waiting: number }> };
    const keeping = { ...honest.parameters, title: { ...honest.parameters['title'], waiting: 3 } };
    await kit.control.receive(device.record, receiptBy(device, policy, { parameters: keeping as never }));
    expect(await proofOf(kit, 'title')).toMatchObject({ confirmed: 0, contradicting: [device.record.device] });
    expect(await proofOf(kit, 'app')).toMatchObject({ confirmed: 1, contradicting: [] });
  });

  it('refuses a receipt that contradicts itself, and takes every kind that an honest agent sends', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.control.current(kit.org);
    const honest = JSON.parse(receiptBy(device, policy).payload) as { parameters: Record<string, object> };
    const saying = (state: object) =>
      kit.control.receive(
        device.record,
        receiptBy(device, policy, { parameters: { ...honest.parameters, title: state } as never }),
      );
    const contradictions = [
      { state: 'off', level: 'off', reason: null, waiting: 0 },
      { state: 'off', level: 'full', reason: 'policy', waiting: 0 },
      { state: 'off', level: 'off', reason: 'contradicts_policy', waiting: 1 },
      { state: 'active', level: 'full', reason: 'policy', waiting: 0 },
      { state: 'active', level: 'off', reason: null, waiting: 0 },
      { state: 'active', level: 'off', reason: 'contradicts_policy', waiting: 0 },
      { state: 'active', level: 'host_path', reason: null, waiting: 0 },
    ];
    for (const state of contradictions) {
      await expect(saying(state), JSON.stringify(state)).rejects.toMatchObject({
        ...{ code: 'bad_request', field: expect.stringMatching(/^parameters\.title\./) },
      });
    }
    const said = [
      { state: 'off', level: 'off', reason: 'lease', waiting: 3 },
      { state: 'active', level: 'full', reason: null, waiting: 3 },
      { state: 'active', level: 'full', reason: 'contradicts_policy', waiting: 0 },
      { state: 'active', level: 'off', reason: 'contradicts_policy', waiting: 2 },
    ];
    for (const state of said) await saying(state);
  });

  it('is not turned back by a receipt that is played again on a new connection', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.publish({ app: { level: 'name' } });
    await kit.control.acknowledge(device.record, await acknowledgementBy(device, policy));
    const off = receiptBy(device, policy, { at: kit.clock.now() });
    kit.clock.advance(1_000);
    const active = receiptBy(device, policy, { at: kit.clock.now() }, { app: 'name' });
    const isActive = async () => (await proofOf(kit, 'app'))?.active;
    await kit.control.receive(device.record, off, kit.clock.now() - 2_000);
    await kit.control.receive(device.record, active, kit.clock.now() - 2_000);
    expect(await isActive()).toBe(1);
    kit.clock.advance(60_000);
    await kit.control.receive(device.record, off, kit.clock.now());
    expect(await isActive()).toBe(1);
    // A clock that was set back: what was signed after this connection began is new, whatever its hour.
    await kit.control.receive(device.record, off, JSON.parse(off.payload).at - 5);
    expect(await isActive()).toBe(0);
  });

  it('reads what is kept once, however often old receipts are played again', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const policy = await kit.control.current(kit.org);
    const old = receiptBy(device, policy, { at: kit.clock.now() });
    kit.clock.advance(1_000);
    await kit.control.receive(device.record, receiptBy(device, policy, { at: kit.clock.now() }));
    kit.clock.advance(1_000);
    const { receipts } = kit.store;
    let reads = 0;
    kit.store.receipts = (...of) => {
      reads += 1;
      return receipts(...of);
    };
    for (let n = 0; n < 20; n += 1) expect(await kit.control.receive(device.record, old, kit.clock.now())).toBe(false);
    expect(reads).toBe(1);
  });

  it('refuses a receipt about a policy that was never published, and one of another device', async () => {
    await using kit = await startServer();
    const [device, other] = [await kit.enrol(), await kit.enrol()];
    const policy = await kit.control.current(kit.org);
    const forged = [
      receiptBy(device, { document: { version: 9 }, hash: policy.hash }),
      receiptBy(device, { document: policy.document, hash: 'b'.repeat(64) }),
      receiptBy(other, policy),
    ];
    for (const one of forged) {
      await expect(kit.control.receive(device.record, one)).rejects.toMatchObject({ code: 'bad_request' });
    }
    expect(await proofOf(kit, 'app')).toMatchObject({ devices: 2, confirmed: 0 });
  });

  it('does not count a retired device', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await kit.store.changeDevice(kit.org, device.record.device, { status: 'retired' });
    expect(await proofOf(kit, 'app')).toMatchObject({
      devices: 0,
      confirmed: 0,
      waiting: nobody,
      timeToEffectMs: null,
    });
  });

  it('says so to whoever listens, until they stop listening', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    let calls = 0;
    const stop = kit.control.onChange(kit.org, () => void (calls += 1));
    await kit.control.receive(device.record, receiptBy(device, await kit.control.current(kit.org)));
    expect(calls).toBe(1);
    await kit.publish({ app: { level: 'name' } });
    expect(calls).toBe(2);
    stop();
    await kit.publish({ app: { level: 'off' } });
    expect(calls).toBe(2);
  });

  it('extends one window with each renewal, and begins another after the lease had ended', async () => {
    await using kit = await startServer();
    const { record } = await kit.enrol();
    const issuedAt = kit.clock.now();
    kit.clock.advance(1_000);
    await kit.control.lease(record);
    expect((await kit.store.device(record.device))?.lease).toMatchObject({
      issuedAt,
      observedUntil: kit.clock.now() + DAY,
    });
    kit.clock.advance(3 * DAY);
    await kit.control.lease(record);
    expect(await kit.store.device(record.device)).toMatchObject({
      ...{ lease: { issuedAt: kit.clock.now() }, previousLease: { observedUntil: issuedAt + 1_000 + DAY } },
    });
  });
});

/** Applications, switched off a second after a device had confirmed that it records them. */
async function switchedOff(kit: ServerKit) {
  const before = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  await kit.control.receive(device.record, receiptBy(device, before, {}, { app: 'name' }));
  kit.clock.advance(SECOND);
  return { device, off: await kit.publish({ app: { level: 'off' } }) };
}
