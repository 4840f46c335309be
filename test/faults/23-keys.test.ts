import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { rootKeyOf } from '../../server/vault/rootKey.ts';
import { createRootKeyFile, createVault, readRootKeyFile, VaultError } from '../../server/vault/vault.ts';
import { createMemoryKeyStore } from '../support/memoryKeyStore.ts';
import { ORG_PROFILE, outcomeOf, TITLES } from '../support/vaultScopes.ts';

// FAULTS 23, at the vault: wrong, missing, rotated-away or world-readable key: clear error, no fallback to plaintext.

const random = randomBytes;
const folder = await mkdtemp(join(tmpdir(), 'daylight-keys-'));
afterEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'root.key');

async function refusalOf(attempt: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof VaultError)) throw new Error(`expected a VaultError, got ${String(error)}`);
  return { code: error.code, message: error.message };
}

describe('the root key file', () => {
  test('is 32 random bytes that only its owner can read, and is read back', async () => {
    const key = await createRootKeyFile(path);
    const { mode, size } = await stat(path);
    expect({ mode: mode & 0o777, size, same: Buffer.from(await readRootKeyFile(path)).equals(key) }).toEqual({
      mode: 0o600,
      size: 32,
      same: true,
    });
    expect(await readdir(folder)).toEqual(['root.key']);
  });

  test('is never replaced', async () => {
    const key = await createRootKeyFile(path);
    const refusal = await refusalOf(createRootKeyFile(path));
    expect(refusal).toEqual({ code: 'unavailable', message: expect.stringContaining('never replaced') });
    expect(Buffer.from(await readFile(path)).equals(key)).toBe(true);
    expect(await readdir(folder)).toEqual(['root.key']);
  });

  test('is refused when it is missing', async () => {
    const refusal = await refusalOf(readRootKeyFile(path));
    expect(refusal).toEqual({
      code: 'unavailable',
      message: `${path}: the root key file is missing. Put it back, or restore it from the recovery set; without it nothing can be read.`,
    });
  });

  test.each([0o604, 0o640, 0o660, 0o602, 0o601])('is refused with mode %o', async (mode) => {
    await createRootKeyFile(path);
    await chmod(path, mode);
    const refusal = await refusalOf(readRootKeyFile(path));
    expect(refusal.message).toBe(
      `${path}: the root key file has mode 0${mode.toString(8)}, so that others can read or change it. Run: chmod 600 '${path}'`,
    );
  });

  test.each([
    [0, 'only 0'],
    [31, 'only 31'],
    [33, 'more'],
    [64, 'more'],
  ])('is refused with %i bytes', async (length, found) => {
    await createRootKeyFile(path);
    if (length < 32) await truncate(path, length);
    else await writeFile(path, randomBytes(length));
    const { code, message } = await refusalOf(readRootKeyFile(path));
    expect({ code, message }).toEqual({
      code: 'wrong_root_key',
      message: `${path}: expected a root key of 32 bytes and found ${found}. Put the original file back, or restore it from the recovery set.`,
    });
  });

  test('is refused when it is a folder', async () => {
    expect((await refusalOf(readRootKeyFile(folder))).message).toContain('expected a root key file');
  });
});

