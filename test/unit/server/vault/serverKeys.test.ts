import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { createVault, VaultError } from '../../../../server/vault/vault.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { backup, NINE, orgId } from '../../../support/storeRecords.ts';

const rootKey = rootKeyOf(randomBytes(32));
const said = Buffer.from('everything of this person is gone');

test('the server signs certificates by one key, whichever process makes it first, also after every organisation ended', async () => {
  const keyStore = createMemoryKeyStore();
  const vaults = await Promise.all([0, 1].map(() => createVault({ keyStore, rootKey, random: randomBytes })));
  const keys = await Promise.all([...vaults, ...vaults].map((vault) => vault.certificateKey()));
  await keyStore.destroyKeys(orgId('acme'));
  const later = await (await createVault({ keyStore, rootKey, random: randomBytes })).certificateKey();
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: later.publicKey }, format: 'jwk' });
  for (const one of [...keys, later]) expect(verify(null, said, key, one.sign(said))).toBe(true);
  expect(verify(null, Buffer.from('something else'), key, later.sign(said))).toBe(false);
});

test('the key of a backup opens for that backup and its day alone, and for nobody once it is destroyed', async () => {
  const vault = await createVault({ keyStore: createMemoryKeyStore(), rootKey, random: randomBytes });
  const record = backup('one');
  const { key, wrapped } = vault.sealBackupKey(record);
  expect(key).toHaveLength(32);
  expect(Buffer.from(vault.openBackupKey({ ...record, wrapped })).equals(key)).toBe(true);
  const refused = [
    { ...record, wrapped, expires: record.expires + 1 },
    { ...record, wrapped, backup: backup('two').backup },
    { ...record, wrapped: null, changedAt: NINE },
  ].map((one) => {
    try {
      return vault.openBackupKey(one).length;
    } catch (error) {
      return error instanceof VaultError ? error.code : error;
    }
  });
  expect(refused).toEqual(['unavailable', 'unavailable', 'key_destroyed']);
});
