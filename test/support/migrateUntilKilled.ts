import { join } from 'node:path';
import { openDatabase } from '../../server/store/sqlite/database.ts';
import { storeSchema } from '../../server/store/sqlite/schema.ts';

// A process for tests: brings the store in the folder named on its command line from format 4 to the present one by a step that
// does what the real one does and then writes for longer than its process lives.
const step = `${storeSchema.steps.get(4)};
  CREATE TABLE flood (bytes BLOB NOT NULL);
  INSERT INTO flood WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT zeroblob(4000) FROM n;`;
await openDatabase(join(process.argv[2] ?? '', 'daylight.db'), {
  ...storeSchema,
  steps: new Map([...storeSchema.steps, [4, step]]),
});
