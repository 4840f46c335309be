import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { RequestId } from '../../shared/ids.ts';
import { COPY, COPY_MS } from '../../shared/rightsRequest.ts';
import { addDays, DAY, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
import { addMember, type Json, type Member, PASSWORD, totpCode } from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import type { TestDevice } from '../support/ingestKit.ts';
import { oldComputer } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';
import { ACCESS, answerBy, type RequestKit, startRequests } from '../support/requestKit.ts';

// Promise 41, of the download of everything: the password again, and the signature of a computer of the person.

let kit: RequestKit;
beforeAll(async () => {
  kit = await startRequests();
});
afterAll(() => kit[Symbol.asyncDispose]());

const path = (rest = ''): string => `/people/${kit.mia.person}/requests${rest}`;
const ask = (): Promise<Json> => kit.file(COPY);
const download = () => kit.mia.client.send('POST', `/people/${kit.mia.person}/export`, { password: PASSWORD });
const withdraw = (request: string): Promise<Json> => kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});
const retire = ({ record: { device } }: TestDevice): Promise<Json> =>
  kit.admin.client.ok('DELETE', `/people/${kit.mia.person}/devices/${device}`);
const notNow = [409, 'conflict', expect.stringMatching(/counts from 20\d\d-/)];
const isOver = [409, 'conflict', 'the time in which this copy could be downloaded is over'];
const refusal = [409, 'conflict', 'no computer of yours has said that it is you who wants this copy'];
async function outcome(): Promise<readonly unknown[]> {
  const { status, headers, body } = await download();
  return status === 200 ? [status, headers.get('content-type')] : [status, body.error.code, body.error.message];
}
const OPEN = [200, 'application/zip'];

test('the password alone gives out nothing of who has a computer, and the attempt is on record', async () => {
  expect(await outcome()).toEqual(refusal);
  const events = await kit.events();
  expect(events).toContain('export_refused');
  expect(events).not.toContain('data_exported');
});

test('nothing is given out until a computer of theirs has said yes; then for seven days, each time with the password', async () => {
  const { request, filedAt } = await ask();
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', due: null, openUntil: null });
  expect(await outcome()).toEqual(refusal);
  expect(await kit.asks(kit.laptop)).toEqual([{ request, filedAt, content: COPY, representative: null }]);
  await kit.says(kit.laptop, request, 'yes');
  const seen = await kit.seen(request);
  expect(seen).toMatchObject({
    state: 'ready',
    due: null,
    isOverdue: false,
    proof: { kind: 'device', enrolledAt: null },
  });
  expect(seen.openUntil).toBe(seen.countsFrom + COPY_MS);
  expect(await kit.asks(kit.laptop)).toEqual([]);
  const wrong = await kit.mia.client.send('POST', `/people/${kit.mia.person}/export`, {
    password: 'not the right one',
  });
  expect([wrong.status, wrong.body.error.code]).toEqual([401, 'wrong_credentials']);
  expect(await outcome()).toEqual(OPEN);
  await kit.later(7 * DAY - HOUR);
  expect(await outcome()).toEqual(OPEN);
  await kit.later(HOUR);
  expect(await kit.seen(request)).toMatchObject({ state: 'over' });
  expect(await outcome()).toEqual(isOver);
  const late = await kit.mia.client.send('POST', path(`/${request}/withdrawal`), {});
  expect([late.status, late.body.error.code]).toEqual([409, 'conflict']);
});

test('a “no” on a computer, before or while it can be downloaded, and a withdrawal without a password end it', async () => {
  const before = await ask();
  await kit.says(kit.laptop, before.request, 'no');
  expect(await kit.seen(before.request)).toMatchObject({ state: 'withdrawn' });
  expect(await outcome()).toEqual(refusal);

  // A computer that was being asked when another one said yes.
  const other = await oldComputer(kit.it, kit.mia);
  const during = await ask();
  await using agent = await kit.connected(other);
  const [asked] = (await agent.take('requests')).waiting;
  if (asked === undefined) throw new Error('it is not asked about');
  await kit.says(kit.laptop, during.request, 'yes');
  expect((await agent.take('requests')).waiting).toEqual([]);
  agent.send({ type: 'answer_request', answer: answerBy(other, asked, 'no', kit.it.clock.now()) });
  await agent.take('requests');
  expect(await kit.seen(during.request)).toMatchObject({
    state: 'withdrawn',
    withdrawn: { device: other.record.device },
  });
  expect(await outcome()).toEqual(refusal);

  const after = await ask();
  await kit.says(kit.laptop, after.request, 'yes');
  await withdraw(after.request);
  expect(await outcome()).toEqual(refusal);
});

