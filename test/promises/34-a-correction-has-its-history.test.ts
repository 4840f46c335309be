import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFoundation } from '../../server/foundation.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { checkExport } from '../../server/lifecycle/checkExport.ts';
import { systemRandom } from '../../server/random.ts';
import { beginRecovery } from '../../server/recoveryOnHost.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { PersonId } from '../../shared/ids.ts';
import { addDays, DAY, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { breakTable } from '../support/brokenTable.ts';
import { eventually } from '../support/daylight.ts';
import { downloadOwn } from '../support/ownCopy.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';
import { DISCLOSURE } from '../support/routeExamples.ts';

// Promise 34: the whole server, with an hour of two people's work in its store.

const run = promisify(execFile);

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let officer: Member;
let mia: Member;
let ben: Member;
let hour: RecordedDay;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-corrected-'));
  it = await startServer();
  it.clock.advance(DAY - (it.clock.now() % DAY) + 12 * HOUR);
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, {
    ...{ activity: { level: 'counts' }, app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' } },
    ...{ url: { level: 'domain' }, screenshot: { level: 'blurred', viewers: ['owner', 'manager'] } },
  });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Theirs' });
  const add = (role: string, name: string, more: object) =>
    addMember(it, owner.client, role as 'employee', { name, email: `${name.toLowerCase()}@example.com`, ...more });
  manager = await add('manager', 'Max', { managesTeams: [team] });
  officer = await add('privacy_officer', 'Pia', {});
  mia = await add('employee', 'Mia', { teams: [team] });
  ben = await add('employee', 'Ben', { teams: [team] });
  const from = it.clock.now() - 3 * HOUR;
  hour = await recordDay(it.data, owner.org, mia.person, from, version);
  await recordDay(it.data, owner.org, ben.person, from, version);
}, 60_000);
afterAll(async () => {
  await it.close();
  await rm(folder, { recursive: true, force: true });
});

const PURPOSES = 'project_costing,workload_review,working_time,security';
const day = (client: Client, purpose = PURPOSES, person = mia.person): Promise<Json> =>
  client.ok('GET', `/people/${person}/day?day=${hour.day}&zone=UTC&purpose=${purpose}`);
const week = (client: Client, purpose = PURPOSES): Promise<Json> =>
  client.ok('GET', `/people/${mia.person}/week?from=${hour.day}&zone=UTC&purpose=${purpose}`);
const stored = (client: Client, parameter: ParameterId, purpose = PURPOSES): Promise<Json> =>
  client.ok('GET', `/people/${mia.person}/observations?day=${hour.day}&parameter=${parameter}&purpose=${purpose}`);
const entries = async (parameter: ParameterId): Promise<Json[]> =>
  (await mia.client.ok('GET', `/people/${mia.person}/entries?day=${hour.day}&parameter=${parameter}`)).entries;
const corrections = async ({ client }: { client: Client } = mia): Promise<Json[]> =>
  (await client.ok('GET', `/people/${mia.person}/corrections`)).corrections;
const PATH = (): string => `/people/${mia.person}/corrections`;
const say = async (parameter: ParameterId, said: object, nth = 0, client = mia.client) => {
  const entry = (await entries(parameter))[nth];
  const body = { day: hour.day, session: entry.session, record: entry.stored, said };
  return client.send('POST', PATH(), body);
};
const readers = (): readonly (readonly [Client, string])[] => [
  [mia.client, 'own_data'],
  [manager.client, PURPOSES],
  [owner.client, PURPOSES],
];

