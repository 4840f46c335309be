import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Foundation } from '../../../../server/foundation.ts';
import { startBackups } from '../../../../server/lifecycle/backup/backups.ts';
import { backupPartsOf } from '../../../../server/lifecycle/backup/partsOf.ts';
import { cancelOrganisation } from '../../../../server/lifecycle/cancellation.ts';
import { openLedger } from '../../../../server/lifecycle/ledger.ts';
import { witnessesOf } from '../../../../server/lifecycle/ledgerWitness.ts';
import { layRecoverySet, openRecoverySet } from '../../../../server/lifecycle/recovery/openRecoverySet.ts';
import { createPatience } from '../../../../server/lifecycle/recovery/patience.ts';
import { startRecovery } from '../../../../server/lifecycle/recovery/recoveryJob.ts';
import { createRecoverySet, type RecoveryWritten } from '../../../../server/lifecycle/recovery/recoverySet.ts';
import { beginRecovery, recoveryState, writeRecovery } from '../../../../server/recoveryOnHost.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { BackupId, type OrgId, PersonId } from '../../../../shared/ids.ts';
import { openFoundationIn } from '../../../support/numberedNotes.ts';
import { leftOf, prepareTwo, surroundings } from '../../../support/twoOrganisations.ts';

const DAYS = 3;
let folder: string;
let data: string;
let file: string;
let acme: OrgId;
let bolt: OrgId;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-recovery-'));
  data = join(folder, 'data');
  await mkdir(join(folder, 'elsewhere'));
  file = join(folder, 'elsewhere', 'recovery.age');
  ({ acme, bolt } = await prepareTwo(data, DAYS));
});
afterEach(() => rm(folder, { recursive: true }));

const begin = (again = false, to = file) => beginRecovery({ file: to, again }, { data, ...surroundings });

async function opened<T>(work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundationIn(data);
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}

const owner = async ({ store }: Foundation, org: OrgId): Promise<PersonId> =>
  (await store.people(org))[0]?.person ?? PersonId.parse('');

test('a lost machine is rebuilt from the recovery set and a copy of the data: everything opens, and the ledger goes on', async () => {
  const { identity } = await begin();
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
  const set = await openRecoverySet(file, identity);
  expect(set.people).toHaveLength(2);
  expect(set.organisations.map(({ org, policy }) => [org, policy?.version])).toEqual([
    [acme, 1],
    [bolt, 1],
  ]);
  const rebuilt = join(folder, 'rebuilt');
  await layRecoverySet(set, rebuilt);
  for (const name of ['daylight.db', 'blobs']) await cp(join(data, name), join(rebuilt, name), { recursive: true });
  await rm(data, { recursive: true });
  for (const org of [acme, bolt]) expect(await leftOf(rebuilt, org)).toMatchObject({ opened: DAYS });
  expect((await openLedger(rebuilt)).head).toEqual(set.ledgerHead);
  await expect(layRecoverySet(set, rebuilt)).rejects.toMatchObject({ code: 'conflict' });
});

