import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { importLimits } from '../../shared/protocol/http/imports.ts';
import { addDays, DAY, dayOf } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { offer, sendPart, takeIn } from '../support/broughtAlong.ts';
import { type Files, linesOf, resummed, unzipped, zipped } from '../support/openedZip.ts';
import { downloadOwn } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';

// PROMISES 38: an export of one server goes into another: all of it or nothing, for the person alone, and out again as it came.

const CANARY = 'anniscanary';

let first: TestServer;
let second: TestServer;
let owner: TestOwner;
let ann: Member;
let bob: Member;
let eve: Member;
let dora: Member;
let third: Member;
let zip: Buffer;
let files: Files;
let days: readonly string[];
let images: readonly string[];

/** Brings nothing but herself. */
async function newcomer(name: string): Promise<Member> {
  return addMember(second, owner.client, 'employee', { name, email: `${name.toLowerCase()}@example.com` });
}

async function exported(whose: Member, from = second): Promise<Buffer> {
  const reply = await downloadOwn(from, whose);
  expect(reply.status).toBe(200);
  return reply.body;
}

/** The clock has gone on since. */
async function signIn({ client, email }: Member): Promise<void> {
  await client.ok('POST', '/session', { email, password: PASSWORD });
}

const importsOf = ({ client, person }: Member): Promise<Json> => client.ok('GET', `/people/${person}/imports`);

/** Of a file that is not right. */
async function refused(whose: Member, bytes: Buffer): Promise<Json> {
  second.clock.advance(20 * 60_000); // five times an hour
  await signIn(whose);
  const { state } = await offer(whose.client, whose.person, bytes);
  expect(state.kind).toBe('refused');
  expect((await importsOf(whose)).imports).toEqual([]);
  return state.why;
}

beforeAll(async () => {
  [first, second] = [await startServer(), await startServer()];
  const there = await first.addOrganisation('Before');
  const before = await addMember(first, there.client, 'employee', {
    name: 'Ann Before',
    email: 'ann@before.example.com',
  });
  const day = addDays(dayOf(first.clock.now()), -9);
  days = [day, addDays(day, 1), addDays(day, 5)];
  ({ images } = await plant(first.data, { org: there.org, person: before.person, canary: CANARY, days, apps: 30 }));
  zip = await exported(before, first);
  files = await unzipped(zip);
  owner = await second.addOrganisation('After');
  ann = await newcomer('Ann');
  bob = await newcomer('Bob');
  eve = await newcomer('Eve');
  dora = await newcomer('Dora');
  third = await newcomer('Third');
}, 120_000);

afterAll(async () => {
  await first.close();
  await second.close();
});