test('what a person entered they correct at once, and every view and total shows the corrected value with when it was corrected', async () => {
  const before = await week(manager.client);
  const values = { project: 'Shop', task: 'Payment' };
  const reply = await say('project', { kind: 'corrected', values, words: 'I had chosen the wrong one.' });
  expect([reply.status, reply.body.shown.project]).toEqual([200, 'Shop']);
  expect(reply.body.changes).toEqual([
    {
      ...{ number: 1, at: expect.any(Number), by: null, byName: null, words: 'I had chosen the wrong one.' },
      ...{ from: { project: 'Website', task: 'Checkout' }, to: values },
    },
  ]);
  expect((await say('notes', { kind: 'corrected', values: { note: 'all done' }, words: '' })).status).toBe(200);
  const correctedAt = reply.body.changes[0].at;

  for (const [client, purpose] of readers()) {
    const seen = await day(client, purpose);
    expect(seen.work.map(({ project, task, mark }: Json) => [project, task, mark.correctedAt])).toEqual([
      ['Shop', 'Payment', correctedAt],
      ['Shop', 'Payment', correctedAt], // on both sides of the locked screen
    ]);
    expect(seen.notes).toEqual([{ at: expect.any(Number), note: 'all done', mark: expect.anything() }]);
    expect(seen.totals.byProject.map(({ label }: Json) => label)).toEqual(['Shop']);
    expect(seen.apps.every(({ mark }: Json) => mark === undefined)).toBe(true);
    const [first] = (await week(client, purpose)).days;
    expect([first.totals.byProject[0].label, first.mark.correctedAt]).toEqual(['Shop', correctedAt]);
    const { observations, marks } = await stored(client, 'project', purpose);
    expect([observations[0].project, marks]).toEqual([
      'Shop',
      [{ place: 0, correctedAt, statements: [], disputed: false }],
    ]);
    for (const all of [seen, first, observations]) expect(JSON.stringify(all)).not.toContain('Website');
  }
  const [first] = (await week(manager.client)).days;
  expect(first.totals.trackedMs).toBe(before.days[0].totals.trackedMs); // and nothing else is another
  const { people } = await manager.client.ok('GET', '/today?zone=UTC&purpose=working_time,project_costing');
  expect(JSON.stringify(people)).not.toContain('half done');
  expect((await day(manager.client, PURPOSES, ben.person)).work[0]).toMatchObject({ project: 'Website' }); // of nobody else
});

test('when somebody began and stopped they correct within what can have been, and the hours follow', async () => {
  const [start, , stop] = [0, 1, 2].map((minute) => hour.from + minute * 30 * MINUTE);
  const move = (nth: number, at: number) => say('session', { kind: 'corrected', values: { at }, words: '' }, nth);
  expect((await move(2, (stop ?? 0) - 15 * MINUTE)).status).toBe(200);
  for (const [client, purpose] of readers()) {
    const seen = await day(client, purpose);
    expect(seen.totals.trackedMs).toBe(35 * MINUTE);
    expect(seen.sessions).toEqual([
      expect.objectContaining({ to: (stop ?? 0) - 15 * MINUTE, mark: expect.anything() }),
    ]);
    expect((await week(client, purpose)).days[0].totals.trackedMs).toBe(35 * MINUTE);
  }
  // Not into the future, not past the locked screen that it was noticed before, not by more than a day, and no gap is moved.
  for (const [nth, at, problem] of [
    [2, it.clock.now() + HOUR, 'has not come yet'],
    [2, (start ?? 0) + 35 * MINUTE, 'was after that'],
    [0, (start ?? 0) + 35 * MINUTE, 'was before that'],
    [0, (start ?? 0) - 2 * DAY, 'within a day'],
    [1, (start ?? 0) + 31 * MINUTE, 'cannot be corrected'],
  ] as const) {
    const reply = await move(nth, at);
    expect([reply.status, reply.body.error.code]).toEqual([409, 'conflict']);
    expect(reply.body.error.message).toContain(problem);
    expect(reply.body.error.remedy).toBeTruthy();
  }
  expect((await move(2, stop ?? 0)).body.changes).toHaveLength(2); // back again: both are history
  expect((await day(manager.client)).totals.trackedMs).toBe(50 * MINUTE);
});

