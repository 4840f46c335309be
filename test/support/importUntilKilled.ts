import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { initialise } from '../../server/initialise.ts';
import { createImports } from '../../server/lifecycle/imports.ts';
import type { ExportSource } from '../../server/lifecycle/readExport.ts';
import { systemRandom as random } from '../../server/random.ts';
import type { Store } from '../../server/store/store.ts';
import { dayOf } from '../../shared/time.ts';

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
  await imports.sweep(whose.org);
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

/** Twelve megabytes of notes of some days, which compress to half of that. */
function longExport(): ExportSource {
  const now = Date.now();
  const [device, session] = [randomUUID(), randomUUID()];
  const lines = Array.from({ length: 16_000 }, (_, place) => {
    const day = dayOf(now - (20 - Math.floor(place / 1_000)) * 86_400_000);
    const at = Date.parse(`${day}T08:00:00Z`) + (place % 1_000) * 1_000;
    const observation = {
      parameter: 'notes',
      level: 'on',
      at,
      mono: place,
      span: 0,
      note: randomBytes(200).toString('hex'),
    };
    return JSON.stringify({ day, keptUntil: day, device, session, policyVersion: 1, termsVersion: 1, observation });
  });
  const notes = Buffer.from(`${lines.join('\n')}\n`);
  const day = dayOf(now);
  const kept = { records: lines.length, days: 16, firstDay: day, lastDay: day, keptUntil: day };
  const sha256 = createHash('sha256').update(notes).digest('hex');
  const manifest = {
    ...{ format: 'daylight-export', version: 1, organisation: { id: randomUUID(), name: 'Before' } },
    ...{
      person: { id: randomUUID(), name: 'Ann' },
      asOf: now,
      parameters: [{ parameter: 'notes', ...kept }],
      images: 0,
    },
    ...{ unreadable: [], pastTheirDay: 0, withheld: [] },
    files: [{ name: 'data/notes.ndjson', bytes: notes.length, sha256, records: lines.length }],
  };
  const files = new Map([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['data/notes.ndjson', notes],
  ]);
  return {
    names: [...files.keys()],
    async *content(name) {
      yield files.get(name) ?? Buffer.alloc(0);
    },
  };
}
