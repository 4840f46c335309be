import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { authorize, personTarget } from '../../../../server/authorize.ts';
import type { PersonalDecision, Store } from '../../../../server/store/store.ts';
import { type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { decidedBy, decidedLevels } from '../../../../shared/policy/ceilings.ts';
import { Lease } from '../../../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS } from '../../../../shared/policy/personal.ts';
import type { Levels } from '../../../../shared/policy/policy.ts';
import {
  batch,
  connect,
  DAY,
  newSession,
  type RawAgent,
  receiptBy,
  type ServerKit,
  seen,
  sessionEvent,
  startServer,
} from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

/** Objects, or ends it, as the person themself. */
async function decide(kit: ServerKit, kind: 'objected' | 'ended', parameter: ParameterId = 'app') {
  const { org, person } = kit;
  const actor = { org, person, role: 'employee' as const, managesTeams: [], complete: true };
  const verdict = authorize(
    actor,
    'objection.make',
    personTarget({ org, person, role: 'employee', teams: [], managesTeams: [] }),
  );
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  return kit.control.decide(verdict.leave, () =>
    kind === 'objected' ? { kind, parameter, grounds: '' } : { kind, parameter },
  );
}

const app = (kit: ServerKit) => seen(kit, { parameter: 'app', level: 'name', name: 'Code' });

async function tracking(kit: ServerKit): Promise<{ agent: RawAgent; session: ReturnType<typeof newSession> }> {
  await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  const agent = await connect(kit, device);
  const session = newSession();
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
  await agent.take('ack');
  return { agent, session };
}

it('what a device captured after the objection, or before it and brings after it, is discarded as objected; what came before stays', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  agent.send(batch(agent, 2, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1 });
  kit.clock.advance(1_000);
  const before = app(kit);
  kit.clock.advance(1_000);
  await decide(kit, 'objected');
  kit.clock.advance(1_000);
  agent.send(batch(agent, 3, session, [before, app(kit), sessionEvent(kit, 'pause')], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { objected: 2 } });
  expect(await kit.segments('app')).toHaveLength(1);
});

it('what is captured after its end is stored again, and what was captured while it held never is', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  await decide(kit, 'objected');
  kit.clock.advance(1_000);
  const during = app(kit);
  kit.clock.advance(1_000);
  await decide(kit, 'ended');
  kit.clock.advance(1_000);
  agent.send(batch(agent, 2, session, [during, app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { objected: 1 } });
});

it('a batch that was admitted before an objection is judged again when it reaches the disk after it', async () => {
  const real = createReferenceStore();
  let between: (() => Promise<unknown>) | null = null;
  const store: Store = {
    ...real,
    async appendBatch(unit) {
      const first = between;
      between = null;
      await first?.();
      return real.appendBatch(unit);
    },
  };
  await using kit = await startServer({ store });
  const { agent, session } = await tracking(kit);
  between = () => decide(kit, 'objected');
  agent.send(batch(agent, 2, session, [app(kit)], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { objected: 1 } });
  expect(await kit.segments('app')).toEqual([]);
});

it('another process that objected is heard of before anything more is stored', async () => {
  await using kit = await startServer();
  const { agent, session } = await tracking(kit);
  agent.send(batch(agent, 2, session, [app(kit)], 2));
  await agent.take('ack');
  // Past this process: as a command beside the server would.
  await decide(kit, 'objected', 'title');
  const [made] = (await kit.store.decisions(kit.org, kit.person)) as [PersonalDecision];
  await kit.store.putDecision({ ...made, revision: 2 });
  agent.send(batch(agent, 3, session, [app(kit)], 2));
  // It does not open under another number: nobody can say what it forbids.
  expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { objected: 1 } });
});