test('what was observed nobody rewrites alone: it is disputed, shown as such, and an officer decides with words and a way to complain', async () => {
  const alone = await say('app', { kind: 'corrected', values: { name: 'Mail' }, words: '' });
  expect([alone.status, alone.body.error.field]).toEqual([409, 'said']);
  expect((await say('notes', { kind: 'disputed', values: { note: 'x' }, words: 'x' })).status).toBe(409);
  const disputed = { kind: 'disputed', values: { name: 'Mail' }, words: 'The editor was closed.' };
  const { body: filed } = await say('app', disputed);
  expect(filed.disputes).toEqual([
    {
      number: 1,
      at: expect.any(Number),
      values: { name: 'Mail' },
      words: disputed.words,
      state: 'open',
      due: expect.any(String),
      answer: null,
    },
  ]);
  expect((await say('app', disputed)).status).toBe(409);
  const editor = async (client: Client, purpose: string): Promise<Json> =>
    (await day(client, purpose)).apps.find(({ from }: Json) => from === hour.from);
  for (const [client, purpose] of readers())
    expect(await editor(client, purpose)).toMatchObject({
      label: 'Editor',
      mark: { disputed: true, correctedAt: null },
    });

  const { corrections: waiting } = await officer.client.ok('GET', '/corrections');
  expect(waiting).toEqual([{ ...filed, personName: 'Mia' }]);
  for (const reader of [officer, owner]) expect(await corrections(reader)).toEqual([filed]); // of all that she corrected
  const answer = (client: Client, number: number, body: object) =>
    client.send('POST', `${PATH()}/${filed.correction}/disputes/${number}/answer`, body);
  const refusal = { answer: 'refused', reason: 'cannot_be_shown', words: 'The log of the computer says otherwise.' };
  expect((await answer(officer.client, 1, { ...refusal, reason: undefined })).status).toBe(400);
  expect((await answer(officer.client, 1, { ...refusal, words: '' })).status).toBe(400);
  expect((await answer(officer.client, 1, refusal)).status).toBe(200);
  const [{ state, due, answer: told }] = (await corrections())[0].disputes;
  expect([state, due]).toEqual(['refused', null]);
  expect(told).toMatchObject({ by: officer.person, byName: 'Pia', reason: 'cannot_be_shown', words: refusal.words });
  expect(told.appeal).toBeTruthy();
  expect(await editor(manager.client, PURPOSES)).not.toHaveProperty('mark');
  expect((await answer(officer.client, 1, refusal)).status).toBe(409);

  const second = (await say('app', { ...disputed, values: { name: 'Terminal' } })).body.disputes[1].number;
  expect((await answer(officer.client, second, { answer: 'accepted', words: 'Your colleague saw it.' })).status).toBe(
    200,
  );
  for (const [client, purpose] of readers()) {
    expect(await editor(client, purpose)).toMatchObject({ label: 'Terminal', mark: { disputed: false } });
    const [first] = (await week(client, purpose)).days;
    expect(first.totals.byApp.map(({ label }: Json) => label)).toEqual(['Terminal', 'Browser']);
  }
  const [{ changes }] = await corrections();
  expect(changes).toMatchObject([
    { by: officer.person, byName: 'Pia', from: { name: 'Editor' }, to: { name: 'Terminal' } },
  ]);

  const third = await say('app', { ...disputed, values: { name: 'Chat' } });
  const { number } = third.body.disputes.at(-1);
  const withdrawn = await mia.client.send('DELETE', `${PATH()}/${filed.correction}/disputes/${number}`);
  expect(withdrawn.body.disputes.at(-1).state).toBe('withdrawn');
  expect((await answer(officer.client, number, refusal)).status).toBe(409);
});

test('a statement can be added to anything that is recorded, a picture too, and stands beside it', async () => {
  const words = 'This was a demonstration.';
  for (const parameter of ['title', 'screenshot', 'activity', 'url', 'session'] as const)
    expect([parameter, (await say(parameter, { kind: 'stated', words })).status]).toEqual([parameter, 200]);
  const seen = await day(manager.client);
  const marks = [seen.apps[0], seen.screenshots[0], seen.activity[0], seen.sites[0], seen.sessions[0]];
  expect(marks.map(({ mark }: Json) => mark.statements)).toEqual(marks.map(() => [words]));
  const path = `/people/${mia.person}/screenshots/${hour.image}?purpose=workload_review`;
  expect((await manager.client.send('GET', path)).body).toEqual(Buffer.from(hour.imageBytes)); // it still opens
});

test('the history is read by the person, and by officers and owners where they have to decide, each look of those on record, and by nobody else; nobody corrects for somebody', async () => {
  const own = await corrections();
  expect(own.length).toBeGreaterThan(3);
  for (const reader of [officer, owner]) expect(await corrections(reader)).toEqual([]);
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  const looks = accesses.filter(({ action }: Json) => action === 'corrections');
  expect(new Set(looks.map(({ actor }: Json) => actor))).toEqual(new Set([officer.person, owner.person]));
  const [entry] = await entries('notes');
  const [{ correction }] = own;
  const body = { day: hour.day, session: entry.session, record: entry.stored, said: { kind: 'stated', words: 'x' } };
  const told = { outcome: 'impossible', words: 'x' };
  for (const { client } of [manager, ben]) {
    expect((await client.send('GET', PATH())).status).toBe(403);
    expect((await client.send('GET', '/corrections')).status).toBe(403);
    expect((await client.send('GET', `/people/${mia.person}/entries?day=${hour.day}&parameter=notes`)).status).toBe(
      403,
    );
    const answer = { answer: 'accepted', words: 'x' };
    expect((await client.send('POST', `${PATH()}/${correction}/disputes/1/answer`, answer)).status).toBe(403);
    expect((await client.send('PUT', `${PATH()}/${correction}/recipients/1`, told)).status).toBe(403);
  }
  for (const { client } of [manager, ben, owner, officer])
    expect((await client.send('POST', PATH(), body)).status).toBe(403);
  expect((await mia.client.send('PUT', `${PATH()}/${correction}/recipients/1`, told)).status).toBe(403); // nor for oneself
});