describe('the key store', () => {
  async function sealedStore() {
    const keyStore = createMemoryKeyStore();
    const rootKey = rootKeyOf(randomBytes(32));
    const vault = await createVault({ keyStore, rootKey, random });
    const sealed = await vault.seal(TITLES, Buffer.from('mine'));
    const profile = await vault.seal(ORG_PROFILE, Buffer.from('ours'));
    return { keyStore, rootKey, sealed, profile, lookup: vault.lookupHash('email', 'a@example.org') };
  }

  test('opens again with its root key, and everything in it', async () => {
    const { keyStore, rootKey, sealed, profile, lookup } = await sealedStore();
    const vault = await createVault({ keyStore, rootKey, random });
    expect([
      await outcomeOf(vault.open(TITLES, sealed)),
      await outcomeOf(vault.open(ORG_PROFILE, profile)),
      vault.lookupHash('email', 'a@example.org') === lookup,
      vault.lookupHash('client', 'a@example.org') === lookup,
    ]).toEqual(['mine', 'ours', true, false]);
  });

  test('does not open with another root key, and is left as it was', async () => {
    const { keyStore } = await sealedStore();
    const before = [keyStore.check, [...keyStore.orgs], [...keyStore.dataKeys.values()]];
    const refusal = await refusalOf(createVault({ keyStore, rootKey: rootKeyOf(randomBytes(32)), random }));
    expect(refusal).toEqual({
      code: 'wrong_root_key',
      message:
        'This root key belongs to another key store. Put the root key file back that was made with this data folder.',
    });
    expect([keyStore.check, keyStore.orgs, [...keyStore.dataKeys.values()]]).toEqual(before);
  });

  test('tells damage from a wrong key', async () => {
    const { keyStore, rootKey } = await sealedStore();
    keyStore.check = Uint8Array.from(keyStore.check ?? [], (byte, at) => (at === 60 ? byte ^ 1 : byte));
    expect((await refusalOf(createVault({ keyStore, rootKey, random }))).code).toBe('unavailable');
  });

  test('does not take a new root key because its check is lost', async () => {
    const { keyStore } = await sealedStore();
    keyStore.check = null;
    const refusal = await refusalOf(createVault({ keyStore, rootKey: rootKeyOf(randomBytes(32)), random }));
    expect(refusal.message).toContain('lost its root check');
    expect(keyStore.check).toBeNull();
  });

  test('with an organisation key damaged does not open', async () => {
    const { keyStore, rootKey } = await sealedStore();
    keyStore.orgs = keyStore.orgs.map((key) => ({
      ...key,
      wrapped: key.wrapped.map((byte, at) => (at === 55 ? byte ^ 1 : byte)),
    }));
    expect((await refusalOf(createVault({ keyStore, rootKey, random }))).code).toBe('unavailable');
  });

  test('with the organisation key rotated away releases nothing and seals nothing under a key that it cannot reopen', async () => {
    const { keyStore, rootKey, sealed } = await sealedStore();
    keyStore.orgs = [];
    const vault = await createVault({ keyStore, rootKey, random });
    expect(await refusalOf(vault.open(TITLES, sealed))).toEqual({
      code: 'unavailable',
      message:
        'The organisation key, version 1, of this record is not in the key store. Restore the key store from the recovery set.',
    });
    expect((await refusalOf(vault.seal(TITLES, Buffer.from('more')))).code).toBe('unavailable');
  });

  test('with the data key destroyed says so', async () => {
    const { keyStore, rootKey, sealed } = await sealedStore();
    keyStore.dataKeys.clear();
    const vault = await createVault({ keyStore, rootKey, random });
    expect((await refusalOf(vault.open(TITLES, sealed))).code).toBe('key_destroyed');
  });

  test('that does not answer makes sealing and opening fail, and holds again afterwards', async () => {
    const { keyStore, rootKey, sealed } = await sealedStore();
    const vault = await createVault({ keyStore, rootKey, random });
    keyStore.failure = new Error('I/O error');
    expect((await refusalOf(vault.seal(TITLES, Buffer.from('mine')))).code).toBe('unavailable');
    expect((await refusalOf(vault.open(TITLES, sealed))).code).toBe('unavailable');
    keyStore.failure = null;
    expect(await outcomeOf(vault.open(TITLES, await vault.seal(TITLES, Buffer.from('again'))))).toBe('again');
  });

  test('holds no key in the clear', async () => {
    const keys: Buffer[] = [];
    const recorded = (length: number) => {
      const bytes = randomBytes(length);
      if (length === 32) keys.push(bytes);
      return bytes;
    };
    const keyStore = createMemoryKeyStore();
    const vault = await createVault({ keyStore, rootKey: rootKeyOf(recorded(32)), random: recorded });
    await vault.seal(TITLES, Buffer.from('mine'));
    const stored = Buffer.concat([
      keyStore.check ?? new Uint8Array(),
      ...keyStore.orgs.map(({ wrapped }) => wrapped),
      ...[...keyStore.dataKeys.values()].map(({ wrapped }) => wrapped),
    ]);
    // Root, look-up, organisation and data key, and the one of the organisation's own records.
    expect([keys.length, keys.filter((key) => stored.includes(key))]).toEqual([5, []]);
  });
});