describe('an export of another server', () => {
  let arrival: Json;
  let taken: Json;

  test('is shown before anything of it is stored: whose it is, where from, what is in it, and what stays in the file', async () => {
    arrival = await offer(ann.client, ann.person, zip);
    const { contents } = arrival.state;
    expect(contents.source).toMatchObject({ organisation: { name: 'Before' }, person: { name: 'Ann Before' } });
    expect(contents.parameters.map(({ parameter, records, days: of }: Json) => [parameter, records, of])).toEqual(
      parameterIds.map((id) => [id, { session: 6, app: 90 }[id as string] ?? 3, days]),
    );
    expect(contents).toMatchObject({ images: 3, importedLeft: 0, alreadyHere: 0 });
    expect(contents.recordsLeft).toBeGreaterThan(3);
    expect((await importsOf(ann)).imports).toEqual([]);
  });

  test('waits for the password of its person', async () => {
    const path = `/people/${ann.person}/arrivals/${arrival.arrival}/take`;
    expect((await ann.client.send('POST', path, { password: 'not the right one' })).status).toBe(401);
    expect((await importsOf(ann)).imports).toEqual([]);
  });

  test('is taken in as a whole, with where it is from and until when it is kept', async () => {
    taken = await takeIn(ann.client, ann.person, arrival.arrival);
    expect(taken.state.kind).toBe('taken');
    const { imports } = await importsOf(ann);
    expect(imports).toEqual([
      {
        import: taken.state.import,
        at: expect.any(Number),
        source: arrival.state.contents.source,
        parameters: arrival.state.contents.parameters,
        images: 3,
        keptUntil: addDays(dayOf(second.clock.now()), 365),
      },
    ]);
  });

  test('is not taken in twice', async () => {
    const { state } = await offer(ann.client, ann.person, zip);
    expect(state).toMatchObject({
      kind: 'refused',
      why: { message: 'everything in this file was brought along before' },
    });
  });

  test('is seen by its person alone, and counts nowhere as collected here', async () => {
    const day = days[0];
    for (const path of [
      ...['imports', `imports/${taken.state.import}/days/${day}`].map((of) => `/people/${ann.person}/${of}`),
    ])
      expect((await owner.client.send('GET', path)).status).toBe(403);
    const day_ = await owner.client.ok('GET', `/people/${ann.person}/day?day=${day}&zone=UTC&purpose=working_time`);
    expect(JSON.stringify(day_)).not.toContain(CANARY);
    const week = await owner.client.ok('GET', `/people/${ann.person}/week?from=${day}&zone=UTC&purpose=working_time`);
    expect(JSON.stringify(week)).not.toContain(CANARY);
    const own = await ann.client.ok('GET', `/people/${ann.person}/day?day=${day}&zone=UTC&purpose=own_data`);
    expect(JSON.stringify(own)).not.toContain(CANARY);
    expect((await ann.client.ok('GET', `/people/${ann.person}/held`)).parameters).toEqual([]);
    expect((await owner.client.ok('GET', '/policy/stored')).parameters).toEqual([]);
    const record = await owner.client.ok('GET', '/records/processing');
    expect(JSON.stringify(record)).not.toContain(days[0]);
  });

  test('is read by its person as it stood in the file, on record', async () => {
    const { entries, more } = await ann.client.ok(
      ...(['GET', `/people/${ann.person}/imports/${taken.state.import}/days/${days[1]}`] as const),
    );
    const stood = parameterIds.flatMap((id) =>
      linesOf(files, `data/${id}.ndjson`)
        .filter(({ day }) => day === days[1])
        .map((line) => ({ parameter: id, line })),
    );
    expect(more).toBe(false);
    expect(entries).toHaveLength(stood.length);
    expect(entries).toEqual(expect.arrayContaining(stood));
    const { accesses } = await ann.client.ok('GET', `/people/${ann.person}/accesses`);
    expect(accesses[0]).toMatchObject({ action: 'imported', purpose: 'own_data' });
  });

  test('goes out again entry by entry and picture by picture, checked against the same schemas, and into a third', async () => {
    const again = await unzipped(await exported(ann));
    for (const id of parameterIds) {
      const came = linesOf(files, `data/${id}.ndjson`).map((line) => ({ ...line, import: taken.state.import }));
      expect(linesOf(again, `imported/${id}.ndjson`)).toEqual(came);
      const rows = (name: string, of: Files): number => of.get(name)?.toString('utf8').split('\r\n').length ?? 0;
      expect(rows(`imported/${id}.csv`, again)).toBe(rows(`data/${id}.csv`, files));
    }
    for (const image of images) expect(again.get(`imported/${image}.webp`)).toEqual(files.get(`images/${image}.webp`));
    expect(linesOf(again, 'records/imports.ndjson')).toMatchObject([
      { import: taken.state.import, source: { organisation: { name: 'Before' } } },
    ]);
    // Nothing was recorded of her here: what she brought along stays hers to bring from where it is from.
    const why = await refused(third, await zipped(again));
    expect(why.message).toBe('there is nothing recorded in this file');
  });

  test('is erased by days, so that nothing of them can be read, and wholly', async () => {
    const path = `/people/${ann.person}/imports/${taken.state.import}/erase`;
    expect((await ann.client.send('POST', path, { days: null, password: 'not the right one' })).status).toBe(401);
    const { import: left } = await ann.client.ok('POST', path, {
      days: { from: days[0], to: days[1] },
      password: PASSWORD,
    });
    expect(left.parameters.every(({ days: of }: Json) => of.join() === days[2])).toBe(true);
    expect(left).toMatchObject({ images: 1, source: arrival.state.contents.source });
    expect((await importsOf(ann)).imports).toEqual([left]);
    const kept = await ann.client.ok('GET', `/people/${ann.person}/imports/${left.import}/days/${days[2]}`);
    expect(kept.entries.length).toBeGreaterThan(10);
    expect((await ann.client.send('POST', path, { days: null, password: PASSWORD })).status).toBe(404);
    const all = `/people/${ann.person}/imports/${left.import}/erase`;
    expect(await ann.client.ok('POST', all, { days: null, password: PASSWORD })).toEqual({ import: null });
    expect((await importsOf(ann)).imports).toEqual([]);
    expect([...(await unzipped(await exported(ann))).keys()].filter((name) => name.startsWith('imported/'))).toEqual(
      [],
    );
  });
});

