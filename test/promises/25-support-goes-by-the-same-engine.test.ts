import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyMap, storeMap } from '../../server/lifecycle/dataMap.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { addDays, DAY, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  publish,
  type Reply,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { type Files, linesOf, unzipped } from '../support/openedZip.ts';
import { downloadOwn } from '../support/ownCopy.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';
import { sayOn } from '../support/requestKit.ts';

// PROMISES 25: two people of whom the same is recorded want the same put right and deleted. Ben does it himself; Mia writes a letter, and an officer does it.

let it: TestServer;
let owner: TestOwner;
let officer: Member;
let mia: Member;
let ben: Member;
const recorded = new Map<Member, { readonly first: RecordedDay; readonly second: RecordedDay }>();

beforeAll(async () => {
  it = await startServer();
  it.clock.advance(DAY - (it.clock.now() % DAY) + 12 * HOUR);
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, {
    ...{ activity: { level: 'counts' }, app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' } },
    ...{ url: { level: 'domain' }, screenshot: { level: 'blurred' } },
  });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Theirs' });
  officer = await addMember(it, owner.client, 'privacy_officer', { name: 'Pia', email: 'pia@example.com' });
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@example.com', teams: [team] });
  ben = await addMember(it, owner.client, 'employee', { name: 'Ben', email: 'ben@example.com', teams: [team] });
  const noon = it.clock.now() - 5 * DAY;
  for (const one of [mia, ben]) {
    const first = await recordDay(it.data, owner.org, one.person, noon, version);
    const second = await recordDay(it.data, owner.org, one.person, noon + DAY, version);
    recorded.set(one, { first, second });
  }
}, 60_000);
afterAll(() => it.close());

const of = (one: Member) => {
  const days = recorded.get(one);
  if (days === undefined) throw new Error('nothing was recorded of them');
  return days;
};
const RIGHT = { project: 'Shop', task: 'Payment' };
const WORDS = 'I had chosen the wrong one.';

/** Each code works once. */
function proof(): { password: string; totp: string } {
  it.clock.advance(MINUTE);
  return { password: PASSWORD, totp: totpCode(officer.secret ?? '', it.clock.now()) };
}

const ofMia = (path: string, body: object, by = officer): Promise<Reply> =>
  by.client.send('POST', `/people/${mia.person}/${path}`, body);
const letter = { through: 'letter', words: 'Her letter of 2 March; the signature is the one in her file.' };
async function received(content: object): Promise<string> {
  const reply = await ofMia('received-requests', { ...proof(), content, ...letter });
  expect([reply.status, reply.body.state]).toEqual([201, 'awaiting_device']);
  return reply.body.request;
}
async function confirmed(content: object): Promise<string> {
  const request = await received(content);
  await sayOn(it, of(mia).first.device, request, 'yes');
  return request;
}
const rectification = { kind: 'rectification', words: 'On the first day it was the shop, and not the website.' };
const screenshots = { kind: 'erasure', scope: { of: 'parameter', parameter: 'screenshot' }, words: '' };
const correction = () => ({ parameter: 'project', day: of(mia).first.day, reads: { project: 'Website' } });
const correctIt = (request: string, more: object = {}, who = proof()) =>
  ofMia(`requests/${request}/corrections`, { ...who, ...correction(), values: RIGHT, words: WORDS, ...more });
const eraseIt = (request: string, who: object = proof()) => ofMia(`requests/${request}/erasure`, { ...who });
const erasuresOf = async ({ client, person }: Member): Promise<Json[]> =>
  (await client.ok('GET', `/people/${person}/erasures`)).erasures;
const codeOf = ({ status, body }: Reply): [number, string] => [status, body.error?.code];

test('nothing is carried out before the person has said on their computer that they asked, and nothing after they said no', async () => {
  const [right, gone] = [await received(rectification), await received(screenshots)];
  const tries = async () => [
    codeOf(await correctIt(right)),
    codeOf(await eraseIt(gone)),
    codeOf(await ofMia(`requests/${gone}/erasure/preview`, {})),
  ];
  expect(await tries()).toEqual([
    [409, 'conflict'],
    [409, 'conflict'],
    [409, 'conflict'],
  ]);
  const { requests } = await mia.client.ok('GET', `/people/${mia.person}/requests`);
  expect(requests.map((one: Json) => [one.state, one.received])).toEqual(
    [1, 2].map(() => ['awaiting_device', { by: officer.person, byName: 'Pia', ...letter }]),
  );
  for (const request of [right, gone]) await sayOn(it, of(mia).first.device, request, 'no');
  expect(await tries()).toEqual([
    [409, 'conflict'],
    [409, 'conflict'],
    [409, 'conflict'],
  ]);
  expect(await erasuresOf(mia)).toEqual([]);
  expect((await mia.client.ok('GET', `/people/${mia.person}/corrections`)).corrections).toEqual([]);
});