it('a decision that was changed in the store, or is gone from between others, leaves nothing allowed', async () => {
  const real = createReferenceStore();
  let altered: (records: readonly PersonalDecision[]) => readonly PersonalDecision[] = (records) => records;
  await using kit = await startServer({
    store: { ...real, decisions: async (org, person) => altered(await real.decisions(org, person)) },
  });
  await kit.publish({ app: { level: 'name' } });
  await kit.enrol();
  for (const kind of ['objected', 'ended', 'objected'] as const) await decide(kit, kind);
  const levels = async (change: typeof altered) => {
    altered = change;
    kit.control.refresh(kit);
    const { document } = await kit.control.current(kit.org);
    return decidedLevels(decidedBy(document), (await kit.control.standing(kit)).terms);
  };
  const isOn = (some: Levels): ParameterId[] => parameterIds.filter((id) => some[id] !== 'off');
  expect(isOn(await levels((records) => records))).toEqual(['session', 'project']);
  expect(isOn(await levels(([one, , three]) => [one, three] as PersonalDecision[]))).toEqual([]);
  expect(
    isOn(await levels(([one, two, three]) => [one, { ...two, at: two!.at + 1 }, three] as PersonalDecision[])),
  ).toEqual([]);
});

it('the lease names what is objected to, is sent at once, and a receipt from before it contradicts nothing', async () => {
  await using kit = await startServer();
  const { document, hash } = await kit.publish({ app: { level: 'name' } });
  const device = await kit.enrol();
  const agent = await connect(kit, device);
  const running = { app: 'name', session: 'on' };
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document, hash }, {}, running) });
  agent.send(batch(agent, 1, null, [], 2));
  await agent.take('ack');
  const appNow = async () => (await kit.control.proof(kit.org)).parameters.find(({ parameter }) => parameter === 'app');
  expect(await appNow()).toMatchObject({ confirmed: 1, active: 1 });
  await decide(kit, 'objected');
  const { lease, policy } = await agent.take('policy');
  expect(policy).toBeNull();
  expect(Lease.parse(JSON.parse(lease.payload)).terms).toEqual({
    ...NO_PERSONAL_TERMS,
    revision: 1,
    objection: { app: 'off' },
  });
  expect(await appNow()).toMatchObject({ confirmed: 0, contradicting: [] });
  const still = receiptBy(device, { document, hash }, { terms: 1 }, running);
  agent.send({ type: 'receipt', receipt: still });
  agent.send(batch(agent, 2, null, [], 2));
  await agent.take('ack');
  expect(await appNow()).toMatchObject({ confirmed: 0, contradicting: [device.record.device] });
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document, hash }, { terms: 1 }, { session: 'on' }) });
  agent.send(batch(agent, 3, null, [], 2));
  await agent.take('ack');
  expect(await appNow()).toMatchObject({ confirmed: 1, active: 0, contradicting: [] });
});

it('a lease that was made while its person objected does not allow what that forbade', async () => {
  const real = createReferenceStore();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let hold = false;
  const store: Store = {
    ...real,
    async recordLeases(org, leases) {
      if (hold && leases.length > 1) await held;
      return real.recordLeases(org, leases);
    },
  };
  await using kit = await startServer({ store, timing: { leaseRenewMs: 365 * DAY } });
  await kit.publish({ app: { level: 'name' } });
  const devices = [await kit.enrol(), await kit.enrol({ person: PersonId.parse(randomUUID()) })] as const;
  await using agent = await connect(kit, devices[0]);
  await using _other = await connect(kit, devices[1]);
  hold = true;
  const publishing = kit.publish({ timezone: { level: 'on' } });
  await expect.poll(async () => (await kit.control.current(kit.org)).document.version).toBe(3);
  await decide(kit, 'objected');
  release();
  await publishing;
  agent.send(batch(agent, 1, null, [], 3));
  await agent.take('ack');
  const last = agent.frames.findLast((one) => one.type === 'policy');
  expect(last?.type === 'policy' && JSON.parse(last.lease.payload)).toMatchObject({
    ...{ policyVersion: 3, terms: { revision: 1, objection: { app: 'off' } } },
  });
});
