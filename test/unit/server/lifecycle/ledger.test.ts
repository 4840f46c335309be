import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endingsIn } from '../../../../server/lifecycle/ended.ts';
import { openLedger } from '../../../../server/lifecycle/ledger.ts';
import { EMPTY, type LedgerEntry } from '../../../../server/lifecycle/ledgerEntry.ts';
import { DeviceId, ErasureId, OrgId, PersonId } from '../../../../shared/ids.ts';
import { keyOf } from '../../../support/storeRecords.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-ledger-'));
  file = join(folder, 'ledger.ndjson');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const AT = Date.UTC(2026, 0, 1);
const [org, person] = [OrgId.parse(randomUUID()), PersonId.parse(randomUUID())];
const device = DeviceId.parse(randomUUID());
const whose = { ending: ErasureId.parse(randomUUID()), org, person };
const devices = [{ device, publicKey: keyOf(org), leaseUntil: AT + 9 }];
const lines: readonly LedgerEntry[] = [
  { ...whose, at: AT + 1, state: 'committed', by: 'admin', counts: { segments: 3 }, devices, leaseUntil: AT + 9 },
  { ...whose, at: AT + 2, state: 'keys_destroyed' },
  { ...whose, at: AT + 3, state: 'device_wiped', device },
  { ...whose, at: AT + 4, state: 'purged' },
];

async function write(entries: readonly LedgerEntry[]): Promise<void> {
  const ledger = await openLedger(folder);
  await Promise.all(entries.map((entry) => ledger.append(entry)));
}

it('what is appended at once is read again in order, and has the same head', async () => {
  const ledger = await openLedger(folder);
  expect(ledger.head).toEqual(EMPTY);
  await Promise.all(lines.map((entry) => ledger.append(entry)));
  const again = await openLedger(folder);
  expect([again.entries, again.head]).toEqual([lines, ledger.head]);
  expect(again.head.entries).toBe(lines.length);
});

it('a ledger extends each head that it ever had, and no other one', async () => {
  const ledger = await openLedger(folder);
  const heads = [ledger.head];
  for (const entry of lines) {
    await ledger.append(entry);
    heads.push(ledger.head);
  }
  expect(heads.map((head) => ledger.extends(head))).toEqual(heads.map(() => true));
  const [, first] = heads;
  if (first === undefined) throw new Error('no head');
  expect(ledger.extends({ ...first, entries: 2 })).toBe(false);
  expect(ledger.extends({ entries: 9, head: ledger.head.head })).toBe(false);
  await rm(file);
  expect((await openLedger(folder)).extends(first)).toBe(false);
});

it('lines of before they were numbered are read, count for the head, and are followed', async () => {
  const earlier = ['committed', 'verified_empty'].map((state) => JSON.stringify({ at: AT, organisation: org, state }));
  await writeFile(file, `${earlier.join('\n')}\n`, { mode: 0o600 });
  await write(lines);
  const { entries, head } = await openLedger(folder);
  expect(head.entries).toBe(2 + lines.length);
  expect(endingsIn(entries).map((one) => [one.ending, one.person, one.state])).toEqual([
    [org, null, 'verified_empty'],
    [whose.ending, person, 'purged'],
  ]);
});

it('of two who have read it before the other one wrote, neither takes a line of the other one away', async () => {
  const [one, other] = [await openLedger(folder), await openLedger(folder)];
  const [first, second, ...rest] = lines;
  if (first === undefined || second === undefined) throw new Error('no lines');
  await one.append(first);
  await one.append(second);
  for (const entry of rest) await other.append(entry);
  expect((await openLedger(folder)).entries).toEqual(lines);
  expect(other.entries).toEqual(lines);
});

it('lines that go while it is open are found before the next one is written', async () => {
  const ledger = await openLedger(folder);
  const [first, second, third] = lines;
  if (first === undefined || second === undefined || third === undefined) throw new Error('no lines');
  await ledger.append(first);
  await ledger.append(second);
  await rm(file);
  await expect(ledger.append(third)).rejects.toMatchObject({ code: 'damaged' });
});

it('what is committed again has every state before it again, and each computer once with its latest lease', () => {
  const again = { ...whose, by: 'admin', counts: {}, leaseUntil: AT + 20 } as const;
  const late = { device, publicKey: keyOf(org), leaseUntil: AT + 20 };
  const [ending] = endingsIn([
    ...lines,
    { ...whose, at: AT + 5, state: 'verified_empty' },
    { ...again, at: AT + 6, state: 'committed', devices: [late] },
    { ...whose, at: AT + 7, state: 'keys_destroyed' },
  ]);
  expect([...(ending?.times ?? [])]).toEqual([
    ['committed', AT + 1],
    ['keys_destroyed', AT + 7],
  ]);
  expect(ending?.history.map(({ at }) => at - AT)).toEqual([1, 2, 4, 5, 6, 7]);
  expect(ending).toMatchObject({ emptySince: null, counts: { segments: 3 }, devices: [late], leaseUntil: AT + 20 });
});

it('an ending is its state, when each was reached first, its computers, and which of them answered', async () => {
  const [ending] = endingsIn([...lines, { ...whose, at: AT + 5, state: 'keys_destroyed' }]);
  expect(ending).toMatchObject({ state: 'keys_destroyed', by: 'admin', counts: { segments: 3 }, devices });
  expect([...(ending?.times ?? [])]).toEqual([
    ['committed', AT + 1],
    ['keys_destroyed', AT + 2],
    ['purged', AT + 4],
  ]);
  expect([...(ending?.wiped ?? [])]).toEqual([device]);
});

it.each([
  ['changed', (all: string[]) => all.with(1, all[1]?.replace('keys_destroyed', 'purged') ?? ''), 3],
  ['taken out', (all: string[]) => all.toSpliced(1, 1), 2],
  ['put in', (all: string[]) => all.toSpliced(1, 0, all[0] ?? ''), 2],
  ['moved', (all: string[]) => [all[0] ?? '', all[2] ?? '', all[1] ?? '', all[3] ?? ''], 2],
])('a line that was %s is found by the number of the first that does not follow', async (_, change, number) => {
  await write(lines);
  const all = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(file, `${change(all).join('\n')}\n`);
  await expect(openLedger(folder)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining(`line ${number}: this is no entry of the ledger`),
  });
});

it('a torn line is cut off by the next one, which follows what is whole', async () => {
  await write(lines.slice(0, 2));
  await appendFile(file, '{"seq":3,"previous":"');
  await write(lines.slice(2));
  expect((await openLedger(folder)).entries).toEqual(lines);
});
