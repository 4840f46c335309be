import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { initialise } from '../../server/initialise.ts';
import { createImports } from '../../server/lifecycle/imports.ts';
import { systemRandom as random } from '../../server/random.ts';
import type { Store } from '../../server/store/store.ts';
import { longExport } from './longExport.ts';

// A process for tests. With a number: takes an export in, into a new folder whose name it prints, and kills itself after so many writes of
// it, or at the last step of all, whichever is first. With `look` and that folder: prints what is there, and what is once it was tidied.
const [what = '', given = ''] = process.argv.slice(2);

async function open(data: string) {
  const foundation = await openFoundation({ data, clock, random, create: false });
  const [org] = await foundation.organisations.all();
  if (org === undefined) throw new Error('there is no organisation');
  const [person] = await foundation.store.people(org.org);
  if (person === undefined) throw new Error('there is nobody');
  return { foundation, whose: { org: org.org, person: person.person } };
}

if (what === 'look') {
  const { foundation, whose } = await open(given);
  const { store, keyStore } = foundation;
  const imports = createImports({ ...foundation, clock, random });
  const seen = async () => ({
    imports: (await imports.of(whose)).length,
    stray: (await store.strayImports(whose.org)).length,
  });
  const before = await seen();
  await imports.sweep(whose.org, 'past');
  const keys = (await keyStore.dataKeyEpochs(whose.org, whose.person, 'imported')).length;
  process.stdout.write(JSON.stringify({ before, after: { ...(await seen()), keys } }));
  await foundation.close();
} else {
  const data = await mkdtemp(join(tmpdir(), 'daylight-import-'));
  await initialise(data, { organisation: 'After', ownerName: 'Ann', ownerEmail: 'ann@example.com' });
  process.stdout.write(data);
  const { foundation, whose } = await open(data);
  let left = Number(what);
  const store: Store = {
    ...foundation.store,
    async putImportPieces(pieces) {
      await foundation.store.putImportPieces(pieces);
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
    async putImport() {
      process.kill(process.pid, 'SIGKILL');
    },
  };
  await createImports({ ...foundation, store, clock, random }).take(whose, longExport(), () => undefined);
}