test('who was given what was corrected is on the correction, and what an officer did to tell them, which the person reads', async () => {
  const give = async (more: object): Promise<number> => {
    const { revision } = await owner.client.ok('GET', '/records/disclosures');
    const content = {
      ...DISCLOSURE,
      people: [mia.person],
      parameters: ['notes'],
      from: hour.day,
      to: hour.day,
      ...more,
    };
    const filed = await owner.client.ok('POST', '/records/disclosures', { revision, content, reason: 'ordered' });
    const { number } = filed.disclosures.at(-1);
    const approve = { revision: filed.revision, answer: 'approved', reason: 'looked at it' };
    await officer.client.ok('PUT', `/records/disclosures/${number}`, approve);
    return number;
  };
  const theirs = await give({});
  const until = addDays(dayOf(it.clock.now()), 30);
  const secret = await give({ secrecy: { reason: 'An inquiry goes on.', authority: 'The court', until } });
  await give({ people: [ben.person] });
  await give({ parameters: ['url'] });
  await give({ from: addDays(hour.day, 1), to: addDays(hour.day, 2) });
  const notes = async (who: { client: Client }): Promise<Json> =>
    (await corrections(who)).find(({ parameter }) => parameter === 'notes');
  const numbers = ({ recipients }: Json): number[] => recipients.map(({ disclosure }: Json) => disclosure);
  expect(numbers(await notes(mia))).toEqual([theirs]); // what is secret is told after its day
  expect(numbers(await notes(officer))).toEqual([theirs, secret]);
  const { correction, recipients } = await notes(officer);
  expect(recipients[0]).toMatchObject({ recipient: DISCLOSURE.recipient, givenOn: DISCLOSURE.givenOn, told: null });
  const waits = async (): Promise<boolean> =>
    (await officer.client.ok('GET', '/corrections')).corrections.some((one: Json) => one.correction === correction);
  expect(await waits()).toBe(true);

  const tell = (number: number, body: object) =>
    officer.client.send('PUT', `${PATH()}/${correction}/recipients/${number}`, body);
  const on = dayOf(it.clock.now());
  const words = 'By a letter with the corrected table.';
  expect((await tell(theirs, { outcome: 'told', on: addDays(on, 1), words })).status).toBe(409);
  expect((await tell(theirs, { outcome: 'impossible', words: '' })).status).toBe(400);
  expect((await tell(999, { outcome: 'told', on, words })).status).toBe(404);
  expect((await tell(theirs, { outcome: 'told', on, words })).status).toBe(200);
  await tell(secret, { outcome: 'disproportionate', words: 'The inquiry has ended.' });
  expect(await waits()).toBe(false);
  expect(await corrections(officer)).toEqual([]); // nobody is left to be told
  expect((await notes(mia)).recipients).toMatchObject([{ told: { outcome: 'told', on, words, byName: 'Pia' } }]);

  await say('notes', { kind: 'corrected', values: { note: 'nearly done' }, words: '' });
  expect((await notes(mia)).recipients).toMatchObject([{ told: null }]); // of a newer one they have to be told anew
  await tell(theirs, { outcome: 'told', on, words });
});

test('an export has the corrected value with its mark, and the whole history', async () => {
  const { body } = await downloadOwn(it, mia);
  await writeFile(join(folder, 'export.zip'), body);
  await run('unzip', ['-q', 'export.zip', '-d', 'out'], { cwd: folder });
  expect((await checkExport(join(folder, 'out'))).manifest.parameters).not.toEqual([]);
  const file = (name: string): Promise<string> => readFile(join(folder, 'out', name), 'utf8');
  const lines = async (name: string): Promise<Json[]> =>
    (await file(name))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const [project] = await lines('data/project.ndjson');
  expect(project).toMatchObject({ observation: { project: 'Shop' }, mark: { correctedAt: expect.any(Number) } });
  for (const name of ['data/project.csv', `days/${hour.day}.html`]) {
    expect(await file(name)).toContain('Shop');
    expect(await file(name)).not.toContain('Website');
  }
  const history = await lines('records/corrections.ndjson');
  const notes = history.find(({ parameter }) => parameter === 'notes');
  expect(notes.stored.note).toBe(`half done by ${mia.person}`);
  expect(notes.shown.note).toBe('nearly done');
  // The telling of the secret one is not among them, nor a gap where it stands, nor what security events say of it.
  expect(notes.steps.map(({ number }: Json) => number)).toEqual([1, 2, 3, 4]);
  const events = (await lines('records/security-events.ndjson')).filter(({ kind }) => /recipient/.test(kind));
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  expect(notes.steps.map(({ said }: Json) => said.kind)).toEqual(['corrected', 'told', 'corrected', 'told']);
  expect(history.find(({ parameter }) => parameter === 'project').steps[0].said.values.project).toBe('Shop');
});