test('whoever found the browser of an officer open files nothing and carries nothing out', async () => {
  const wrong = { ...proof(), password: 'not the right one' };
  expect(codeOf(await ofMia('received-requests', { ...wrong, content: screenshots, ...letter }))).toEqual([
    401,
    'wrong_credentials',
  ]);
  const [right, gone] = [await confirmed(rectification), await confirmed(screenshots)];
  expect(codeOf(await eraseIt(gone, { password: PASSWORD }))).toEqual([403, 'second_factor_required']);
  expect(codeOf(await correctIt(right, {}, wrong))).toEqual([401, 'wrong_credentials']);
  for (const request of [right, gone])
    await mia.client.ok('POST', `/people/${mia.person}/requests/${request}/withdrawal`, { password: PASSWORD });
  expect(codeOf(await eraseIt(gone))).toEqual([409, 'conflict']);
  expect(await erasuresOf(mia)).toEqual([]);
});

test('an officer puts right what reads as the person says, finds out nothing else, and erases what was asked and nothing that is not theirs to erase', async () => {
  const [right, hours] = [
    await confirmed(rectification),
    await confirmed({ ...screenshots, scope: { of: 'parameter', parameter: 'session' } }),
  ];
  expect(codeOf(await correctIt(right, { reads: { project: 'Another' } }))).toEqual([404, 'not_found']);
  const blind = [{ level: 'on' }, { parameter: 'project' }, { span: 0 }, { at: of(mia).first.from }];
  for (const reads of blind) expect(codeOf(await correctIt(right, { reads }))).toEqual([404, 'not_found']);
  const observed = { parameter: 'title', reads: { title: 'draft.md' }, values: { title: 'final.md' } };
  expect(codeOf(await correctIt(right, observed))).toEqual([409, 'conflict']);
  const starts = { parameter: 'session', reads: { at: of(mia).first.from }, values: { at: 1 } };
  expect(codeOf(await correctIt(right, starts))).toEqual([409, 'conflict']);
  expect(codeOf(await eraseIt(right))).toEqual([409, 'conflict']);
  expect(codeOf(await correctIt(hours))).toEqual([409, 'conflict']);
  const kept = await eraseIt(hours);
  expect([codeOf(kept), kept.body.error.message]).toEqual([[409, 'conflict'], expect.stringContaining('contract')]);
  expect(await erasuresOf(mia)).toEqual([]);
  for (const request of [right, hours])
    await mia.client.ok('POST', `/people/${mia.person}/requests/${request}/withdrawal`, { password: PASSWORD });
});