describe('a file that is not right is refused in one sentence, with the place and the remedy, and nothing is stored', () => {
  const changedManifest = (change: (manifest: Json) => void): Promise<Buffer> => {
    const manifest = JSON.parse(files.get('manifest.json')?.toString('utf8') ?? '');
    change(manifest);
    return zipped(new Map([...files, ['manifest.json', Buffer.from(JSON.stringify(manifest))]]));
  };
  const notes = (): string => files.get('data/notes.ndjson')?.toString('utf8') ?? '';
  const withNotes = (text: string): Promise<Buffer> => zipped(resummed(files, { 'data/notes.ndjson': text }));
  const oneLine = (change: (line: Json) => void, at = 1): string =>
    notes()
      .split('\n')
      .map((text, place) => {
        if (place !== at || text === '') return text;
        const line = JSON.parse(text);
        change(line);
        return JSON.stringify(line);
      })
      .join('\n');
  const shot = (): string => images[0] ?? '';

  const cases: [what: string, make: () => Promise<Buffer> | Buffer, says: RegExp][] = [
    ['no ZIP', () => Buffer.from('hello'.repeat(100)), /^the file: it is no ZIP, or it is not whole$/],
    ['one that was cut off', () => zip.subarray(0, zip.length - 200), /^the file: it is no ZIP, or it is not whole$/],
    [
      'one without a manifest',
      () => zipped(new Map([['index.html', Buffer.from('')]])),
      /^manifest.json: it is not there$/,
    ],
    [
      'another format',
      () => changedManifest((one) => (one.format = 'else')),
      /^manifest.json: it is not the manifest of a daylight-export$/,
    ],
    [
      'another version',
      () => changedManifest((one) => (one.version = 2)),
      /^manifest.json: it is of version 2, and this Daylight reads version 1$/,
    ],
    [
      'a field too many in the manifest',
      () => changedManifest((one) => (one.more = 1)),
      /^manifest.json: manifest: more: /,
    ],
    [
      'a name that is too long',
      () => changedManifest((one) => (one.organisation.name = `${'x'.repeat(importLimits.nameLength)}y`)),
      /^manifest.json: the name of its organisation: /,
    ],
    [
      'a name that shows nothing',
      () => changedManifest((one) => (one.person.name = '\u200b\u2066')),
      /^manifest.json: the name of its person: expected a letter or digit in it$/,
    ],
    [
      'a sum that is forged',
      () => changedManifest((one) => (one.parameters[0].records += 1)),
      /^manifest.json: it says \d+ records of session, and there are \d+$/,
    ],
    [
      'a number of pictures that is forged',
      () => changedManifest((one) => (one.images = 9)),
      /^manifest.json: it says 9 pictures, and there are 3$/,
    ],
    [
      'a file that the manifest does not name',
      () => zipped(new Map([...files, ['more.html', Buffer.from('x')]])),
      /^more.html: the manifest does not name it$/,
    ],
    [
      'a file that is missing',
      () => zipped(new Map([...files].filter(([name]) => name !== 'data/app.csv'))),
      /^data\/app.csv: it is not there$/,
    ],
    [
      'a hash that is wrong',
      () => zipped(new Map([...files, ['data/notes.ndjson', Buffer.from(notes().replace('-note', '-nope'))]])),
      /^data\/notes.ndjson: it was changed, or is not whole$/,
    ],
    [
      'one bad line among many',
      () => withNotes(oneLine((line) => (line.observation.note = 7))),
      /^data\/notes.ndjson, line 2: /,
    ],
    [
      'a field too many in a line',
      () => withNotes(oneLine((line) => (line.more = 1))),
      /^data\/notes.ndjson, line 2: line: more: /,
    ],
    [
      'a line of another parameter',
      () => withNotes(oneLine((line) => (line.observation.parameter = 'app'))),
      /^data\/notes.ndjson, line 2: /,
    ],
    ['a line that is no JSON', () => withNotes(notes().replace('"day"', 'day')), /^data\/notes.ndjson, line 1: /],
    [
      'lines that are not in order',
      () => withNotes(`${notes().trim().split('\n').toReversed().join('\n')}\n`),
      /^data\/notes.ndjson, line 2: its day is before that of the line above$/,
    ],
    [
      'a line without an end',
      () => withNotes(`${'x'.repeat(importLimits.lineBytes + 10)}\n`),
      /^data\/notes.ndjson, line 1: it is longer than \d+ bytes$/,
    ],
    [
      'a picture that is none',
      () => zipped(resummed(files, { [`images/${shot()}.webp`]: '<svg>' })),
      /^data\/screenshot.ndjson, line \d: its picture is another one$/,
    ],
    [
      'a picture without its line',
      () => zipped(resummed(files, { 'images/images.ndjson': '' })),
      /no line of images\/images.ndjson is of it$/,
    ],
  ];
  test.each(cases)('%s', async (_what, make, says) => {
    const why = await refused(bob, await make());
    expect(why.message).toMatch(says);
    expect(why.message).not.toContain(CANARY);
    expect(why.remedy?.length).toBeGreaterThan(10);
  });

  test('a name that leads out of the folder, one that is there twice, and one that is encrypted', async () => {
    const renamed = (from: string, to: string): Buffer =>
      Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
    expect((await refused(bob, renamed('data/notes.csv', '../../etc/ps'))).message).toMatch(/^the file: /);
    expect((await refused(bob, renamed('data/notes.csv', '/etc/passwd.cs'.slice(0, 14)))).message).toMatch(
      /^the file: /,
    );
    expect((await refused(bob, renamed('data/title.csv', 'data/notes.csv'.slice(0, 14)))).message).toBe(
      'data/notes.csv: it is there twice',
    );
  });

  test('a bomb: one that says little and unpacks to much, and one that says much', async () => {
    const manifest = JSON.parse(files.get('manifest.json')?.toString('utf8') ?? '');
    const bomb = new Map([...files, ['data/notes.csv', Buffer.alloc(64 * 1024 * 1024)]]);
    expect((await refused(bob, await zipped(bomb))).message).toBe('data/notes.csv: it was changed, or is not whole');
    manifest.files[0].bytes = importLimits.unpackedBytes + 1;
    const large = await zipped(new Map([...files, ['manifest.json', Buffer.from(JSON.stringify(manifest))]]));
    expect((await refused(bob, large)).message).toMatch(
      /^manifest.json: its files are longer than \d+ bytes together$/,
    );
  });

  test('leaves no key, no piece and no file behind', async () => {
    expect((await readdir(second.data)).filter((name) => name.startsWith('arriving'))).toEqual([]);
    expect((await unzipped(await exported(bob))).has('imported/notes.ndjson')).toBe(false);
  });
});

