import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requireLeave } from '../../../../server/api/leave.ts';
import { organisation } from '../../../../server/authorize.ts';
import type { Foundation } from '../../../../server/foundation.ts';
import { segmentScope } from '../../../../server/ingest/scopes.ts';
import { BackupDetail } from '../../../../server/lifecycle/backup/catalogue.ts';
import { cancelOrganisation } from '../../../../server/lifecycle/cancellation.ts';
import { certificateOf, certify, fileOf, verifyCertificate } from '../../../../server/lifecycle/certificate.ts';
import { certificateWords, destroyedWords } from '../../../../server/lifecycle/certificateWords.ts';
import type { Ending } from '../../../../server/lifecycle/ended.ts';
import { asEnded } from '../../../../server/lifecycle/endedComputers.ts';
import type { EndingDeps, Endings } from '../../../../server/lifecycle/endings.ts';
import { createRegisters } from '../../../../server/records/registers.ts';
import { type LeaseWindow, StoreError } from '../../../../server/store/store.ts';
import { BackupId, PersonId } from '../../../../shared/ids.ts';
import type { CertificateFile, EndingState } from '../../../../shared/protocol/http/endings.ts';
import type { HoldContent, HoldStep } from '../../../../shared/protocol/http/holds.ts';
import { addDays, type Day, dayOf } from '../../../../shared/time.ts';
import { openFoundationIn } from '../../../support/numberedNotes.ts';
import { sweepOnce } from '../../../support/retained.ts';
import { storedOf } from '../../../support/storedOf.ts';
import { foundIn, surroundings } from '../../../support/twoOrganisations.ts';
import {
  endingsOn,
  invited,
  leftOfPerson,
  piecesOfPerson,
  prepareTwoPeople,
  type TwoPeople,
} from '../../../support/twoPeople.ts';

const DAYS = 12;
const NOTHING = { records: 0, keys: 0, opened: 0 };

let folder: string;
let data: string;
let people: TwoPeople;
let foundation: Foundation;
let endings: Endings;
let reached: EndingState[];
const failures: unknown[] = [];

async function open(more: (of: Foundation) => Partial<EndingDeps> = () => ({})): Promise<void> {
  foundation = await openFoundationIn(data);
  endings = await endingsOn(foundation, {
    reached: (_, state) => void reached.push(state),
    failed: (cause) => void failures.push(cause),
    ...more(foundation),
  });
}

async function reopen(more: (of: Foundation) => Partial<EndingDeps>): Promise<void> {
  await close();
  await open(more);
}

