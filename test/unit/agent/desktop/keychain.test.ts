import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyFile } from '../../../../agent/core/spool/spoolKey.ts';
import { wipeFolder } from '../../../../agent/core/wipe.ts';
import { chooseSpoolKey } from '../../../../agent/desktop/keychain.ts';
import { createRegistrar } from '../../../../agent/platform/registrar.ts';
import { scratch, systemRandom } from '../../../support/agentKit.ts';
import { createElectronFake, type FakeElectron } from '../../../support/electronFake.ts';

function choose(fake: FakeElectron, folder: string, os: NodeJS.Platform = 'linux') {
  return chooseSpoolKey({ safeStorage: fake.electron.safeStorage, os, folder, random: systemRandom });
}

test('where there is a keychain the key is kept encrypted under it, opens again, and is wiped with the rest', async () => {
  await using place = await scratch();
  const fake = createElectronFake();
  const key = await choose(fake, place.folder);
  expect(key.words).toBe('encrypted under a key in the keyring of your desktop');
  expect(await key.load()).toBeNull();
  const made = await key.make();
  const path = join(place.folder, 'spool.keychain');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const kept = await readFile(path);
  expect(kept.includes(Buffer.from(made))).toBe(false);
  expect(kept.includes(Buffer.from(made).toString('base64'))).toBe(false);
  expect(await (await choose(fake, place.folder)).load()).toEqual(new Uint8Array(made));

  // An agent without the desktop neither makes a second key nor reads this one.
  await expect(keyFile(join(place.folder, 'spool.key'), systemRandom).load()).rejects.toThrow(
    'is in the keychain of your account',
  );
  expect(await wipeFolder(place.folder, createRegistrar())).toMatchObject({ left: [] });
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test.each([
  ['win32', 'encrypted by Windows for your account (DPAPI)'],
  ['darwin', 'encrypted under a key in your macOS keychain'],
] as const)('on %s the words name its own keychain', async (os, words) => {
  await using place = await scratch();
  expect((await choose(createElectronFake(), place.folder, os)).words).toBe(words);
});

test.each(['basic_text', 'unknown'])(
  '%s is no protection: the key is in a file of this account, and the words say why',
  async (backend) => {
    await using place = await scratch();
    const fake = createElectronFake();
    fake.keychain.backend = backend;
    const key = await choose(fake, place.folder);
    const path = join(place.folder, 'spool.key');
    expect(key.words).toBe(
      `in the file ${path}, which only your user account can read, because this desktop has no keyring that would protect it better`,
    );
    await key.make();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    // A keyring that is there later does not make a second key.
    fake.keychain.backend = 'kwallet6';
    expect((await choose(fake, place.folder)).words).toBe(`in the file ${path}, which only your user account can read`);
  },
);

test('a keychain that is shut, or does not open the key, is an error and never a new key', async () => {
  await using place = await scratch();
  const fake = createElectronFake();
  await (await choose(fake, place.folder)).make();
  fake.keychain.available = false;
  await expect(choose(fake, place.folder)).rejects.toThrow(
    'cannot be opened now: the keychain of your account is not available',
  );
  fake.keychain.available = true;
  await writeFile(join(place.folder, 'spool.keychain'), 'of another keychain');
  await expect((await choose(fake, place.folder)).load()).rejects.toThrow('did not open the key');
});