test('a download that is under way is cut off when the person says that it was not them', async () => {
  const { org } = kit.owner;
  const day = addDays(dayOf(kit.it.clock.now()), -2);
  await plant(kit.it.data, { org, person: kit.mia.person, canary: 'mia', days: [day], apps: 40_000 });
  const { request } = await ask();
  await kit.says(kit.laptop, request, 'yes');
  const response = await begun(kit.mia);
  await withdraw(request);
  expect(await isWhole(response)).toBe(false);
  await expect.poll(() => kit.events()).toContain('data_export_cut');
});

test('a computer that was enrolled a moment before opens it 72 hours later, and until it is over every older one is asked', async () => {
  const { request } = await ask();
  const theirs = await kit.enrol(kit.admin.client);
  const enrolledAt = kit.it.clock.now();
  await kit.says(theirs, request, 'yes');
  const soon = await kit.seen(request);
  expect(soon).toMatchObject({ state: 'awaiting_time', proof: { device: theirs.record.device } });
  expect(Math.abs(soon.proof.enrolledAt - enrolledAt)).toBeLessThan(MINUTE);
  expect(await outcome()).toEqual(notNow);
  await kit.later(72 * HOUR);
  expect(await kit.seen(request)).toMatchObject({ state: 'ready' });
  // Somebody comes back from a journey, and their computer still asks.
  expect((await kit.asks(kit.laptop)).map((one) => one.request)).toEqual([request]);
  // It stands in the frame that they are asked by, which holds no more than three of their own.
  const others = [await kit.file(), await kit.file()];
  const third = await kit.mia.client.send('POST', path(), { password: PASSWORD, content: ACCESS });
  expect([third.status, third.body.error.code]).toEqual([409, 'conflict']);
  expect(await kit.asks(kit.laptop)).toHaveLength(3);
  for (const one of others) await withdraw(one.request);
  const { openUntil } = await kit.seen(request);
  await kit.says(kit.laptop, request, 'yes');
  expect(await kit.asks(kit.laptop)).toEqual([]);
  expect(await kit.seen(request)).toMatchObject({ state: 'ready', openUntil });
  const other = await oldComputer(kit.it, kit.mia);
  await kit.says(other, request, 'no');
  expect(await kit.seen(request)).toMatchObject({ state: 'withdrawn' });
  expect(await outcome()).toEqual(refusal);
});

test('a yes ends with the computer that said it: nothing that it opened, or would open, is given out once it is retired', async () => {
  const rogue = await kit.enrol(kit.admin.client);
  const first = await ask();
  await kit.says(rogue, first.request, 'yes');
  await retire(rogue);
  expect(await kit.seen(first.request)).toMatchObject({ state: 'withdrawn', withdrawn: { device: null } });
  await kit.later(72 * HOUR);
  expect(await outcome()).toEqual(refusal);

  const stolen = await oldComputer(kit.it, kit.mia);
  const second = await ask();
  await kit.says(stolen, second.request, 'yes');
  expect(await outcome()).toEqual(OPEN);
  await retire(stolen);
  expect(await kit.seen(second.request)).toMatchObject({ state: 'withdrawn' });
  expect(await outcome()).toEqual(refusal);

  // Another one of theirs keeps what that one said, and so does whoever uninstalls nothing that proved it.
  const third = await ask();
  await kit.says(kit.laptop, third.request, 'yes');
  await retire(await oldComputer(kit.it, kit.mia));
  expect(await outcome()).toEqual(OPEN);
  await withdraw(third.request);

  const uninstalled = await oldComputer(kit.it, kit.mia);
  const fourth = await ask();
  await kit.says(uninstalled, fourth.request, 'yes');
  const agent = await kit.connected(uninstalled);
  agent.send({ type: 'retire' });
  await agent.closed();
  expect(await kit.seen(fourth.request)).toMatchObject({ state: 'withdrawn' });
});