async function close(): Promise<void> {
  await endings.close();
  await foundation.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-ending-'));
  data = join(folder, 'data');
  reached = [];
  failures.length = 0;
  people = await prepareTwoPeople(data, DAYS);
  await open();
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

const end = (): Promise<Ending> => endings.end({ org: people.org, person: people.bob, by: 'owner' });
async function piecesOfPersonNow(): Promise<readonly Buffer[]> {
  await close();
  const pieces = await piecesOfPerson(data, people.bob);
  await open();
  return pieces;
}
const untilFinal = (): Promise<void> => vi.waitFor(() => expect(reached).toContain('final'), { timeout: 10_000 });

it('of a person whose account ended no row, file, key or sealed byte is left, and of the other everything is', async () => {
  await close();
  const [ofAnn, ofBob] = [await piecesOfPerson(data, people.ann), await piecesOfPerson(data, people.bob)];
  expect(ofBob.length).toBeGreaterThan(2 * DAYS + 4);
  expect([await foundIn(data, ofAnn), await foundIn(data, ofBob)]).toEqual([ofAnn.length, ofBob.length]);
  await open();
  const annsBefore = await leftOfPerson(foundation, people.org, people.ann);
  expect(annsBefore.opened).toBe(DAYS);
  await end();
  await untilFinal();
  expect([await foundIn(data, ofAnn), await foundIn(data, ofBob)]).toEqual([ofAnn.length, 0]);
  expect(await leftOfPerson(foundation, people.org, people.bob)).toEqual(NOTHING);
  expect(await leftOfPerson(foundation, people.org, people.ann)).toEqual(annsBefore);
  expect(failures).toEqual([]);
});

it('nothing of the person can be opened when the order resolves, and nobody is that person', async () => {
  const stored = await foundation.store.segments(people.org, people.bob, 'title', '2020-01-01', '2099-12-31');
  // Whoever is storing something holds the purge up, and neither the fence nor the end of the keys.
  let isStored: () => void = () => undefined;
  const whose = { org: people.org, person: people.bob };
  const storing = foundation.erased.storing(whose, () => new Promise<void>((resolve) => (isStored = resolve)));
  const ending = await end();
  expect(ending.times.has('keys_destroyed')).toBe(true);
  for (const one of stored)
    await expect(foundation.vault.open(segmentScope(one), one.sealed)).rejects.toMatchObject({ code: 'key_destroyed' });
  expect(await foundation.store.person(people.org, people.bob)).toBeNull();
  expect(reached).not.toContain('purged');
  isStored();
  await storing;
});

it('that an account was ended on the host is among the security events, without whose it was', async () => {
  await endings.end({ org: people.org, person: people.bob, by: 'host' });
  const [newest] = await foundation.store.securityEvents(people.org, 1);
  expect(newest).toMatchObject({ kind: 'account_ended', person: null, detail: 'an account was ended on the host' });
});

it('every state is in the ledger, in order, before it is told; none is skipped', async () => {
  await end();
  await untilFinal();
  expect(reached).toEqual([
    ...['committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified_empty'],
    ...['agents_wiped', 'backups_expired', 'final'],
  ]);
  const lines = (await readFile(join(data, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).state)).toEqual(reached);
  expect(lines.join()).not.toMatch(/bob/i);
});

it('is asked for once, and not of somebody who is not there', async () => {
  await end();
  await expect(end()).rejects.toMatchObject({ code: 'conflict' });
  const nobody = endings.end({ org: people.org, person: people.org as string as typeof people.bob, by: 'owner' });
  await expect(nobody).rejects.toMatchObject({ code: 'not_found' });
});

it('of the only owner is refused, and nothing is written or closed', async () => {
  const owner = endings.end({ org: people.org, person: people.ann, by: 'owner' });
  await expect(owner).rejects.toMatchObject({ code: 'conflict', remedy: expect.stringContaining('owner first') });
  expect([endings.of(people.org), (await leftOfPerson(foundation, people.org, people.ann)).opened]).toEqual([[], DAYS]);
});

/** Puts a hold of the titles of these days into the register, approved by another; returns how to release it. */
async function held(from: Day, to: Day, until = addDays(dayOf(Date.now()), 30)): Promise<() => Promise<unknown>> {
  const registers = () => createRegisters({ ...foundation, ...surroundings });
  const number = (await registers().read(people.org, 'holds')).length + 1;
  const why = { why: 'a claim', authority: 'a court' };
  const content: HoldContent = { person: people.bob, parameters: ['title'], from, to, until, ...why };
  const say = (person: PersonId, step: HoldStep) => {
    const by = { org: people.org, person, role: 'owner', managesTeams: [], complete: true } as const;
    const leave = requireLeave(by, 'records.change', organisation(people.org));
    return registers().write(leave, 'holds', () => ({ reason: 'a claim', entry: { number, step } }));
  };
  await say(people.ann, { kind: 'proposed', content, alone: false });
  await say(PersonId.parse(randomUUID()), { kind: 'approved' });
  return () => say(people.ann, { kind: 'released' });
}

/** How many segments of his open with a key that is there. */
const keptOpens = async (): Promise<number> =>
  (await storedOf(foundation, { org: people.org, person: people.bob })).reduce((sum, { opens }) => sum + opens, 0);

const storedDays = async (): Promise<readonly Day[]> => [
  ...new Set((await foundation.store.held(people.org, people.bob)).map(({ day }) => day)),
];

it('a legal hold lets the rest go at once; what it keeps nobody reads, and its end takes that along too', async () => {
  const days = (await storedDays()).toSorted();
  const [first = '2020-01-01', second = first, third = first, fourth = first] = days.slice(2);
  await held(first, third);
  const release = await held(second, fourth);
  const stored = await foundation.store.segments(people.org, people.bob, 'title', '2020-01-01', '2099-12-31');
  const before = await piecesOfPersonNow();
  const { ending } = await end();
  expect(await foundation.store.person(people.org, people.bob)).toBeNull();
  for (const one of stored)
    await expect(foundation.vault.open(segmentScope(one), one.sealed)).rejects.toMatchObject({ code: 'key_destroyed' });
  const certificate = await vi.waitFor(async () =>
    verifyCertificate(await readFile(join(data, fileOf(ending)), 'utf8'), null),
  );
  expect(certificate).toMatchObject({
    kind: 'genuine',
    certificate: {
      ...{ kind: 'interim', destroyed: { days: DAYS - 4, segments: DAYS - 4, images: DAYS } },
      remains: {
        held: [
          { parameters: ['title'], from: first, to: third, why: 'a claim', authority: 'a court' },
          { from: second, to: fourth },
        ],
      },
    },
  });
  if (certificate.kind !== 'genuine') throw new Error('the certificate is genuine');
  const counted = destroyedWords(certificate.certificate);
  expect(counted).toContainEqual(['days of which nothing is left', String(DAYS - 4)]);
  expect(certificateWords(certificate.certificate, certificate.publicKey)).toContain(
    `  ${DAYS - 4}  days of which nothing is left`,
  );
  expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [1, 3] } });
  expect((await storedDays()).toSorted()).toEqual([first, second, third, fourth]);
  expect((await leftOfPerson(foundation, people.org, people.bob)).opened).toBe(0);
  await close();
  expect(await foundIn(data, before)).toBe(0); // all of it was sealed anew, or is gone
  await open();
  const keys = await foundation.keyStore.countKeys(people.org, people.bob);
  expect(keys).toBeGreaterThan(0);

  await release();
  await reopen(() => ({}));
  await vi.waitFor(async () => expect((await storedDays()).toSorted()).toEqual([first, second, third]));
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [1] } }));
  expect(await foundation.keyStore.countKeys(people.org, people.bob)).toBeLessThan(keys);
});

