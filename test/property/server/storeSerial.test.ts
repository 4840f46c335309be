import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../server/store/sqlite/connection.ts';
import { type Store, StoreError } from '../../../server/store/store.ts';
import { enrolIn } from '../../support/enrolIn.ts';
import { openStoreIn, temporaryFolder } from '../../support/openedSqliteStore.ts';
import { createReferenceStore } from '../../support/referenceStore.ts';
import { sealedText } from '../../support/sealedForTest.ts';
import {
  batch,
  blob,
  device,
  deviceId,
  digestOf,
  enrolment,
  imageId,
  NINE,
  orgId,
  person,
  personId,
  policy,
  segment,
  segmentId,
  token,
  webSession,
} from '../../support/storeRecords.ts';

/** One call on a store, with a name for the report of a failure. */
interface Command {
  readonly name: string;
  readonly run: (store: Store) => Promise<unknown>;
}

const who = fc.constantFrom('ann', 'bob');
const machine = fc.constantFrom('laptop', 'desk');
const small = fc.integer({ min: 1, max: 4 });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .tuple(who, who)
    .map(([name, mail]) =>
      named(`createPerson ${name} ${mail}`, (store) => store.createPerson(person(name, { emailHash: digestOf(mail) }))),
    ),
  fc
    .tuple(who, fc.constantFrom('admin', 'manager'), fc.boolean())
    .map(([name, role, hasSecondFactor]) =>
      named(`changePerson ${name} ${role} ${hasSecondFactor}`, (store) =>
        store.changePerson(orgId('acme'), personId(name), hasSecondFactor ? { hasSecondFactor } : { role }),
      ),
    ),
  small.map((version) => named(`publishPolicy ${version}`, (store) => store.publishPolicy(policy(version)))),
  fc.constant(named('createToken', (store) => store.createToken(token('t')))),
  fc
    .tuple(machine, fc.boolean())
    .map(([name, isNew]) =>
      named(`enrolDevice ${name} ${isNew}`, (store) => store.enrolDevice(enrolment(isNew ? `new ${name}` : name))),
    ),
  fc.constant(named('createToken code', (store) => store.createToken(token('code', { kind: 'enrolment' }), 'revoke'))),
  fc.constant(
    named('redeemToken', (store) => store.redeemToken('invitation', token('t').tokenHash, NINE, { status: 'invited' })),
  ),
  small.map((at) => named(`createSession ${at}`, (store) => store.createSession(webSession(`${at}`), 9))),
  small.map((at) =>
    named(`endSessions but ${at}`, (store) =>
      store.endSessions(orgId('acme'), personId('ann'), { except: webSession(`${at}`).id }),
    ),
  ),
  fc
    .tuple(machine, fc.constantFrom('active', 'retired'))
    .map(([name, status]) =>
      named(`changeDevice ${name} ${status}`, (store) => store.changeDevice(orgId('acme'), deviceId(name), { status })),
    ),
  fc.tuple(machine, small, fc.boolean()).map(([name, at, isBoth]) =>
    named(`recordLeases ${name} ${at} ${isBoth}`, (store) => {
      const lease = { issuedAt: NINE + 10 * at, observedUntil: NINE + 10 * at + 15, enteredUntil: NINE + 10 * at + 25 };
      const machines = isBoth ? ['laptop', 'desk'] : [name];
      return store.recordLeases(
        orgId('acme'),
        machines.map((one) => ({ ...lease, device: deviceId(one) })),
      );
    }),
  ),
  fc.tuple(machine, small, small).map(([name, version, at]) =>
    named(`putReceipt ${name} ${version} ${at}`, (store) =>
      store.putReceipt({
        org: orgId('acme'),
        device: deviceId(name),
        policyVersion: version,
        receivedAt: NINE + at,
        receipt: sealedText(`${name} ${at}`),
      }),
    ),
  ),
  { weight: 8, arbitrary: fc.tuple(machine, small, small, fc.boolean()).map(appendOf) },
  { weight: 3, arbitrary: fc.tuple(machine, small, small).map(replaceOf) },
);

/** Two segments of the same device become one; or of two devices, or one that is not there, which changes nothing. */
function replaceOf([name, first, second]: [string, number, number]): Command {
  const merged = { ...segment(`${first} and ${second}`), device: deviceId(name) };
  const of = [segmentId(`${first} ${first}`), segmentId(`${second} ${second}`)];
  return named(`replace of ${name} ${first} ${second}`, (store) => store.replaceSegments(merged, of));
}

