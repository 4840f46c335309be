import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requireLeave } from '../../../../server/api/leave.ts';
import { personTarget } from '../../../../server/authorize.ts';
import type { Decision } from '../../../../server/control/decision.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import type { Ending } from '../../../../server/lifecycle/ended.ts';
import type { EndingBegun } from '../../../../server/lifecycle/endings.ts';
import { type LeavingDates, startLeavingDates } from '../../../../server/lifecycle/leavingDates.ts';
import { connect } from '../../../../server/store/sqlite/connection.ts';
import { dayOf, HOUR } from '../../../../shared/time.ts';
import { openFoundationIn } from '../../../support/numberedNotes.ts';
import { surroundings } from '../../../support/twoOrganisations.ts';
import { prepareTwoPeople, type TwoPeople } from '../../../support/twoPeople.ts';

let folder: string;
let data: string;
let two: TwoPeople;
let foundation: Foundation;
let dates: LeavingDates | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-leaving-'));
  data = join(folder, 'data');
  two = await prepareTwoPeople(data, 1);
  foundation = await openFoundationIn(data);
});
afterEach(async () => {
  await dates?.close();
  dates = undefined;
  await foundation.close();
  await rm(folder, { recursive: true, force: true });
});

const started: string[] = [];
/** `soon`: the day is over. */
function start(begin: () => Promise<EndingBegun>, soon = true): LeavingDates {
  started.length = 0;
  const clock = { ...surroundings.clock, now: () => Date.now() + (soon ? 2 * HOUR : 0) };
  dates = startLeavingDates(
    {
      ...{ ...foundation, clock },
      brake: { check: () => 'free' },
      endings: {
        begin: ({ person }) => {
          started.push(person);
          return begin();
        },
      },
      alone: (_org, task) => task(),
      held: () => undefined,
      failed: () => undefined,
    },
    { everyMs: 10, againMs: 20 },
  );
  return dates;
}
const broken = (): Promise<EndingBegun> => Promise.reject(new Error('the disk is full'));
const never = (): Promise<EndingBegun> => new Promise(() => undefined);

async function bob() {
  const record = await foundation.store.person(two.org, two.bob);
  if (record === null) throw new Error('Bob is gone');
  return record;
}
async function decide(decision: Decision): Promise<void> {
  const record = await bob();
  const engine = start(never, false);
  const actor = { org: two.org, person: two.ann, role: 'owner', managesTeams: [], complete: true } as const;
  await foundation.control.decide(requireLeave(actor, 'account.end', personTarget(record)), async (standing) => {
    await engine.deciding(record, standing);
    return decision;
  });
  await engine.close();
}
const set = (): Promise<void> => {
  const endsAt = Date.now() + HOUR;
  return decide({ kind: 'leaving_set', day: dayOf(endsAt), zone: 'UTC', endsAt, by: two.ann, role: 'owner' });
};
async function takenOut(): Promise<void> {
  await foundation.close();
  const db = await connect(join(data, 'daylight.db'));
  await db.run('DELETE FROM personal_decision WHERE revision = (SELECT max(revision) FROM personal_decision)');
  await db.close();
  foundation = await openFoundationIn(data);
}
const obstacle = async (of: LeavingDates) => (await of.one(await bob()))?.obstacle;
const kinds = async () => (await foundation.store.securityEvents(two.org, 50)).map(({ kind }) => kind);

it('a date that was taken back ends nobody when that decision is taken out of the data; set anew, it counts', async () => {
  await set();
  await decide({ kind: 'leaving_cancelled', by: two.ann });
  await takenOut();
  const engine = start(broken);
  expect(await obstacle(engine)).toBe('unconfirmed');
  await vi.waitFor(async () => expect(await kinds()).toContain('alarm_leaving_date'));
  expect(started).toEqual([]);
  await engine.close();
  await set();
  start(broken);
  await vi.waitFor(() => expect(started).toContain(two.bob));
});

it('after a rebuilding each date waits until it is set again, and goes with the keys of its person', async () => {
  await set();
  const { keyStore } = foundation;
  await keyStore.raiseMark('rebuilt', 1);
  expect(await obstacle(start(never, false))).toBe('unconfirmed');
  await dates?.close();
  await set();
  expect(await obstacle(start(never, false))).toBeNull();
  await keyStore.destroyKeys(two.org, two.bob);
  for (const rebuilt of [0, 1]) expect(await keyStore.mark(`leaving/${rebuilt}/${two.org}/${two.bob}`)).toBeNull();
});

it('nobody who decides something waits until an ending that has begun is over', async () => {
  await set();
  const ended = new Promise<Ending>(() => undefined);
  start(async () => ({ ended }));
  await vi.waitFor(async () => expect(await kinds()).toContain('account_ended'));
  expect(await foundation.control.undisturbed(two.org, async () => 'at once')).toBe('at once');
  dates = undefined; // its round waits for ever
});

it('that an account was ended is not on record before its ending has begun, however often that fails', async () => {
  await set();
  start(broken);
  await vi.waitFor(() => expect(started.length).toBeGreaterThan(2));
  expect(await kinds()).not.toContain('account_ended');
});