test('both routes end alike in every table, in the keys and in what the person is given, and are on record alike but for who did it', async () => {
  const since = await marks();
  await doneByBen();
  await doneForMia();
  for (const one of [mia, ben])
    await eventually('all of it is gone', async () =>
      (await erasuresOf(one)).every(({ state }) => state === 'verified'),
    );

  const [eventsOfMia, eventsOfBen] = [await eventsSince(mia, since), await eventsSince(ben, since)];
  const ofRequests = (kind: string): boolean => kind.startsWith('rights_request_');
  expect(eventsOfBen.map(([kind]) => kind)).toEqual(['erasure_ordered', 'erasure_ordered', 'record_corrected']);
  expect(eventsOfMia.filter(([kind]) => !ofRequests(kind))).toEqual(eventsOfBen);
  expect(eventsOfMia.map(([kind]) => kind).filter(ofRequests)).toEqual(
    ['answered', 'proved', 'received'].flatMap((what) => [1, 2, 3].map(() => `rights_request_${what}`)),
  );
  expect((await eventsSince(officer, since)).map(([kind]) => kind)).toEqual(
    [1, 2, 3].map(() => 'rights_request_carried_out'),
  );
  // Ben's looks at himself are on record too; of Mia it says who looked, and for what.
  expect(await looksSince(ben, since)).toEqual(
    ['held', 'held', 'held', 'held', 'observations'].map((one) => [ben.person, one]),
  );
  expect(await looksSince(mia, since)).toEqual(
    ['corrections', 'held', 'held', 'held', 'held'].map((one) => [officer.person, one]),
  );

  const [erasedOfMia, erasedOfBen] = [await erasuresOf(mia), await erasuresOf(ben)];
  expect(erasedOfMia.map(({ by, byName, why }) => [by, byName, why])).toEqual(
    [1, 2].map(() => [officer.person, 'Pia', 'own']),
  );
  expect(erasedOfBen.map(({ by, byName, why }) => [by, byName, why])).toEqual([1, 2].map(() => [null, null, 'own']));

  const [given, own] = [await exported(mia), await exported(ben)];
  expect(held(given)).toEqual(held(own));
  expect(held(given).some(([name]) => name.startsWith('images/') && name.endsWith('.webp'))).toBe(false);
  expect(changesIn(given)).toEqual([{ kind: 'corrected', values: RIGHT, words: WORDS, by: officer.person }]);
  expect(changesIn(own)).toEqual([{ kind: 'corrected', values: RIGHT, words: WORDS }]);

  const [rowsOfMia, rowsOfBen] = [await rowsOf(mia), await rowsOf(ben)];
  expect(Object.keys(rowsOfMia).toSorted()).toEqual(Object.keys(rowsOfBen).toSorted());
  for (const table of Object.keys(rowsOfBen)) expect([table, rowsOfMia[table]]).toEqual([table, rowsOfBen[table]]);
  expect(rowsOfBen['segment']?.length).toBeGreaterThan(5);
  expect(rowsOfBen['data_key']?.length).toBeGreaterThan(5);
  expect([rowsOfBen['erasure']?.length, rowsOfBen['image']?.length]).toEqual([2, undefined]);
});

test('nothing is carried out on what the person has had restricted since, on what came after they asked, or on the yes of a computer that they had retired', async () => {
  const dan = await addMember(it, owner.client, 'employee', { name: 'Dan', email: 'dan@example.com' });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const day = await recordDay(it.data, owner.org, dan.person, it.clock.now() - 4 * DAY, version);
  const ofDan = (path: string, body: object) => officer.client.send('POST', `/people/${dan.person}/${path}`, body);
  const asked = async (content: object): Promise<string> => {
    const { request } = (await ofDan('received-requests', { ...proof(), content, ...letter })).body;
    await sayOn(it, day.device, request, 'yes');
    return request;
  };
  const gone = await asked({ kind: 'erasure', scope: { of: 'everything' }, words: '' });
  const later = await recordDay(it.data, owner.org, dan.person, it.clock.now() + 1, version);
  const right = await asked(rectification);
  for (const parameter of ['screenshot', 'notes'])
    await dan.client.ok('PUT', `/people/${dan.person}/restrictions/${parameter}`, {
      ...{ ground: 'claims', words: 'I need them.' },
    });
  const named = (all: Json[]): Json[] => all.map(({ parameter }) => parameter);
  const { goes } = (await ofDan(`requests/${gone}/erasure/preview`, {})).body;
  expect(named(goes)).toContain('title');
  for (const one of ['screenshot', 'notes']) expect(named(goes)).not.toContain(one);
  const note = { parameter: 'notes', day: day.day, reads: { note: `half done by ${dan.person}` } };
  const put = await ofDan(`requests/${right}/corrections`, {
    ...proof(),
    ...note,
    values: { note: '-' },
    words: WORDS,
  });
  expect(codeOf(put)).toEqual([403, 'forbidden']);
  const made = await ofDan(`requests/${gone}/erasure`, proof());
  expect(made.status).toBe(201);
  for (const one of ['screenshot', 'notes']) expect(named(made.body.of.parts)).not.toContain(one);
  const { requests } = await dan.client.ok('GET', `/people/${dan.person}/requests`);
  const { filedAt } = requests.find(({ request }: Json) => request === gone);
  expect([...new Set(made.body.of.parts.map(({ to }: Json) => to))]).toEqual([filedAt]);
  await eventually('it is gone', async () => (await erasuresOf(dan)).every(({ state }) => state === 'verified'));

  expect(codeOf(await ofDan(`requests/${gone}/erasure`, proof()))).toEqual([409, 'conflict']);
  expect((await erasuresOf(dan)).length).toBe(1);
  const entriesOf = async (one: RecordedDay) =>
    (await dan.client.ok('GET', `/people/${dan.person}/entries?day=${one.day}&parameter=title`)).entries;
  expect([(await entriesOf(day)).length, (await entriesOf(later)).length > 0]).toEqual([0, true]);

  const apps = await asked({ kind: 'erasure', scope: { of: 'parameter', parameter: 'app' }, words: '' });
  await owner.client.ok('DELETE', `/people/${dan.person}/devices/${day.device.record.device}`);
  for (const [path, body] of [
    [`requests/${apps}/erasure/preview`, {}],
    [`requests/${apps}/erasure`, proof()],
  ] as const) {
    const refused = await ofDan(path, body);
    expect([codeOf(refused), refused.body.error.message]).toEqual([
      [409, 'conflict'],
      expect.stringContaining('retired'),
    ]);
  }
  expect((await erasuresOf(dan)).length).toBe(1);
});

