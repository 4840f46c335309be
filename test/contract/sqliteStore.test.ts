import { join } from 'node:path';
import { openSqliteKeyStore } from '../../server/store/sqlite/keyStore.ts';
import { openStoreIn, temporaryFolder } from '../support/openedSqliteStore.ts';
import { keyStoreContract } from './keyStore.contract.ts';
import { storeContract } from './store.contract.ts';

storeContract('the SQLite store', async () => {
  const { folder, remove } = await temporaryFolder();
  let store = await openStoreIn(folder);
  return {
    store,
    async reopen() {
      await store.close();
      store = await openStoreIn(folder);
      return store;
    },
    async dispose() {
      await store.close();
      await remove();
    },
  };
});

keyStoreContract('the SQLite key store', async () => {
  const { folder, remove } = await temporaryFolder();
  const file = join(folder, 'keys.db');
  let keys = await openSqliteKeyStore({ file });
  return {
    keys,
    async reopen() {
      await keys.close();
      keys = await openSqliteKeyStore({ file });
      return keys;
    },
    async dispose() {
      await keys.close();
      await remove();
    },
  };
});
