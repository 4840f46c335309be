import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { backupOnHost } from '../../../../server/backupOnHost.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import { cancelOrganisation, lookAtOrganisation } from '../../../../server/lifecycle/cancellation.ts';
import { certificateOf, certify, verifyCertificate } from '../../../../server/lifecycle/certificate.ts';
import type { EndingDeps, Endings } from '../../../../server/lifecycle/endings.ts';
import { eraseRound } from '../../../../server/lifecycle/erasure.ts';
import { orderErasures } from '../../../../server/lifecycle/erasureOrder.ts';
import { sealAgain } from '../../../../server/lifecycle/sealAgain.ts';
import { systemRandom } from '../../../../server/random.ts';
import { rebuildOnHost } from '../../../../server/rebuildOnHost.ts';
import { beginRecovery } from '../../../../server/recoveryOnHost.ts';
import { VaultError } from '../../../../server/vault/vault.ts';
import type { ParameterId } from '../../../../shared/catalog.ts';
import { addDays, DAY, type Day, dayOf } from '../../../../shared/time.ts';
import { damageSetting } from '../../../support/brokenTable.ts';
import { holdIn, openHolding, prepareHolding, type Whose, writeHold } from '../../../support/holding.ts';
import { storedOf } from '../../../support/storedOf.ts';
import { endingsOn } from '../../../support/twoPeople.ts';

/** A Monday; keys change on Thursdays. */
const FIRST: Day = '2026-03-02';
const dayAt = (place: number): Day => addDays(FIRST, place);
const NOW = Date.parse(FIRST) + 20 * DAY;
const clock = { now: () => NOW, mono: () => 0 };
const until = addDays(dayOf(NOW), 30);

let folder: string;
let data: string;
let whose: Whose;
let foundation: Foundation;
let endings: Endings | null;
let failures: unknown[];
/** How many certificates the engine that runs has made: one when it has looked at everything. */
let certified: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-kept-'));
  whose = await prepareHolding(join(folder, 'first'), clock, [0, 1, 2, 3].map(dayAt));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  [endings, failures] = [null, []];
  data = join(folder, 'data');
  await cp(join(folder, 'first'), data, { recursive: true });
  foundation = await openHolding(data, clock);
});
afterEach(async () => {
  await endings?.close();
  await foundation.close();
  await rm(data, { recursive: true });
});

const both: ParameterId[] = ['notes', 'screenshot'];
const hold = (from: number, to = from, parameters = both): Promise<number> =>
  holdIn(foundation, whose, clock, { parameters, from: dayAt(from), to: dayAt(to), until });
const release = (number: number) => writeHold(foundation, whose, clock, number, { kind: 'released' });
async function begin(more: Partial<EndingDeps> = {}): Promise<Endings> {
  await endings?.close();
  certified = 0;
  endings = await endingsOn(foundation, {
    clock,
    async certify(ending) {
      await certify({ ...foundation, clock: more.clock ?? clock }, ending);
      certified += 1;
    },
    failed: (cause) => void failures.push(cause),
    ...more,
  });
  return endings;
}
const order = { by: 'owner' } as const;
const now = () => endings?.of(whose.org)[0];
async function untilKept(holds: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(certified).toBeGreaterThan(0), { timeout: 5_000 });
  expect(now()).toMatchObject({ state: 'scrubbed', kept: { holds } });
}
const there = async (): Promise<readonly string[]> =>
  (await storedOf(foundation, whose)).map(
    ({ parameter, day, opens }) => `${parameter} ${Math.round((Date.parse(day) - Date.parse(FIRST)) / DAY)}: ${opens}`,
  );
const keys = () => foundation.keyStore.countKeys(whose.org, whose.person);
/** The second time that something is sealed anew fails, after its key was made. */
function failsAtSecond(): Pick<EndingDeps, 'store'> {
  const { store } = foundation;
  let many = 0;
  const resealSegment: typeof store.resealSegment = async (...of) => {
    many += 1;
    if (many > 1) throw new Error('it ends here');
    return store.resealSegment(...of);
  };
  return { store: { ...store, resealSegment } };
}