test('nothing is deleted of what the person took back while it was counted what goes', async () => {
  const eve = await addMember(it, owner.client, 'employee', { name: 'Eve', email: 'eve@example.com' });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const day = await recordDay(it.data, owner.org, eve.person, it.clock.now() - 4 * DAY, version);
  const ofEve = (path: string, body: object) => officer.client.send('POST', `/people/${eve.person}/${path}`, body);
  const { request } = (await ofEve('received-requests', { ...proof(), content: screenshots, ...letter })).body;
  await sayOn(it, day.device, request, 'yes');
  await eve.client.ok('POST', `/people/${eve.person}/requests/${request}/withdrawal`, { password: PASSWORD });
  const database = await connect(join(it.data, 'daylight.db'));
  try {
    // It arrives with the look that is put on record directly before the counting: what she said is taken out, and comes back then.
    const last = `request = x'${request.replaceAll('-', '')}' AND step = (SELECT max(step) FROM rights_request AS own WHERE own.request = rights_request.request)`;
    await database.run(`CREATE TABLE withdrawn AS SELECT * FROM rights_request WHERE ${last}`);
    await database.run(`DELETE FROM rights_request WHERE ${last}`);
    await database.run(
      'CREATE TRIGGER arrives AFTER INSERT ON access BEGIN INSERT OR IGNORE INTO rights_request SELECT * FROM withdrawn; END',
    );
    const states = async () => (await eve.client.ok('GET', `/people/${eve.person}/requests`)).requests;
    expect((await states()).map(({ state }: Json) => state)).toEqual(['open']);
    expect(codeOf(await ofEve(`requests/${request}/erasure`, proof()))).toEqual([409, 'conflict']);
    expect((await states()).map(({ state }: Json) => state)).toEqual(['withdrawn']);
    expect(await erasuresOf(eve)).toEqual([]);
  } finally {
    await database.run('DROP TRIGGER IF EXISTS arrives');
    await database.run('DROP TABLE IF EXISTS withdrawn');
    await database.close();
  }
});

// ── The two routes ──

async function doneByBen(): Promise<void> {
  const { client, person } = ben;
  const { day } = of(ben).first;
  const { entries } = await client.ok('GET', `/people/${person}/entries?day=${day}&parameter=project`);
  const { session, stored: record } = entries[0];
  const said = { kind: 'corrected', values: RIGHT, words: WORDS };
  await client.ok('POST', `/people/${person}/corrections`, { day, session, record, said });
  const second = of(ben).second.day;
  for (const days of [
    { parameters: ['screenshot'], from: '2020-01-02', to: addDays(dayOf(it.clock.now()), 1) },
    { parameters: parameterIds, from: second, to: second },
  ]) {
    const asked = { kind: 'days', ...days, zone: 'UTC' };
    const { refused } = await client.ok('POST', `/people/${person}/erasures/preview`, asked);
    const parameters = days.parameters.filter((id) => !refused.some(({ parameter }: Json) => parameter === id));
    await client.ok('POST', `/people/${person}/erasures`, { what: { ...asked, parameters }, password: PASSWORD });
  }
}

async function doneForMia(): Promise<void> {
  const { second } = of(mia);
  const right = await confirmed(rectification);
  expect((await correctIt(right)).status).toBe(201);
  const day = { of: 'range', from: second.day, to: second.day };
  const [pictures, oneDay] = [
    await confirmed(screenshots),
    await confirmed({ kind: 'erasure', scope: day, words: '' }),
  ];
  for (const request of [pictures, oneDay]) {
    const { goes } = (await ofMia(`requests/${request}/erasure/preview`, {})).body;
    expect(goes.length).toBeGreaterThan(0);
    expect((await eraseIt(request)).status).toBe(201);
  }
  for (const request of [right, pictures, oneDay])
    await officer.client.ok('POST', `/people/${mia.person}/requests/${request}/answer`, {
      ...{ answer: 'fulfilled', words: 'Done, as you asked.' },
    });
}