it('when the last hold is over by its date the ending finishes by itself, and not while the clock is in doubt', async () => {
  const [day = '2020-01-01'] = await storedDays();
  const until = dayOf(Date.now());
  await held(day, day, until);
  await end();
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [1] } }));
  const clock = { ...surroundings.clock, now: () => Date.now() + 3 * 86_400_000 };
  const pulled = { pulled: { now: 2, expected: 1, way: 'ahead' } } as const;
  // The last that a round does of what is kept is to certify it: by then it has asked whether the hold is over.
  const rounds: EndingState[] = [];
  await reopen((of) => ({
    ...{ clock, brake: { check: () => pulled } },
    async certify(ending) {
      await certify({ ...of, ...surroundings }, ending);
      rounds.push(ending.state);
    },
  }));
  await vi.waitFor(() => expect(rounds).not.toEqual([]));
  expect([rounds, endings.of(people.org)[0]?.state]).toEqual([['scrubbed'], 'scrubbed']);
  expect(await storedDays()).toEqual([day]);
  await reopen(() => ({ clock }));
  await untilFinal();
  expect(await leftOfPerson(foundation, people.org, people.bob)).toEqual(NOTHING);
  expect(reached.filter((state) => state === 'committed')).toHaveLength(2);
  expect(failures).toEqual([]);
});

it('a process that ends before what is held was sealed anew seals it at its next start, and keeps it', async () => {
  const [day = '2020-01-01'] = await storedDays();
  await held(day, day);
  const fails = () => Promise.reject(new Error('it ends here'));
  await reopen(({ store }) => ({ store: { ...store, resealSegment: fails } }));
  await expect(end()).rejects.toThrow('it ends here');
  await reopen(() => ({}));
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [1] } }));
  expect(await storedDays()).toEqual([day]);
  expect(await foundation.keyStore.countKeys(people.org, people.bob)).toBeGreaterThan(0);
});