it('what is held stays with its pictures and opens, what is beside it of the same week does not; only holds that keep something are named', async () => {
  const number = await hold(1, 2);
  await hold(9); // of which nothing is stored
  await holdIn(
    foundation,
    { ...whose, person: (await foundation.store.people(whose.org))[0]?.person ?? whose.person },
    clock,
    {
      ...{ parameters: both, from: dayAt(0), to: dayAt(3), until },
    },
  );
  await (await begin()).end({ ...whose, ...order });
  await untilKept([number]);
  expect(await there()).toEqual(['screenshot 1: 2', 'screenshot 2: 2', 'notes 1: 2', 'notes 2: 2']);
  expect([await keys(), failures]).toEqual([2, []]);
});

it('a machine that is rebuilt has what is kept of an account that ended, and nothing else of it', async () => {
  const number = await hold(1);
  await (await begin()).end({ ...whose, ...order });
  await untilKept([number]);
  await endings?.close();
  await foundation.close();
  const host = { data, clock, random: systemRandom };
  const [set, backups, identityFile] = ['set.age', 'backups', 'identity'].map((name) => join(folder, name));
  if (set === undefined || backups === undefined || identityFile === undefined) throw new Error('no names');
  const { identity } = await beginRecovery({ file: set, again: false }, host);
  await writeFile(identityFile, identity, { mode: 0o600 });
  await backupOnHost({ ...host, backups }, 30);
  await rm(data, { recursive: true });
  await rebuildOnHost({ ...host, backups, recoverySet: set, identity: identityFile }, 'newest');
  foundation = await openHolding(data, clock);
  expect(await there()).toEqual(['screenshot 1: 2', 'notes 1: 2']);
  expect(await keys()).toBe(2);
});

it('a computer that says meanwhile that it has deleted everything stands in a new interim certificate', async () => {
  const number = await hold(1);
  const running = await begin();
  await running.end({ ...whose, ...order });
  await untilKept([number]);
  const before = certified;
  const laptop = now()?.devices[0]?.device;
  const ended = laptop === undefined ? null : running.endedDevice(whose.org, laptop);
  if (ended === null) throw new Error('there is no computer');
  await running.wiped(ended);
  await vi.waitFor(() => expect(certified).toBeGreaterThan(before), { timeout: 5_000 });
  expect(now()).toMatchObject({ state: 'scrubbed', kept: { holds: [number] } });
});

it('an organisation is not cancelled on the host while something of somebody is held: with its keys nobody could open it, ever', async () => {
  const number = await hold(1);
  const cancel = { data, clock, random: systemRandom };
  await foundation.close();
  const refused = { code: 'conflict', message: expect.stringContaining(until) };
  await expect(lookAtOrganisation(whose.org, cancel)).rejects.toMatchObject(refused);
  await expect(cancelOrganisation(whose.org, cancel)).rejects.toMatchObject(refused);
  foundation = await openHolding(data, clock);
  await release(number);
  await foundation.close();
  await cancelOrganisation(whose.org, cancel);
  foundation = await openHolding(data, clock);
  expect(await foundation.store.organisations()).toEqual([]);
});

it('nor while an entry of its legal holds cannot be read: which one is said, with what to do', async () => {
  await hold(1);
  await foundation.close();
  await damageSetting(data, 'register holds');
  const cancel = { data, clock, random: systemRandom };
  const refused = { code: 'conflict', message: expect.stringContaining('entries 1, 2 of the register of legal holds') };
  await expect(lookAtOrganisation(whose.org, cancel)).rejects.toMatchObject(refused);
  await expect(cancelOrganisation(whose.org, cancel)).rejects.toMatchObject({
    ...refused,
    remedy: expect.stringContaining('Restore the database from a backup'),
  });
  foundation = await openHolding(data, clock);
  expect(await foundation.store.organisations()).toHaveLength(1);
});

it('what an erasure of before had sealed anew is sealed again, under keys of what is kept alone', async () => {
  await orderErasures({ ...foundation, clock, random: systemRandom }, whose.org, [
    { people: [whose.person], scope: erasing(3) },
  ]);
  await eraseRound({ ...foundation, clock, failed: (cause) => void failures.push(cause) });
  const number = await hold(1, 1, ['notes']);
  await (await begin()).end({ ...whose, ...order });
  await untilKept([number]);
  expect([await there(), await keys(), failures]).toEqual([['notes 1: 2'], 1, []]);
});