// ── What is on record ──

interface Mark {
  readonly events: ReadonlyMap<Member, number>;
  readonly looks: ReadonlyMap<Member, number>;
}

async function marks(): Promise<Mark> {
  const [events, looks] = [new Map<Member, number>(), new Map<Member, number>()];
  for (const one of [mia, ben, officer]) {
    events.set(one, (await eventsOf(one)).length);
    looks.set(one, (await looksOf(one)).length);
  }
  return { events, looks };
}

/** Each as often as it was counted. */
async function eventsOf({ person }: Member): Promise<[kind: string, detail: string][]> {
  const { events } = await owner.client.ok('GET', '/security-events');
  return events
    .filter((one: Json) => one.person === person)
    .flatMap(({ kind, detail, count }: Json) => Array.from({ length: count }, () => [kind, detail]));
}

async function eventsSince(one: Member, { events }: Mark): Promise<[kind: string, detail: string][]> {
  const all = await eventsOf(one);
  return all.slice(0, all.length - (events.get(one) ?? 0)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function looksOf({ client, person }: Member): Promise<[actor: string, action: string][]> {
  const { accesses } = await client.ok('GET', `/people/${person}/accesses`);
  return accesses.map(({ actor, action }: Json) => [actor, action]);
}

async function looksSince(one: Member, { looks }: Mark): Promise<[actor: string, action: string][]> {
  const all = await looksOf(one);
  return all.slice(0, all.length - (looks.get(one) ?? 0)).toSorted(([, a], [, b]) => (a < b ? -1 : 1));
}

// ── What is left ──

async function exported(one: Member): Promise<Files> {
  const { status, body } = await downloadOwn(it, one);
  expect(status).toBe(200);
  return unzipped(body);
}

/** Everything that was recorded, was corrected or was erased, without ids, and without when it was put right. */
function held(files: Files): [name: string, lines: Json[]][] {
  const names = [...files.keys()].filter((name) =>
    /^(data|images)\/|^records\/(corrections|erasures|not-kept)/.test(name),
  );
  return names
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
    .map((name) => [name, linesOf(files, name).map((line) => withoutIds(line))]);
}

function withoutIds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value === 'string') return value.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
  if (value === null || typeof value !== 'object') return value;
  const isObservation = 'parameter' in value && 'mono' in value;
  const kept = Object.entries(value).filter(
    ([key]) => isObservation || !['at', 'changedAt', 'by', 'correctedAt', 'to'].includes(key),
  );
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutIds(one)]));
}

function changesIn(files: Files): Json[] {
  return linesOf(files, 'records/corrections.ndjson').flatMap(({ steps }) => steps.map(({ said }: Json) => said));
}

/** Rows that lead to the person, by table, without ids, times and what is sealed. What was asked, and by whom, is compared above. */
async function rowsOf({ person }: Member): Promise<Record<string, Json[] | undefined>> {
  const elsewhere = new Set(['rights_request', 'access', 'security_event', 'web_session']);
  const rows: Record<string, Json[]> = {};
  for (const [file, map] of [
    ['daylight.db', storeMap],
    ['keys.db', keyMap],
  ] as const) {
    const connection = await connect(join(it.data, file));
    try {
      for (const table of Object.keys(map)) {
        if (elsewhere.has(table)) continue;
        const columns = (await connection.all(`SELECT name FROM pragma_table_info('${table}')`, [])).map(({ name }) =>
          String(name),
        );
        const whose = columns.includes('person')
          ? 'hex(person) = ?'
          : 'device IN (SELECT device FROM device WHERE hex(person) = ?)';
        if (!columns.includes('person') && !columns.includes('device')) continue;
        const found = await connection.all(`SELECT * FROM ${table} WHERE ${whose}`, [
          person.replaceAll('-', '').toUpperCase(),
        ]);
        if (found.length > 0) rows[table] = found.map((row) => JSON.stringify(plain(row))).toSorted();
      }
    } finally {
      await connection.close();
    }
  }
  return rows;
}

function plain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isTime = (name: string): boolean =>
    /(^|_)at$|until|lease|previous|changed|clock|^agent_version$|^file$/.test(name);
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => !isTime(name) && !(value instanceof Uint8Array)),
  );
}
