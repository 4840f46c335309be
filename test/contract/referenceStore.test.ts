import { createReferenceKeyStore, createReferenceStore } from '../support/referenceStore.ts';
import { keyStoreContract } from './keyStore.contract.ts';
import { storeContract } from './store.contract.ts';

storeContract('the reference store', async () => {
  const store = createReferenceStore();
  return { store, reopen: null, dispose: () => store.close() };
});

keyStoreContract('the reference key store', async () => {
  const keys = createReferenceKeyStore();
  return { keys, reopen: null, dispose: () => keys.close() };
});
