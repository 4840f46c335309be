import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArrivedFile } from '../../../server/lifecycle/arrivedFile.ts';
import { readExport } from '../../../server/lifecycle/readExport.ts';
import { zipSource } from '../../../server/lifecycle/zipSource.ts';
import { systemRandom } from '../../../server/random.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { importLimits } from '../../../shared/protocol/http/imports.ts';
import { addDays, dayOf } from '../../../shared/time.ts';
import { addMember, startServer, type TestServer } from '../../support/api.ts';
import { type Files, resummed, unzipped, zipped } from '../../support/openedZip.ts';
import { downloadOwn } from '../../support/ownCopy.ts';
import { plant } from '../../support/plantedPerson.ts';

// Whatever somebody sends for an export: it is read as it is, or refused as a file that is not right, soon, and nothing else happens.

let server: TestServer;
let folder = '';
let zip: Buffer;
let files: Files;
const PART = 4_096;

beforeAll(async () => {
  server = await startServer();
  const owner = await server.addOrganisation('Acme');
  const ann = await addMember(server, owner.client, 'employee', { name: 'Ann', email: 'ann@example.com' });
  await plant(server.data, {
    org: owner.org,
    person: ann.person,
    canary: 'ann',
    days: [-3, -2].map((ago) => addDays(dayOf(Date.now()), ago)),
  });
  zip = (await downloadOwn(server, ann)).body;
  files = await unzipped(zip);
  folder = await mkdtemp(join(tmpdir(), 'daylight-stranger-'));
}, 60_000);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What came of it: the number of its lines, or the sentence that it is refused with. Anything else is thrown. */
async function read(bytes: Uint8Array): Promise<number | string> {
  const file = await openArrivedFile(folder, systemRandom, PART);
  try {
    for (let at = 0; at < bytes.length; at += PART) await file.append(bytes.subarray(at, at + PART));
    const source = await zipSource(file, importLimits.files, 'try again');
    return (await readExport(source, { remedy: 'try again', limits: importLimits })).records;
  } catch (cause) {
    if (cause instanceof DaylightError && cause.code === 'bad_request' && cause.remedy !== undefined)
      return cause.message;
    throw cause;
  } finally {
    await file.close();
  }
}

test('one that nobody touched is read to its end', async () => {
  expect(await read(zip)).toBeGreaterThan(20);
});

test('bytes that are anything, or a ZIP that was cut anywhere, are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), fc.nat({ max: zip.length - 1 }), async (bytes, end) => {
      expect(typeof (await read(bytes))).toBe('string');
      expect(typeof (await read(zip.subarray(0, end)))).toBe('string');
    }),
    { numRuns: 60 },
  );
});

test('one of which some bytes were changed is never read as something else', async () => {
  const whole = await read(zip);
  const change = fc.record({ at: fc.nat({ max: zip.length - 1 }), byte: fc.nat({ max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const changed = Buffer.from(zip);
      for (const { at, byte } of changes) changed[at] = byte;
      const result = await read(changed);
      // A byte that no reader looks at, such as a date, may be anything.
      if (typeof result === 'number') expect(result).toBe(whole);
    }),
    { numRuns: 150 },
  );
});

test('lines that are any JSON, or none, are refused with their number, however the manifest agrees', async () => {
  const line = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom('{"__proto__": 1}', '['.repeat(50_000), '{"day":"2026-11-02"}', '\ud800', '9'.repeat(400)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 4 }), fc.nat({ max: 2 }), async (bad, before) => {
      const good = (files.get('data/notes.ndjson')?.toString('utf8') ?? '').split('\n').slice(0, before);
      const lines = [...good, ...bad.map((text) => text.replaceAll('\n', ' '))];
      const result = await read(await zipped(resummed(files, { 'data/notes.ndjson': `${lines.join('\n')}\n` })));
      expect(result).toMatch(new RegExp(`^data/notes\\.ndjson, line ${Math.min(before, 2) + 1}: `));
    }),
    { numRuns: 60 },
  );
});

test('a manifest that is any JSON is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      expect(await read(await zipped(new Map([...files, ['manifest.json', Buffer.from(text)]])))).toMatch(
        /^manifest\.json: /,
      );
    }),
    { numRuns: 40 },
  );
});
