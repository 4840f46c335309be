import { expect, it } from 'vitest';
import type { Today } from '../../../../server/api/today.ts';
import { followToday } from '../../../../server/api/todayStream.ts';
import type { Actor } from '../../../../server/authorize.ts';
import { authorize, personTarget } from '../../../../server/authorize.ts';
import type { TodayReport } from '../../../../shared/protocol/http/today.ts';
import { HOUR, MINUTE } from '../../../../shared/time.ts';
import { connect, type ServerKit, startServer } from '../../../support/ingestKit.ts';
import { personId, webSession } from '../../../support/storeRecords.ts';

/** Follows somebody whose device connects; `whileRead` happens while the report of that is read. Resolves with what was sent. */
async function sentWhen(
  whileRead: (end: () => void, kit: ServerKit) => void | Promise<void>,
): Promise<readonly unknown[]> {
  await using kit = await startServer();
  const device = await kit.enrol();
  const { org, person, clock, store, control, connections } = kit;
  const record = await store.person(org, person);
  if (record === null) throw new Error('there is no person');
  const actor: Actor = { org, person: personId('boss'), role: 'owner', managesTeams: [], complete: true };
  const signedIn = { session: webSession('boss', { org }), person: record, actor, mustDo: [] };
  const row: TodayReport['people'][number] = {
    ...{ person: { id: person, name: 'Ann' }, teams: [], state: 'not_today', since: null },
    ...{ work: null, app: null, trackedMs: 0, atLeast: false, absent: [] },
  };
  const endsAt = clock.now() + 15 * MINUTE;
  const first: TodayReport = {
    ...{ day: '2026-11-20', zone: 'UTC', generatedAt: clock.now(), policyVersion: 1, recordedAccess: null },
    ...{ endsAt, people: [row] },
  };
  let isSignedIn = true;
  const today: Today = {
    people: [person],
    bounds: { from: clock.now() - HOUR, to: clock.now() + HOUR },
    async report() {
      await whileRead(() => (isSignedIn = false), kit);
      return { ...first, people: [{ ...row, state: 'tracking', since: clock.now() }] };
    },
  };
  const sent: unknown[] = [];
  const ended = new AbortController();
  const stream = {
    send: (_event: string, data: unknown) => {
      sent.push(data);
      if (sent.length === 2) ended.abort();
    },
    end: () => ended.abort(),
    ended: ended.signal,
  };
  const question = { zone: 'UTC', purpose: ['workload_review'] as ['workload_review'] } as const;
  const sessions = { again: async () => (isSignedIn ? signedIn : null) };
  const sources = { store, control, connections, clock, sessions };
  const following = followToday(sources, { signedIn, question, today, first, endsAt }, stream);
  await using _agent = await connect(kit, device);
  await following;
  return sent;
}

it('a live look sends what has changed', async () => {
  expect(await sentWhen(() => undefined)).toMatchObject([
    { people: [{ state: 'not_today' }] },
    { people: [{ state: 'tracking' }] },
  ]);
});

it('a live look whose session ends while the change is read says nothing of it', async () => {
  expect(await sentWhen((endSession) => endSession())).toMatchObject([{ people: [{ state: 'not_today' }] }]);
});

it('a live look in which somebody has had something restricted while it was read says nothing of it, and ends', async () => {
  const restrict = async (_end: () => void, { control, org, person }: ServerKit): Promise<void> => {
    const actor: Actor = { org, person, role: 'employee', managesTeams: [], complete: true };
    const subject = personTarget({ org, person, role: 'employee', teams: [], managesTeams: [] });
    const verdict = authorize(actor, 'restriction.decide', subject);
    if (verdict.kind === 'refused') throw new Error(verdict.reason);
    await control.decide(verdict.leave, () => {
      return { kind: 'restricted', parameter: 'session', ground: 'accuracy', words: '' };
    });
  };
  expect(await sentWhen(restrict)).toMatchObject([{ people: [{ state: 'not_today' }] }]);
});