describe('a person who brings a file', () => {
  test('sends its parts in order, and is told which is next; nobody sends one for them', async () => {
    second.clock.advance(3_600_000);
    await signIn(eve);
    await signIn(bob);
    const { arrival } = await eve.client.ok('POST', `/people/${eve.person}/arrivals`, { bytes: 3 });
    const send = (client: Member['client'], part: number, bytes: string) =>
      sendPart(client, eve.person, arrival, part, Buffer.from(bytes)).then(async (reply) => [
        reply.status,
        (await reply.json()).error?.message,
      ]);
    expect(await send(eve.client, 1, 'abc')).toEqual([409, 'part: part 0 is the next one']);
    expect(await send(eve.client, 0, 'ab')).toEqual([400, 'part 0: expected 3 bytes, got 2']);
    expect((await send(bob.client, 0, 'abc'))[0]).toBe(403);
    expect((await eve.client.send('DELETE', `/people/${eve.person}/arrivals/${arrival}`)).status).toBe(200);
    expect((await send(eve.client, 0, 'abc'))[0]).toBe(404);
  });

  test('begins five times an hour at the most, and no file that is too long', async () => {
    second.clock.advance(3_600_000);
    await signIn(eve);
    const begin = (bytes: number) => eve.client.send('POST', `/people/${eve.person}/arrivals`, { bytes });
    expect((await begin(importLimits.fileBytes + 1)).status).toBe(413);
    for (let times = 0; times < importLimits.inAnHour; times += 1) expect((await begin(3)).status).toBe(201);
    const late = await begin(3);
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });
});

test('a file is all there or not at all, whenever the server is killed while it is taken in', async () => {
  const script = join(import.meta.dirname, '../support/importUntilKilled.ts');
  for (const after of [1, 3, 6]) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, String(after)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect([code, signal, out]).toEqual([null, 'SIGKILL', expect.stringContaining('/')]);
    const look = spawn(process.execPath, ['--import', 'tsx', script, 'look', out.trim()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    look.stdout.on('data', (chunk) => (seen += String(chunk)));
    await once(look, 'exit');
    expect(JSON.parse(seen)).toEqual({ before: { imports: 0, stray: 1 }, after: { imports: 0, stray: 0, keys: 0 } });
  }
}, 120_000);

test('what was brought along is gone on the day after it was kept until', async () => {
  await signIn(dora);
  const { arrival: id } = await offer(dora.client, dora.person, zip);
  await takeIn(dora.client, dora.person, id);
  second.clock.advance(366 * DAY);
  await signIn(dora);
  expect((await importsOf(dora)).imports).toEqual([]);
});