test('the identity is nowhere in the data folder, and no key is readable in the recovery set', async () => {
  const { identity } = await begin();
  const rootKey = await readFile(join(data, 'root.key'));
  const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    expect([name, bytes.includes(identity), bytes.includes(identity.slice(20))]).toEqual([name, false, false]);
  }
  const sealed = await readFile(file);
  expect([sealed.includes(rootKey), sealed.includes(rootKey.toString('base64')), sealed.includes(acme)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('it is overwritten when a key is destroyed, a right changes or something ends, and holds nothing of before', async () => {
  const { identity } = await begin();
  await opened(async (foundation) => {
    const { store, vault, keyStore, recovery } = foundation;
    const job = startRecovery({ recovery, wrote: () => undefined }, { gatherMs: 1, retryMs: 1 });
    const now = () => openRecoverySet(file, identity);
    const person = await owner(foundation, acme);
    await store.changePerson(acme, person, { role: 'employee' });
    await expect.poll(async () => (await now()).people.find((one) => one.person === person)?.role).toBe('employee');
    const decision = vault.fromStore(randomBytes(80));
    await store.putDecision({ org: acme, person, revision: 1, at: 5, decision });
    await expect
      .poll(async () => (await now()).decisions)
      .toEqual([
        { kind: 'decision', org: acme, person, revision: 1, at: 5, decision: Buffer.from(decision).toString('base64') },
      ]);
    const [key] = await keyStore.dataKeysBelow(acme, 99, null, 1);
    if (key === undefined) throw new Error('there is no key');
    const wrapped = Buffer.from(key.wrapped).toString('base64');
    const holds = async () => JSON.stringify((await now()).keys).includes(wrapped);
    expect(await holds()).toBe(true);
    await vault.destroyDataKeys([key]);
    await expect.poll(holds).toBe(false);
    await vault.endOrganisation(bolt);
    await expect.poll(async () => JSON.stringify((await now()).keys).includes(`ended/${bolt}`)).toBe(true);
    await job.close();
  });
  expect(await readdir(join(folder, 'elsewhere'))).toEqual(['recovery.age', 'recovery.age.ledger']);
});

test('what a command changes is in it when the command is done', async () => {
  const { identity } = await begin();
  await opened(async (foundation) => {
    await foundation.store.changePerson(acme, await owner(foundation, acme), { role: 'admin' });
  });
  expect((await openRecoverySet(file, identity)).people.map(({ role }) => role)).toContain('admin');
});

test('that it cannot be written is said, everything else goes on, and it is written when it can be again', async () => {
  const { identity } = await begin();
  await rename(join(folder, 'elsewhere'), join(folder, 'away'));
  const told: RecoveryWritten['kind'][] = [];
  await opened(async (foundation) => {
    const { store, recovery } = foundation;
    const job = startRecovery({ recovery, wrote: ({ kind }) => told.push(kind) }, { gatherMs: 1, retryMs: 5 });
    await store.changePerson(acme, await owner(foundation, acme), { role: 'admin' });
    expect(await recovery.write()).toMatchObject({ kind: 'failed', cause: { code: 'ENOENT' } });
    expect(await recoveryState(data)).toMatchObject({ kind: 'failing', settings: { failing: { code: 'ENOENT' } } });
    expect(recovery.behind).toBe(true);
    const alarms: string[] = [];
    const nothing = { made: () => undefined, ended: () => undefined, failed: () => undefined };
    const backups = startBackups(
      {
        ...{ ...backupPartsOf(foundation, surroundings), recovery, target: null, held: async () => null, ...nothing },
        settings: { everyMs: 1, keepDays: 30 },
        alarmed: ({ kind }) => alarms.push(kind),
      },
      { quietMs: 1, everyMs: 5 },
    );
    await expect.poll(() => alarms).toEqual(['recovery_set']);
    const view = await backups.view();
    expect(view.recovery).toMatchObject({ state: 'failing', file, failing: { code: 'ENOENT' } });
    expect(view.problems).toContainEqual({ kind: 'recovery_set', count: 1, names: [file] });
    await backups.close();
    await rename(join(folder, 'away'), join(folder, 'elsewhere'));
    await expect.poll(() => told.at(-1)).toBe('written');
    await job.close();
  });
  expect(told[0]).toBe('failed');
  expect(await recoveryState(data)).toMatchObject({ kind: 'whole', settings: { failing: null } });
  expect((await openRecoverySet(file, identity)).people.map(({ role }) => role)).toContain('admin');
});

test('a file that somebody deleted is noticed by the look at backups, and written again', async () => {
  const { identity } = await begin();
  await opened(async (foundation) => {
    const { recovery } = foundation;
    const job = startRecovery({ recovery, wrote: () => undefined }, { gatherMs: 1, retryMs: 5 });
    await recovery.write();
    const nothing = { made: () => undefined, ended: () => undefined, failed: () => undefined };
    const backups = startBackups(
      {
        ...{ ...backupPartsOf(foundation, surroundings), recovery, target: null, held: async () => null, ...nothing },
        settings: { everyMs: 1, keepDays: 30 },
        alarmed: () => undefined,
      },
      { quietMs: 1, everyMs: 5 },
    );
    await rm(file);
    await expect.poll(async () => (await recoveryState(data)).kind).toBe('whole');
    await rename(join(folder, 'elsewhere'), join(folder, 'away'));
    await expect.poll(async () => (await backups.view()).recovery.state).toBe('failing');
    await rename(join(folder, 'away'), join(folder, 'elsewhere'));
    await expect.poll(async () => (await recoveryState(data)).kind).toBe('whole');
    await backups.close();
    await job.close();
  });
  expect((await openRecoverySet(file, identity)).people).toHaveLength(2);
});

// A pipe that nobody holds the other end of answers as little as a disk that hangs.

test('a disk that does not answer is given up, said, and asked again only once it has answered', async () => {
  const { identity } = await begin();
  await opened(async (foundation) => {
    const { store, keyStore } = foundation;
    const rootKey = rootKeyOf(await readFile(join(data, 'root.key')), 'root.key');
    const patience = createPatience(50);
    const recovery = createRecoverySet({ folder: data, store, rootKey, clock: surroundings.clock, patience });
    await store.changePerson(acme, await owner(foundation, acme), { role: 'admin' });
    execFileSync('mkfifo', [`${file}.tmp`]);
    const before = await readFile(file);
    for (const _ of ['waited for', 'not asked again'])
      expect(await recovery.write()).toMatchObject({ kind: 'failed', cause: { code: 'ETIMEDOUT' } });
    expect(await recoveryState(data)).toMatchObject({ kind: 'failing', settings: { failing: { code: 'ETIMEDOUT' } } });
    const other = await open(`${file}.tmp`, constants.O_RDWR | constants.O_NONBLOCK);
    await rm(`${file}.tmp`);
    await expect.poll(async () => (await recovery.write()).kind).toBe('written');
    await other.close();
    expect((await readFile(file)).equals(before)).toBe(false);
    expect((await openRecoverySet(file, identity)).people.map(({ role }) => role)).toContain('admin');

    await rm(`${file}.ledger`);
    execFileSync('mkfifo', [`${file}.ledger`]);
    const known = await witnessesOf(data, keyStore, createPatience(50));
    expect(known, 'what the settings know counts all the same').toHaveLength(1);
    await (await open(`${file}.ledger`, constants.O_RDWR | constants.O_NONBLOCK)).close();
    // The last write, when it is closed, would wait for the pipe, and the tests that share this process for the thread that does.
    await rm(`${file}.ledger`);
  });
});

test('it opens with its own identity alone, whole alone, and the newest alone after it was begun anew', async () => {
  const first = await begin();
  await expect(begin()).rejects.toMatchObject({ code: 'conflict', remedy: expect.stringContaining('--again') });
  const second = await begin(true);
  expect((await openRecoverySet(file, second.identity)).people).toHaveLength(2);
  const refusal = (identity: string, of = file) =>
    openRecoverySet(of, identity).then(
      () => null,
      (error: { code: string }) => error.code,
    );
  expect([
    await refusal(first.identity),
    await refusal('hunter2'),
    await refusal(second.identity, `${file}.none`),
  ]).toEqual(['forbidden', 'bad_request', 'not_found']);
  await truncate(file, (await stat(file)).size - 20);
  expect([await refusal(second.identity), (await recoveryState(data)).kind]).toEqual(['forbidden', 'missing']);
  await writeRecovery({ data, ...surroundings });
  expect([await refusal(second.identity), (await recoveryState(data)).kind]).toEqual([null, 'whole']);
});

test('it is not begun within the data folder, nor where nothing can be written, and nothing is begun then', async () => {
  await expect(begin(false, join(data, 'recovery.age'))).rejects.toMatchObject({ code: 'bad_request', field: 'file' });
  await expect(begin(false, join(folder, 'nowhere', 'recovery.age'))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await recoveryState(data)).toEqual({ kind: 'none' });
  await expect(writeRecovery({ data, ...surroundings })).rejects.toMatchObject({ code: 'not_found' });
  await opened(async ({ recovery }) => expect(await recovery.write()).toEqual({ kind: 'none' }));
});

test('many who ask at once are served by a few writes, each by one that began after they asked', async () => {
  const { identity } = await begin();
  await opened(async (foundation) => {
    const { store, recovery } = foundation;
    const early = Array.from({ length: 20 }, () => recovery.write());
    await store.changePerson(acme, await owner(foundation, acme), { role: 'manager' });
    const late = await recovery.write();
    expect((await openRecoverySet(file, identity)).people.map(({ role }) => role)).toContain('manager');
    const written = new Set(await Promise.all(early));
    expect([written.size <= 2, late.kind]).toEqual([true, 'written']);
  });
});

test('a ledger that is gone, older or another one is found at the start, and overwrites no recovery set', async () => {
  const { identity } = await begin();
  await cancelOrganisation(bolt, { data, ...surroundings });
  await writeRecovery({ data, ...surroundings });
  // With what computers of the one that ended are told: the key that signed it is nowhere any more.
  expect((await openRecoverySet(file, identity)).ledger.join()).toContain('"order":{"payload":');
  const ledger = join(data, 'ledger.ndjson');
  const lines = (await readFile(ledger, 'utf8')).split('\n').slice(0, -1);
  const beside = JSON.parse(await readFile(`${file}.ledger`, 'utf8'));
  expect(beside).toEqual({
    ...{ format: 'daylight-ledger-head/1', at: expect.any(Number) },
    ledger: { entries: lines.length, head: (await openLedger(data)).head.head },
  });
  const whole = await readFile(file);
  const refusal = () => opened(async () => null).catch(({ code, message, remedy }) => ({ code, message, remedy }));

  await opened(async ({ recovery }) => {
    // Under the hands of a running server.
    await rm(ledger);
    expect(await recovery.write()).toMatchObject({ kind: 'failed', cause: { code: 'conflict' } });
  });
  const settings = await readFile(join(data, 'recovery.json'), 'utf8');
  for (const remove of [[], ['recovery.json'], ['recovery.age.ledger']]) {
    for (const left of [0, 1, lines.length - 1]) {
      await writeFile(
        ledger,
        lines
          .slice(0, left)
          .map((line) => `${line}\n`)
          .join(''),
        { mode: 0o600 },
      );
      if (remove.includes('recovery.age.ledger')) await rm(`${file}.ledger`, { force: true });
      // An older copy of the whole folder knows nothing: what is beside the set does.
      if (remove.includes('recovery.json'))
        await writeFile(join(data, 'recovery.json'), JSON.stringify({ ...JSON.parse(settings), written: null }));
      else await writeFile(join(data, 'recovery.json'), settings);
      expect([remove, left, await refusal()]).toEqual([
        remove,
        left,
        {
          code: 'conflict',
          message: expect.stringContaining(`ledger.ndjson ${left === 0 ? 'is missing' : 'is older'}`),
          remedy: expect.stringContaining('restore it from the recovery set'),
        },
      ]);
      expect((await recoveryState(data)).kind).toBe('other_ledger');
    }
  }
  await expect(begin(true)).rejects.toMatchObject({ code: 'conflict' });
  expect(await readFile(file)).toEqual(whole);

  const { ledger: kept } = await openRecoverySet(file, identity);
  await writeFile(ledger, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  expect(await refusal()).toBeNull();
  expect((await recoveryState(data)).kind).not.toBe('other_ledger');
});

test('a recovery set with endings that this folder knows nothing of is not overwritten by one that is begun here', async () => {
  const other = {
    format: 'daylight-ledger-head/1',
    at: Date.UTC(2026, 0),
    ledger: { entries: 3, head: 'a'.repeat(64) },
  };
  await writeFile(`${file}.ledger`, JSON.stringify(other));
  await writeFile(file, 'the only copy of their keys');
  await expect(begin()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('the recovery set that is there does'),
  });
  expect(await readFile(file, 'utf8')).toBe('the only copy of their keys');
  expect(await recoveryState(data)).toEqual({ kind: 'none' });
});

test('without a recovery set a backup that can be opened knows how far the ledger had come', async () => {
  await opened(async ({ keyStore, vault }) => {
    const id = { backup: BackupId.parse(randomUUID()), at: 5, expires: 6 };
    const detail = JSON.stringify({ place: '/mnt/backups', ledger: 1 });
    const { wrapped } = vault.sealBackupKey(id);
    await keyStore.putBackup({ ...id, wrapped, state: 'complete', changedAt: 5, detail });
  });
  await expect(opened(async () => null)).rejects.toMatchObject({
    message: expect.stringContaining('as the backup of 1970-01-01T00:00:00.005Z does'),
  });
});

test('a file that says nothing of where it goes is named with the remedy', async () => {
  await writeFile(join(data, 'recovery.json'), '{"file":');
  await expect(recoveryState(data)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('recovery begin'),
  });
});