function appendOf([name, seq, variant, withImage]: [string, number, number, boolean]): Command {
  const unit = batch(seq, {
    device: deviceId(name),
    judgedUnder: variant,
    segments: [{ ...segment(`${seq} ${variant}`), device: deviceId(name) }],
    blobs: withImage ? [blob(`${variant}`, 100)] : [],
    discarded: [{ parameter: 'title', reason: 'off_at_capture', count: variant }],
    sessionState: variant % 2 === 0 ? sealedText(`${variant}`) : null,
  });
  return named(`append ${name} seq ${seq} variant ${variant} image ${withImage}`, (store) => store.appendBatch(unit));
}

describe('units of work on the SQLite store, run at the same time', () => {
  it('give the results and the state of some serial order, beside a slow reader and a checkpoint after each group', async () => {
    const rounds = fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(rounds, runsSerially), { numRuns: 120 });
  });
});

async function runsSerially(rounds: readonly (readonly Command[])[]): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  const store = await openStoreIn(folder, { groupUnits: 3, checkpointPages: 1 });
  const slow = await connect(join(folder, 'daylight.db'));
  try {
    const setUp = [device('laptop'), device('desk')].map((one) => named('enrol', (to) => enrolIn(to, one)));
    for (const one of setUp) await one.run(store);
    await slow.script('BEGIN');
    const before = await slow.all('SELECT * FROM device_progress');

    let history: readonly Command[] = setUp;
    for (const round of rounds) {
      const results = await Promise.all(round.map((one) => resultOf(one, store)));
      const state = await stateOf(store);
      history = [...history, ...(await serialOrder(history, round, results, state))];
    }
    expect(await slow.all('SELECT * FROM device_progress')).toEqual(before);
  } finally {
    await slow.close();
    await store.close();
    await remove();
  }
}

/** The order of `round` in which the reference store gives these results and this state; fails when there is none. */
async function serialOrder(
  history: readonly Command[],
  round: readonly Command[],
  results: readonly unknown[],
  state: unknown,
): Promise<readonly Command[]> {
  for (const order of permutations(round.map((_, place) => place))) {
    const reference = createReferenceStore();
    for (const one of history) await resultOf(one, reference);
    const given: unknown[] = [];
    for (const place of order) given[place] = await resultOf(at(round, place), reference);
    if (isDeepStrictEqual(given, results) && isDeepStrictEqual(await stateOf(reference), state)) {
      return order.map((place) => at(round, place));
    }
  }
  throw new Error(`no serial order of ${round.map((one) => one.name).join(', ')} gives ${JSON.stringify(results)}`);
}

async function resultOf(command: Command, store: Store): Promise<unknown> {
  try {
    return await command.run(store);
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
}

/** Everything that the port shows, with lists that have no order sorted. */
async function stateOf(store: Store): Promise<unknown> {
  const acme = orgId('acme');
  const ann = personId('ann');
  const [laptop, desk] = [deviceId('laptop'), deviceId('desk')];
  return {
    people: await store.people(acme),
    devices: await store.devices(acme),
    policies: await store.policies(acme),
    token: await store.peekToken('invitation', token('t').tokenHash, NINE),
    code: await store.peekToken('enrolment', token('code').tokenHash, NINE),
    acknowledgements: await store.acknowledgements(acme, ann),
    events: await store.securityEvents(acme, 10),
    sessions: await store.sessionsOf(acme, ann, NINE),
    segments: await store.segments(acme, ann, 'app', '2026-03-02', '2026-03-02'),
    crowded: await store.crowdedSegments(acme, ann, '2026-03-02', '2026-03-02', 2),
    images: await Promise.all(['1', '2', '3', '4'].map((one) => store.blob(acme, ann, imageId(one)))),
    discards: [await store.discards(acme, laptop), await store.discards(acme, desk)],
    receipts: [await store.receipts(acme, laptop), await store.receipts(acme, desk)],
    latest: [await store.latestReceipt(acme, laptop), await store.latestReceipt(acme, desk)],
    witnesses: (await store.witnessesSince(acme, 0)).changed,
  };
}

function named(name: string, run: (store: Store) => Promise<unknown>): Command {
  return { name, run };
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((one) => one !== item)).map((rest) => [item, ...rest]));
}

function at<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item === undefined) throw new Error('no such place');
  return item;
}