it('a hold that is released before everything is sealed anew keeps nothing; what another one keeps stays', async () => {
  const [day = '2020-01-01', next = day] = (await storedDays()).toSorted();
  const release = await held(day, day);
  await held(next, next);
  let many = 0;
  await reopen(({ store }) => ({
    store: {
      ...store,
      resealSegment: (...of) => {
        many += 1;
        return many > 1 ? Promise.reject(new Error('it ends here')) : store.resealSegment(...of);
      },
    },
  }));
  await expect(end()).rejects.toThrow('it ends here');
  await release();
  await reopen(() => ({}));
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [3] } }));
  await vi.waitFor(async () => expect(await storedDays()).toEqual([next]));
  expect(await keptOpens()).toBe(1);
});

it('a hold that is approved while the order is written down keeps what it holds', async () => {
  const [day = '2020-01-01'] = await storedDays();
  await reopen(({ ledger }) => ({
    ledger: {
      ...{ entries: ledger.entries, extends: ledger.extends },
      get head() {
        return ledger.head;
      },
      async append(entry) {
        if (ledger.entries.length === 0) await held(day, day);
        await ledger.append(entry);
      },
    },
  }));
  await end();
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'scrubbed', kept: { holds: [1] } }));
  expect(await storedDays()).toEqual([day]);
});

it('what is held is sealed anew though the sweep of what is past its day comes in between', async () => {
  const day = (await storedDays()).toSorted()[0] ?? '2020-01-01';
  await held(day, day);
  await reopen((of) => ({
    store: {
      ...of.store,
      // Its new key is there, and nothing under it yet.
      async resealSegment(...segment) {
        await sweepOnce(of, surroundings);
        return of.store.resealSegment(...segment);
      },
    },
  }));
  await end();
  await vi.waitFor(() => expect(endings.of(people.org)[0]?.state).toBe('scrubbed'));
  expect([await storedDays(), await keptOpens()]).toEqual([[day], 1]);
});

it('waits with the certificate as long as a reader holds the log, and says so', async () => {
  const snapshot = await foundation.store.snapshot();
  await end();
  await vi.waitFor(() => expect(endings.of(people.org)[0]).toMatchObject({ state: 'purged', isHeld: true }));
  const { ending } = endings.of(people.org)[0] ?? { ending: null };
  if (ending === null) throw new Error('no ending');
  expect(await certificateOf(data, ending)).toBeNull();
  await snapshot.close();
  await untilFinal();
  expect(endings.of(people.org)[0]).toMatchObject({ state: 'final', isHeld: false });
  expect(await certificateOf(data, ending)).not.toBeNull();
});

it('the certificate says what was destroyed, and is genuine; with one byte changed it is not', async () => {
  const { ending } = await end();
  await untilFinal();
  await vi.waitFor(async () => expect(await certificateOf(data, ending)).not.toBeNull());
  const text = await vi.waitFor(async () => {
    const found = await readFile(join(data, 'certificates', `${ending}.json`), 'utf8');
    expect(found).toContain('\\"kind\\":\\"final\\"');
    return found;
  });
  const verified = verifyCertificate(text, null);
  expect(verified).toMatchObject({
    kind: 'genuine',
    certificate: {
      ...{ kind: 'final', org: people.org, person: people.bob, orderedBy: 'owner' },
      destroyed: { days: DAYS, segments: DAYS, images: DAYS, devices: 1 },
      remains: { backups: { many: 0, until: null }, computers: { of: 1, wiped: 0, until: null } },
    },
  });
  const { publicKey } = await foundation.vault.certificateKey();
  expect(verifyCertificate(text, publicKey).kind).toBe('genuine');
  expect(verifyCertificate(text, 'A'.repeat(43)).kind).not.toBe('genuine');
  expect(verifyCertificate(text.replace('final', 'fimal'), null).kind).toBe('changed');
  expect(verifyCertificate(text.replaceAll(`\\"segments\\":${DAYS}`, '\\"segments\\":1'), null).kind).toBe('changed');
  expect(verifyCertificate('{}', null).kind).toBe('unreadable');
  expect(verifyCertificate('no certificate', null).kind).toBe('unreadable');
});

it('the same address hired again the same day is somebody new, and nothing of before is theirs', async () => {
  await end();
  const again = await invited(foundation, people.org);
  await untilFinal();
  expect(again).not.toBe(people.bob);
  expect(await foundation.store.person(people.org, again)).toMatchObject({ person: again, status: 'invited' });
  expect((await foundation.store.holdingsOf(people.org, again)).days).toBe(0);
  expect(await leftOfPerson(foundation, people.org, people.bob)).toEqual(NOTHING);
});