it('an erasure that is ordered and done between the order and the end of the keys leaves nothing that is not held', async () => {
  const number = await hold(1, 1, ['notes']);
  const { ledger } = foundation;
  await begin({
    ledger: {
      ...{ entries: ledger.entries, extends: ledger.extends },
      get head() {
        return ledger.head;
      },
      async append(entry) {
        await ledger.append(entry);
        if (entry.state !== 'committed') return;
        await orderErasures({ ...foundation, clock, random: systemRandom }, whose.org, [
          { people: [whose.person], scope: erasing(3) },
        ]);
        await eraseRound({ ...foundation, clock, failed: (cause) => void failures.push(cause) });
      },
    },
  });
  await endings?.end({ ...whose, ...order });
  await untilKept([number]);
  expect([await there(), await keys(), failures]).toEqual([['notes 1: 2'], 1, []]);
});

function erasing(place: number) {
  const range = { from: Date.parse(dayAt(place)), to: Date.parse(dayAt(place)) + DAY };
  const parts = both.map((parameter) => ({ parameter, ...range, above: 'off' }));
  return { kind: 'own' as const, by: whose.person, parts, image: null, counted: [] };
}

it('what changes while it is sealed anew is read again', async () => {
  const number = await hold(1, 1, ['notes']);
  const { store } = foundation;
  let many = 0;
  await begin({
    store: {
      ...store,
      resealSegment: (...of) => (++many === 1 ? Promise.resolve('changed' as const) : store.resealSegment(...of)),
    },
  });
  await endings?.end({ ...whose, ...order });
  await untilKept([number]);
  expect(await there()).toEqual(['notes 1: 2']);
});

it.each(['notes', 'screenshot'] as const)(
  'a hold of %s that is released before everything is sealed anew leaves no key, whether or not something is under it',
  async (parameter) => {
    const other = parameter === 'notes' ? 'screenshot' : 'notes';
    const [kept, released] = [await hold(0, 0, [other]), await hold(1, 1, [parameter])];
    await expect((await begin(failsAtSecond())).end({ ...whose, ...order })).rejects.toThrow('it ends here');
    await release(released);
    await begin();
    await untilKept([kept]);
    expect([await there(), await keys()]).toEqual([[`${other} 0: 2`], 1]);
  },
);

it('a hold that is approved after the order keeps nothing, also where the process ended in between', async () => {
  const first = await hold(1, 1, both);
  await expect((await begin(failsAtSecond())).end({ ...whose, ...order })).rejects.toThrow('it ends here');
  await hold(0, 3);
  await begin();
  await untilKept([first]);
  expect([await there(), await keys()]).toEqual([['screenshot 1: 2', 'notes 1: 2'], 2]);
});

it('of more holds than are told apart each keeps what it holds', async () => {
  const numbers: number[] = [];
  for (let many = 0; many < 20; many += 1) numbers.push(await hold(0, 0, ['notes']));
  numbers.push(await hold(3, 3, ['notes']));
  await (await begin()).end({ ...whose, ...order });
  await untilKept(numbers);
  expect([await there(), await keys(), failures]).toEqual([['notes 0: 2', 'notes 3: 2'], 2, []]);
});

it('the keys of what a hold alone kept are gone before anything else is done when it is over', async () => {
  const [first, second] = [await hold(0, 0, ['notes']), await hold(1, 1, ['notes'])];
  await (await begin()).end({ ...whose, ...order });
  await untilKept([first, second]);
  await release(first);
  const commit = () => Promise.reject(new Error('it ends here'));
  await begin({ erased: { ...foundation.erased, commit } });
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  expect([await keys(), await there()]).toEqual([1, ['notes 0: 0', 'notes 1: 2']]);
  failures = [];
  await begin();
  await untilKept([second]);
  expect([await there(), failures]).toEqual([['notes 1: 2'], []]);
});