test('while the disk of the recovery set is away an erasure waits for it and no correction does; while one cannot go on, that and whom to ask is said', async () => {
  const eva = await addMember(it, owner.client, 'employee', { name: 'Eva', email: 'eva@example.com' });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const { day } = await recordDay(it.data, owner.org, eva.person, hour.from, version);
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  const set = { file: join(elsewhere, 'set.age'), again: false };
  await beginRecovery(set, { data: it.data, clock: it.clock, random: systemRandom });
  await rm(elsewhere, { recursive: true });
  const mend = await breakTable(it.data, 'segment', 'DELETE');
  const order = (parameter: string) =>
    eva.client.ok('POST', `/people/${eva.person}/erasures`, {
      ...{ what: { kind: 'days', parameters: [parameter], from: day, to: day, zone: 'UTC' }, password: PASSWORD },
    });
  const states = async (): Promise<string[]> =>
    (await eva.client.ok('GET', `/people/${eva.person}/erasures`)).erasures.map(({ state }: Json) => state);
  const correct = async () => {
    const path = `/people/${eva.person}/entries?day=${day}&parameter=project`;
    const [entry] = (await eva.client.ok('GET', path)).entries;
    const said = { kind: 'corrected', values: { project: 'Shop', task: 'Payment' }, words: '' };
    return eva.client.send('POST', `/people/${eva.person}/corrections`, {
      ...{ day, session: entry.session, record: entry.stored, said },
    });
  };
  try {
    await order('notes');
    await eventually('its keys are destroyed', async () => (await states()).includes('keys_destroyed'));
    const refused = await correct();
    expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict']);
    expect(refused.body.error.remedy).toContain('its log says under `erasure`');
    await mend();
    await order('screenshot'); // which wakes whatever erases
    await eventually('both wait for the disk', async () => (await states()).every((state) => state === 'scrubbed'));
    expect(await correct()).toMatchObject({ status: 200, body: { shown: { project: 'Shop' } } });
    expect(await states()).toEqual(['scrubbed', 'scrubbed']);
  } finally {
    await rm(join(it.data, 'recovery.json'));
  }
});

test('where the days are erased nothing is left of what was corrected: in no view, no list, no export and no stored piece', async () => {
  const what = { kind: 'days', parameters: ['notes', 'app'], from: hour.day, to: hour.day, zone: 'UTC' };
  await mia.client.ok('POST', `/people/${mia.person}/erasures`, { what, password: PASSWORD });
  await eventually('it is gone', async () => {
    const { erasures } = await mia.client.ok('GET', `/people/${mia.person}/erasures`);
    return erasures.every(({ state }: Json) => state === 'verified');
  });
  const left = await corrections();
  expect(left.map(({ parameter }) => parameter)).not.toContain('notes');
  expect(left.map(({ parameter }) => parameter)).toContain('project');
  expect(await corrections(officer)).toEqual([]);
  const words = [
    'nearly done',
    'all done',
    'half done',
    'Terminal',
    'The editor was closed.',
    'Your colleague saw it.',
  ];
  const texts = [await day(mia.client, 'own_data'), left, await everythingOpened(), await exported()];
  for (const text of texts) for (const word of words) expect(JSON.stringify(text)).not.toContain(word);
  expect(JSON.stringify(texts)).toContain('Shop');
});

/** Whatever of this person is in the store and opens. */
async function everythingOpened(): Promise<string[]> {
  const foundation = await openFoundation({ data: it.data, clock: it.clock, random: systemRandom, create: false });
  try {
    const texts: string[] = [];
    for (const parameter of parameterIds) {
      const days = [addDays(hour.day, -1), addDays(hour.day, 1)] as const;
      for (const one of await foundation.store.segments(owner.org, PersonId.parse(mia.person), parameter, ...days))
        texts.push(Buffer.from(await foundation.vault.open(segmentScope(one), one.sealed)).toString('latin1'));
    }
    return texts;
  } finally {
    await foundation.close();
  }
}

async function exported(): Promise<string> {
  const { body } = await downloadOwn(it, mia);
  await writeFile(join(folder, 'after.zip'), body);
  const { stdout } = await run('unzip', ['-p', 'after.zip'], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
