import { enrolIn } from './enrolIn.ts';
import { openStoreIn } from './openedSqliteStore.ts';
import { batch, device } from './storeRecords.ts';

// A process for tests: appends to the store in the folder named on its command line, eight batches at a time, and
// prints the highest seq that the store has said is committed, until it is killed.
const store = await openStoreIn(process.argv[2] ?? '');
await enrolIn(store, device('laptop'));
for (let seq = 1; ; seq += 8) {
  const seqs = Array.from({ length: 8 }, (_, at) => seq + at);
  await Promise.all(seqs.map((one) => store.appendBatch(batch(one))));
  process.stdout.write(`${seq + 7}\n`);
}