it('no hold is over because of a clock that is in doubt: neither when the account is ended, nor later', async () => {
  const number = await hold(0, 0, ['notes']);
  const later = { now: () => NOW + 40 * DAY, mono: () => 0 };
  const pulled = { pulled: { now: later.now(), expected: NOW, way: 'ahead' } } as const;
  const doubtful: Partial<EndingDeps> = { clock: later, brake: { check: () => pulled } };
  await (await begin(doubtful)).end({ ...whose, ...order });
  await vi.waitFor(() => expect(certified).toBe(1));
  await begin(doubtful);
  await vi.waitFor(() => expect(certified).toBe(1));
  expect([now()?.kept?.holds, await there(), failures]).toEqual([[number], ['notes 0: 2'], []]);
  await begin({ clock: later });
  await vi.waitFor(() => expect(now()?.state).toBe('final'));
  expect([await there(), await keys()]).toEqual([[], 0]);
});

it('there is no certificate as long as there is one key more than what is held has', async () => {
  await hold(0, 0, ['notes']);
  const { keyStore } = foundation;
  await begin({ keyStore: { ...keyStore, countKeys: async (...of) => 1 + (await keyStore.countKeys(...of)) } });
  const { ending } = await (endings ?? (await begin())).end({ ...whose, ...order });
  await vi.waitFor(() => expect(failures).toEqual([expect.objectContaining({ code: 'conflict' })]));
  expect(await certificateOf(data, ending)).toBeNull();
  await begin();
  await vi.waitFor(async () => expect(await certificateOf(data, ending)).not.toBeNull());
});

it('a picture that is lost or damaged keeps nothing from being kept, or from going', async () => {
  const number = await hold(0, 3, ['screenshot']);
  const [org] = await readdir(join(data, 'blobs'));
  const [lost = '', damaged = ''] = await readdir(join(data, 'blobs', org ?? ''));
  await rm(join(data, 'blobs', org ?? '', lost));
  await writeFile(join(data, 'blobs', org ?? '', damaged), Buffer.alloc(300));
  await (await begin()).end({ ...whose, ...order });
  await untilKept([number]);
  expect([(await there()).map((one) => one.slice(-1)).toSorted(), failures]).toEqual([['1', '1', '2', '2'], []]);
});

it('nothing is put in the place of what it was made of before it has been opened', async () => {
  const [segment] = await foundation.store.segments(whose.org, whose.person, 'screenshot', FIRST, FIRST);
  const [image] = await foundation.store.images(whose.org, whose.person, FIRST);
  if (segment === undefined || image === undefined) throw new Error('there is a picture');
  const { vault, store } = foundation;
  const before = await there();
  for (const broken of ['screenshot', 'image']) {
    const open: typeof vault.open = (scope, sealed) =>
      scope.epoch > segment.epoch && scope.parameter === broken
        ? Promise.reject(new VaultError('not_authentic', 'it does not open'))
        : vault.open(scope, sealed);
    const again = sealAgain(
      { store, vault: { seal: vault.seal, open } },
      ...([segment, segment.epoch + 1_000_000, new Uint8Array(9), [image.image]] as const),
    );
    await expect(again).rejects.toMatchObject({ code: 'not_authentic' });
    expect(await there()).toEqual(before);
  }
});

it('the certificate counts what was destroyed without what is kept, and nothing of it when that has gone too', async () => {
  const number = await hold(1, 1, ['screenshot']);
  const { ending } = await (await begin()).end({ ...whose, ...order });
  await untilKept([number]);
  const said = async () => verifyCertificate(JSON.stringify(await vi.waitFor(() => certificateNow(ending))), null);
  expect(await said()).toMatchObject({
    certificate: {
      ...{ kind: 'interim', destroyed: { segments: 11, images: 3, days: 3 } },
      remains: { held: [{ parameters: ['screenshot'], from: dayAt(1), to: dayAt(1) }] },
    },
  });
  await release(number);
  await begin();
  await vi.waitFor(() => expect(now()?.state).toBe('final'));
  await vi.waitFor(async () =>
    expect(await said()).toMatchObject({
      certificate: { kind: 'final', destroyed: { segments: 12, images: 4, days: 4 } },
    }),
  );
  expect(JSON.stringify(await said())).not.toContain('"held"');
});

async function certificateNow(ending: Parameters<typeof certificateOf>[1]) {
  const file = await certificateOf(data, ending);
  if (file === null) throw new Error('there is none yet');
  return file;
}
