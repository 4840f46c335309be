import { StoreError } from '../../server/store/store.ts';
import { enrolIn } from './enrolIn.ts';
import { openStoreIn } from './openedSqliteStore.ts';
import { batch, device } from './storeRecords.ts';

// A process for tests, run under a limit on the size of files: appends four batches at a time to the store in the
// folder named on its command line until one is refused, tries that one twice more, and prints what was accepted.
const store = await openStoreIn(process.argv[2] ?? '');
await enrolIn(store, device('laptop'));
const codes: string[] = [];
const append = async (seq: number): Promise<boolean> => {
  try {
    return (await store.appendBatch(batch(seq))).kind === 'committed';
  } catch (error) {
    codes.push(error instanceof StoreError ? error.code : String(error));
    return false;
  }
};

let accepted = 0;
for (let full = false; !full; ) {
  const results = await Promise.all([1, 2, 3, 4].map((ahead) => append(accepted + ahead)));
  const committed = results.filter(Boolean).length;
  accepted += committed;
  full = committed < 4;
}
await append(accepted + 1);
await append(accepted + 1);
process.stdout.write(JSON.stringify({ accepted, codes }));
process.exit(0);