it('what comes back with an older copy of data and keys is ended again before anything is served', async () => {
  await close();
  const copy = join(folder, 'copy');
  await cp(data, copy, { recursive: true });
  await open();
  await end();
  await untilFinal();
  await close();
  const ledger = await readFile(join(data, 'ledger.ndjson'));
  await rm(data, { recursive: true });
  await cp(copy, data, { recursive: true });
  await writeFile(join(data, 'ledger.ndjson'), ledger, { mode: 0o600 });
  reached = [];
  await open();
  expect(await foundation.store.person(people.org, people.bob)).toBeNull();
  await untilFinal();
  expect(await leftOfPerson(foundation, people.org, people.bob)).toEqual(NOTHING);
  expect((await leftOfPerson(foundation, people.org, people.ann)).opened).toBe(DAYS);
});

it('a computer that is given a longer lease between the order and the fence is waited for until that has ended', async () => {
  const until = Date.now() + 60_000;
  await reopen(({ store, ledger }) => ({
    ledger: {
      ...{ entries: ledger.entries, extends: ledger.extends },
      get head() {
        return ledger.head;
      },
      async append(entry) {
        await ledger.append(entry);
        const [device] = await store.devices(people.org, [people.bob]);
        if (entry.state !== 'committed' || device === undefined) return;
        const lease = { device: device.device, issuedAt: Date.now(), observedUntil: until, enteredUntil: until };
        await store.recordLeases(people.org, [lease]);
      },
    },
  }));
  await end();
  await vi.waitFor(() => expect(reached).toContain('verified_empty'));
  const [ending] = endings.of(people.org);
  expect(ending?.devices.map(({ leaseUntil }) => leaseUntil)).toEqual([until]);
  expect(ending?.leaseUntil).toBe(until);
  expect(reached).not.toContain('agents_wiped');
});

it('a computer may record until the later end of the later lease that it may have', async () => {
  const [laptop] = await foundation.store.devices(people.org, [people.bob]);
  if (laptop === undefined) throw new Error('Bob has no computer');
  const [short, long] = [
    { issuedAt: 50, observedUntil: 90, enteredUntil: 60 },
    { issuedAt: 1, observedUntil: 20, enteredUntil: 95 },
  ];
  const until = (lease: LeaseWindow | null, previousLease: LeaseWindow | null) =>
    asEnded({ ...laptop, lease, previousLease }).leaseUntil;
  expect([until(short, null), until(short, long), until(null, null)]).toEqual([90, 95, null]);
});

it('where the final certificate cannot be written it is written later, without a restart', async () => {
  let isFull = true;
  await reopen((of) => ({
    async certify(ending) {
      if (ending.state === 'final' && isFull) throw new StoreError('full', 'no room');
      return certify({ ...of, ...surroundings }, ending);
    },
  }));
  const { ending } = await end();
  await vi.waitFor(() => expect(failures).toContainEqual(expect.objectContaining({ code: 'full' })));
  expect(verdict(await certificateOf(data, ending))).toBe('interim');
  isFull = false;
  await vi.waitFor(async () => expect(verdict(await certificateOf(data, ending))).toBe('final'), { timeout: 15_000 });
}, 20_000);

it('whose organisation ends in the middle of it is over too, and nothing is written for an organisation that is gone', async () => {
  await reopen(() => ({
    reached(_, state) {
      if (state === 'committed') throw new Error('the power went');
    },
  }));
  await expect(endings.end({ org: people.org, person: people.bob, by: 'host' })).rejects.toThrow('the power went');
  await close();
  await cancelOrganisation(people.org, { data, ...surroundings });
  reached = [];
  await open();
  await vi.waitFor(() => expect(reached.filter((state) => state === 'final')).toHaveLength(2), { timeout: 10_000 });
  expect((await foundation.store.holdings(people.org)).records).toBe(0);
});

function verdict(file: CertificateFile | null): string | null {
  const read = verifyCertificate(JSON.stringify(file), null);
  return read.kind === 'genuine' ? read.certificate.kind : null;
}