test('what a computer had opened that was retired without that being ended is not given out either, and the way on is said', async () => {
  const gone = await oldComputer(kit.it, kit.mia);
  const { request } = await ask();
  await kit.says(gone, request, 'yes');
  const { org, person } = gone.record;
  const opened = { kind: 'asked', request: RequestId.parse(request) } as const;
  const foundation = await openFoundation({
    ...{ data: kit.it.data, clock: kit.it.clock, random: systemRandom, create: false },
  });
  try {
    expect(await foundation.requests.isStillOpen(org, person, opened)).toBe(true);
    await foundation.store.changeDevice(org, gone.record.device, { status: 'retired' });
    expect(await foundation.requests.isStillOpen(org, person, opened)).toBe(false);
  } finally {
    await foundation.close();
  }
  const { status, body } = await download();
  expect([status, body.error.code, body.error.message]).toEqual([
    ...[409, 'conflict', 'the computer that said yes to this copy is retired'],
  ]);
  expect(body.error.remedy).toContain('ask for it again');
  await withdraw(request);
});

test('while it can be downloaded a “no” ends it on any computer, on one that was enrolled a moment before as well', async () => {
  const young = await kit.enrol(kit.mia.client);
  const { request } = await ask();
  await using agent = await kit.connected(young);
  const [asked] = (await agent.take('requests')).waiting;
  if (asked === undefined) throw new Error('it is not asked about');
  await kit.says(kit.laptop, request, 'yes');
  await agent.take('requests');
  expect(await outcome()).toEqual(OPEN);
  agent.send({ type: 'answer_request', answer: answerBy(young, asked, 'no', kit.it.clock.now()) });
  await agent.take('requests');
  expect(await kit.seen(request)).toMatchObject({ state: 'withdrawn', withdrawn: { device: young.record.device } });
  expect(await outcome()).toEqual(refusal);
});

test('an officer has nothing to answer, and is told from when what a young computer said counts', async () => {
  const { request } = await ask();
  const listed = async () =>
    (await kit.officer.client.ok('GET', '/requests')).requests.filter((one: Json) => one.request === request);
  expect(await listed()).toMatchObject([{ state: 'awaiting_device', due: null }]);
  const answers = [
    () => kit.officer.client.send('POST', path(`/${request}/answer`), { answer: 'fulfilled', words: 'Here.' }),
    () => kit.officer.client.send('POST', path(`/${request}/extension`), { words: 'Much to do.' }),
  ];
  const problems = async () => Promise.all(answers.map(async (one) => (await one()).body.error.message));
  const nobody = 'a copy is given out by Daylight itself, and nobody answers it';
  expect(await problems()).toEqual([nobody, nobody]);
  await kit.says(kit.laptop, request, 'yes');
  expect(await listed()).toEqual([]);
  expect(await problems()).toEqual([nobody, nobody]);
  await withdraw(request);

  const access = await kit.file();
  const young = await kit.enrol(kit.mia.client);
  await kit.says(young, access.request, 'yes');
  const { proof, countsFrom } = await kit.seen(access.request);
  const early = await kit.officer.client.send('POST', path(`/${access.request}/answer`), {
    answer: 'fulfilled',
    words: 'Here.',
  });
  expect([early.status, early.body.error.message]).toEqual([
    409,
    `a computer that was enrolled on ${dayOf(proof.enrolledAt)} said yes; the request counts on ${dayOf(countsFrom)}`,
  ]);
  await withdraw(access.request);
});

