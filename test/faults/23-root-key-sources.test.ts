import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFoundation } from '../../server/foundation.ts';
import { initialise } from '../../server/initialise.ts';
import { keyStatus, rotateRootOnHost } from '../../server/keysOnHost.ts';
import { openRecoverySet } from '../../server/lifecycle/recovery/openRecoverySet.ts';
import { beginRecovery } from '../../server/recoveryOnHost.ts';
import { currentSource } from '../../server/vault/rootKeyProvider.ts';
import { VaultError } from '../../server/vault/vault.ts';
import { surroundings } from '../support/twoOrganisations.ts';

// FAULTS 23: wherever the root key comes from, one that is missing, wrong, too short or readable by others stops the start with the remedy.

const NAME = 'DAYLIGHT_TEST_ROOT_KEY';
let folder: string;
let data: string;
let passphrase: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-root-'));
  [data, passphrase] = [join(folder, 'data'), join(folder, 'passphrase')];
  await writeFile(passphrase, 'correct horse battery staple tram\n', { mode: 0o600 });
  process.env[NAME] = randomBytes(32).toString('base64');
});
afterEach(async () => {
  delete process.env[NAME];
  await rm(folder, { recursive: true });
});

const owner = { organisation: 'Acme', ownerName: 'Ola', ownerEmail: 'ola@example.com' };
const init = (rootKey?: string) => initialise(data, owner, { rootKey });

/** The name of the organisation, which is sealed, or the refusal. */
async function opened(rootKey?: string): Promise<string> {
  try {
    const foundation = await openFoundation({ data, ...surroundings, create: false, rootKey });
    const [org] = await foundation.organisations.all().finally(() => foundation.close());
    return org?.name ?? 'nobody';
  } catch (error) {
    if (error instanceof VaultError) return error.message;
    throw error;
  }
}

describe('a passphrase', () => {
  test('opens what it was made with, from then on without being named, and has a salt of its own', async () => {
    await init(`passphrase:${passphrase}`);
    expect([await opened(), await opened(`passphrase:${passphrase}`)]).toEqual(['Acme', 'Acme']);
    expect(await currentSource(data)).toMatchObject({
      kind: 'passphrase',
      salt: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await expect(stat(join(data, 'root.key'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await keyStatus({ data, ...surroundings })).rootKey).toBe(`passphrase:${passphrase}`);
  });

  test('that is missing, wrong, too short or readable by others stops the start with the remedy', async () => {
    await init(`passphrase:${passphrase}`);
    await chmod(passphrase, 0o644);
    expect(await opened()).toContain(`Run: chmod 600 '${passphrase}'`);
    await chmod(passphrase, 0o600);
    await writeFile(passphrase, 'correct horse battery staple bus\n');
    expect(await opened()).toContain('This root key belongs to another key store.');
    await writeFile(passphrase, 'tram\n');
    expect(await opened()).toContain('shorter than 12 characters');
    await rm(passphrase);
    expect(await opened()).toContain(`${passphrase}: the root key file is missing`);
  });
});

describe('the environment', () => {
  test('opens what it was made with, from then on without being named', async () => {
    await init(`env:${NAME}`);
    expect([await opened(), await opened(`env:${NAME}`)]).toEqual(['Acme', 'Acme']);
    await expect(stat(join(data, 'root.key'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that has none, a wrong one, one that is too short or no base64 stops the start with the remedy', async () => {
    await init(`env:${NAME}`);
    process.env[NAME] = randomBytes(32).toString('base64');
    expect(await opened()).toContain('This root key belongs to another key store.');
    process.env[NAME] = randomBytes(16).toString('base64');
    expect(await opened()).toContain(`${NAME}: expected a root key of 32 bytes and found only 16`);
    process.env[NAME] = '** not at all **';
    expect(await opened()).toContain(`${NAME}: the root key in the environment is not base64`);
    delete process.env[NAME];
    expect(await opened()).toContain(`Set ${NAME} to 32 random bytes in base64`);
  });
});

test('a key file elsewhere is made, and found again; a source of no known kind is refused', async () => {
  const file = join(folder, 'elsewhere.key');
  await init(`file:${file}`);
  expect([(await stat(file)).mode & 0o777, await opened()]).toEqual([0o600, 'Acme']);
  await chmod(file, 0o640);
  expect(await opened()).toContain(`Run: chmod 600 '${file}'`);
  expect(await opened('kms:alias/daylight')).toContain('Give file:PATH, passphrase:FILE or env:NAME');
});

test('a root key is replaced by another one, from wherever, and the one before opens nothing any more', async () => {
  await init();
  const first = await readFile(join(data, 'root.key'));
  const options = { data, ...surroundings };
  const { identity } = await beginRecovery({ file: join(folder, 'recovery.age'), again: false }, options);
  const held = async () => Buffer.from((await openRecoverySet(join(folder, 'recovery.age'), identity)).rootKey);
  expect((await held()).equals(first)).toBe(true);

  expect(await rotateRootOnHost(options, undefined)).toEqual({
    from: 'file:root.key',
    to: 'file:root.key',
    recoveryFailed: null,
  });
  const second = await readFile(join(data, 'root.key'));
  expect([second.equals(first), await opened(), (await held()).equals(second)]).toEqual([false, 'Acme', true]);
  await writeFile(join(folder, 'old.key'), first, { mode: 0o600 });
  expect(await opened(`file:${join(folder, 'old.key')}`)).toContain('This root key belongs to another key store.');

  await rotateRootOnHost(options, `passphrase:${passphrase}`);
  await expect(stat(join(data, 'root.key'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await opened()).toBe('Acme');
  await expect(rotateRootOnHost(options, `env:${NAME}_NONE`)).rejects.toThrow(/is not in the environment/);
  await rotateRootOnHost(options, `env:${NAME}`);
  expect(await opened()).toBe('Acme');
  await expect(rotateRootOnHost(options, `env:${NAME}`)).rejects.toThrow(/is used already/);
  expect([await opened(), (await held()).toString('base64')]).toEqual(['Acme', process.env[NAME]]);
  await rotateRootOnHost(options, undefined);
  delete process.env[NAME];
  expect(await opened()).toBe('Acme');
});

test('a root key is not replaced while somebody has the data open', async () => {
  await init();
  const foundation = await openFoundation({ data, ...surroundings, create: false });
  await expect(rotateRootOnHost({ data, ...surroundings }, undefined)).rejects.toMatchObject({ code: 'conflict' });
  await foundation.close();
  expect(await opened()).toBe('Acme');
});