it('no lease is over because of a clock that is in doubt', async () => {
  const before = Date.now() - 1;
  const [device] = await foundation.store.devices(people.org, [people.bob]);
  if (device === undefined) throw new Error('no computer');
  const lease = { device: device.device, issuedAt: before, observedUntil: before, enteredUntil: before };
  await foundation.store.recordLeases(people.org, [lease]);
  let isTrusted = false;
  const pulled = { pulled: { now: 2, expected: 1, way: 'ahead' } } as const;
  await reopen(() => ({ brake: { check: () => (isTrusted ? 'free' : pulled) } }));
  const ending = await end();
  await vi.waitFor(async () => expect(await certificateOf(data, ending.ending)).not.toBeNull());
  expect(reached).not.toContain('agents_wiped');
  isTrusted = true;
  await reopen(() => ({}));
  await untilFinal();
});

it('nothing is certified while what was here before a restore is kept, nor before the recovery set is without the keys', async () => {
  let isKept = true;
  await reopen(() => ({
    requireNoneKept: async () => {
      if (isKept) throw new Error('kept');
    },
    recorded: async () => false,
  }));
  const { ending } = await end();
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  expect(endings.of(people.org)[0]?.state).toBe('scrubbed');
  isKept = false;
  await reopen(() => ({ recorded: async () => false }));
  await vi.waitFor(() => expect(endings.of(people.org)[0]?.state).toBe('verified_empty'));
  await close();
  expect(await certificateOf(data, ending)).toBeNull();
  await open();
  await untilFinal();
});

it('a final certificate that was changed on the disk, or is that of another ending, is made anew', async () => {
  const { ending } = await end();
  await untilFinal();
  const file = join(data, fileOf(ending));
  const genuine = await vi.waitFor(async () => {
    const text = await readFile(file, 'utf8');
    expect(text).toContain('\\"kind\\":\\"final\\"');
    return text;
  });
  for (const text of [genuine.replaceAll(`\\"segments\\":${DAYS}`, '\\"segments\\":1'), genuine.slice(9)]) {
    await writeFile(file, text);
    await reopen(() => ({}));
    await vi.waitFor(async () => {
      const found = verifyCertificate(await readFile(file, 'utf8'), null);
      expect(found).toMatchObject({ kind: 'genuine', certificate: { kind: 'final', destroyed: { segments: DAYS } } });
    });
  }
});

it('is not final while there is a backup from before it, whatever the clock said when that was made', async () => {
  const { keyStore, vault, clock } = { ...foundation, ...surroundings };
  const at = clock.now() + 5 * 86_400_000; // the clock was ahead
  const id = { backup: BackupId.parse(randomUUID()), at, expires: at + 30 * 86_400_000 };
  const { wrapped } = vault.sealBackupKey(id);
  const detail = JSON.stringify(BackupDetail.parse({ place: 'a place', ledger: 0 }));
  await keyStore.putBackup({ ...id, state: 'complete', changedAt: at, wrapped, detail });
  const { ending } = await end();
  await vi.waitFor(() => expect(reached).toContain('agents_wiped'));
  await vi.waitFor(async () => expect(await certificateOf(data, ending)).not.toBeNull());
  const found = verifyCertificate(await readFile(join(data, fileOf(ending)), 'utf8'), null);
  expect(found).toMatchObject({
    certificate: { kind: 'interim', remains: { backups: { many: 1, until: id.expires } } },
  });
  expect(reached).not.toContain('backups_expired');
  await keyStore.destroyBackupKey(id.backup, at);
  const left = JSON.stringify(BackupDetail.parse({ place: 'a place', ledger: 0, left: true }));
  await keyStore.changeBackup(id.backup, { state: 'expired', changedAt: at, detail: left });
  await reopen(() => ({}));
  await untilFinal();
  await vi.waitFor(async () => {
    const final = verifyCertificate(await readFile(join(data, fileOf(ending)), 'utf8'), null);
    const backups = { many: 0, until: null, left: { many: 1, places: 1 } };
    expect(final, 'its files lie where the server does not reach').toMatchObject({
      certificate: { kind: 'final', remains: { backups } },
    });
  });
});