test('it is asked one at a time, and nobody asks for another: no role, and no representative', async () => {
  const { request } = await ask();
  const again = await kit.mia.client.send('POST', path(), { password: PASSWORD, content: COPY });
  expect([again.status, again.body.error.message]).toEqual([409, 'a copy has been asked for already']);
  await withdraw(request);
  for (const { client } of [kit.manager, kit.admin, kit.officer, kit.owner]) {
    const filed = await client.send('POST', path(), { password: PASSWORD, content: COPY });
    const taken = await client.send('POST', `/people/${kit.mia.person}/export`, { password: PASSWORD });
    expect([filed.status, taken.status]).toEqual([403, 403]);
  }
  const represented = await kit.officer.client.send('POST', `/people/${kit.mia.person}/represented-requests`, {
    content: COPY,
    representative: { name: 'Lea Lang', reference: 'file 7', words: 'A power of attorney.' },
  });
  expect([represented.status, represented.body.error.code]).toEqual([400, 'bad_request']);
});

test('an agent from before copies asks about a copy of one’s data, and its word counts for this one alone', async () => {
  const { request } = await ask();
  const [asked] = await kit.asks(kit.laptop, { beforeCopies: true });
  expect(asked).toMatchObject({ request, content: { kind: 'access', words: '' } });
  await kit.says(kit.laptop, request, 'yes', { beforeCopies: true });
  expect(await kit.seen(request)).toMatchObject({ state: 'ready', content: COPY });
  expect(await outcome()).toEqual(OPEN);
  await withdraw(request);
});

test('whoever has no computer any more proves in person who they are, and gets it 72 hours later unless they stop it', async () => {
  const ben = await addMember(kit.it, kit.owner.client, 'employee', { name: 'Ben', email: 'ben@acme.example.com' });
  const theirs = `/people/${ben.person}`;
  const device = await enrol(kit.it.url, ben.client, ben.person, kit.it.clock.now());
  const { request } = await ben.client.ok('POST', `${theirs}/requests`, { password: PASSWORD, content: COPY });
  await kit.admin.client.ok('DELETE', `${theirs}/devices/${device.record.device}`);
  const identity = { how: 'identity_document', words: 'Her passport.' };
  await kit.officer.client.ok('POST', `${theirs}/requests/${request}/identity`, identity);
  const take = () => ben.client.send('POST', `${theirs}/export`, { password: PASSWORD });
  expect((await take()).status).toBe(409);
  await kit.later(72 * HOUR);
  await ben.client.ok('POST', '/session', { email: ben.email, password: PASSWORD });
  expect((await take()).status).toBe(200);
  await ben.client.ok('POST', `${theirs}/requests/${request}/withdrawal`, {});
  expect((await take()).status).toBe(409);
});

test('who never had a computer has none to ask: the password and the code are asked for, and no request', async () => {
  const { officer } = kit;
  kit.it.clock.advance(MINUTE);
  const asked = await officer.client.send('POST', `/people/${officer.person}/requests`, {
    password: PASSWORD,
    totp: totpCode(officer.secret ?? '', kit.it.clock.now()),
    content: COPY,
  });
  expect([asked.status, asked.body.error.message]).toEqual([
    409,
    'no computer was ever yours here, so that none has to say yes',
  ]);
  kit.it.clock.advance(MINUTE);
  const taken = await officer.client.send('POST', `/people/${officer.person}/export`, {
    password: PASSWORD,
    totp: totpCode(officer.secret ?? '', kit.it.clock.now()),
  });
  expect(taken.status).toBe(200);
  expect((await officer.client.send('POST', `/people/${officer.person}/export`, { password: PASSWORD })).status).toBe(
    403,
  );
});

/** The answer with its first bytes, and nothing read after them. */
async function begun({ person, client }: Member): Promise<IncomingMessage> {
  const headers = { cookie: client.cookie ?? '', 'content-type': 'application/json', 'x-daylight': 'test' };
  const asking = httpRequest(`${kit.it.url}/api/v1/people/${person}/export`, { method: 'POST', headers });
  asking.on('error', () => undefined);
  asking.end(JSON.stringify({ password: PASSWORD }));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.pause();
  expect(response.statusCode).toBe(200);
  return response;
}

async function isWhole(response: IncomingMessage): Promise<boolean> {
  try {
    for await (const _ of response);
    return response.complete;
  } catch {
    return false;
  }
}
