import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addMember, startServer, type TestOwner, type TestServer } from '../../../support/api.ts';
import { type Example, examples, pathOf, routeNames, shapeOf } from '../../../support/routeExamples.ts';

let it: TestServer;
let owner: TestOwner;
let another: string;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Bad');
  const somebody = { name: 'Somebody', email: 'somebody@example.com' };
  another = (await addMember(it, owner.client, 'employee', somebody)).person;
});
afterAll(() => it.close());

const ids = (person: string) => ({ person, device: person, image: person, day: '2026-11-12' });
/** Nobody answers an objection, a request or a dispute of their own, lifts a restriction of theirs, or says of themself that they are not of age. */
const OF_ANOTHER: ReadonlySet<string> = new Set([
  ...['answerObjection', 'representRequest', 'confirmIdentity', 'extendRequest', 'answerRequest'],
  ...['receiveRequest', 'previewRequestedErasure', 'carryOutErasure', 'carryOutCorrection'],
  ...['tellLift', 'liftRestriction', 'sayAge', 'answerDispute', 'tellRecipient'],
]);
const subjectOf = (name: string): string => (OF_ANOTHER.has(name) ? another : owner.person);
const wrong = { nope: ['nothing takes this'] };

const snapshot = async () => {
  const paths = ['/people', '/teams', '/policy', '/account/sessions', `/people/${owner.person}/devices`];
  const read = await Promise.all(paths.map((path) => owner.client.ok('GET', path)));
  return JSON.stringify(read, (key, value: unknown) => (key === 'lastSeenAt' ? 0 : value));
};

describe.each(routeNames)('%s', (name) => {
  const shape = shapeOf(name);

  const attempt = async (example: Example, field: string) => {
    const { method } = shape;
    const reply = await owner.client.send(method, pathOf(name, example), example.body);
    expect([reply.status, reply.body.error?.code], `${field}: ${JSON.stringify(reply.body)}`).toEqual([
      400,
      'bad_request',
    ]);
    const named = String(reply.body.error.field);
    expect(named === field || named.startsWith(`${field}.`), `the refusal names ${named} where ${field} is wrong`).toBe(
      true,
    );
    expect(reply.body.error.message.length).toBeGreaterThan(10);
  };

  test('every field that is missing, unknown or of the wrong type is refused by name, and nothing changes', async () => {
    const before = await snapshot();
    const example = examples(ids(subjectOf(name)))[name];
    for (const key of Object.keys(shape.params.shape)) {
      await attempt({ ...example, params: { ...example.params, [key]: 'not~valid' } }, key);
    }
    await attempt({ ...example, query: { ...example.query, unknown: '1' } }, 'unknown');
    for (const [key, schema] of Object.entries(shape.query.shape)) {
      if (key !== 'zone') await attempt({ ...example, query: { ...example.query, [key]: 'not~valid' } }, key);
      const { [key]: _left, ...rest } = example.query ?? {};
      if (isRequired(schema)) await attempt({ ...example, query: rest }, key);
    }
    if (shape.body instanceof z.ZodObject) {
      await attempt({ ...example, body: { ...example.body, unknown: 1 } }, 'unknown');
      for (const [key, schema] of Object.entries(shape.body.shape)) {
        await attempt({ ...example, body: { ...example.body, [key]: wrong } }, key);
        // Where null means something it is no bad input.
        if (!isNullable(schema)) await attempt({ ...example, body: { ...example.body, [key]: null } }, key);
        const { [key]: _left, ...rest } = example.body ?? {};
        if (isRequired(schema)) await attempt({ ...example, body: rest }, key);
      }
    }
    expect(await snapshot()).toBe(before);
  });
});

const takesJson = (name: (typeof routeNames)[number]): boolean => typeof (shapeOf(name).body ?? '') !== 'string';

describe.each(routeNames.filter(takesJson))('%s', (name) => {
  const shape = shapeOf(name);

  test('a body that is not JSON, not an object or too large is refused', async () => {
    const path = pathOf(name, examples(ids(subjectOf(name)))[name]);
    const send = (body: string | undefined, type = 'application/json') =>
      owner.client.send(shape.method, path, body, body === undefined ? {} : { 'content-type': type });
    for (const body of ['{', '[]', '"text"', 'null', undefined]) {
      const reply = await send(body);
      expect([reply.status, reply.body.error.code], String(body)).toEqual([400, 'bad_request']);
    }
    expect((await send('name=x', 'application/x-www-form-urlencoded')).status).toBe(400);
    const large = await send(JSON.stringify({ name: 'x'.repeat(300_000) }));
    expect([large.status, large.body.error.code]).toEqual([413, 'too_large']);
  });
});

describe('a refusal says what would be right', () => {
  const day = (question: string) => `/people/${owner.person}/day?${question}`;
  const change = (title: object) => ({ baseVersion: 1, reason: 'for this test', parameters: { title } });
  const purposes = /purpose: expected one or several, with commas between them, of "[a-z_", ]+"own_data"$/;
  const cases: [what: string, () => Parameters<TestOwner['client']['send']>, words: RegExp][] = [
    ['a body that is null', () => ['POST', '/teams', 'null'], /^body: expected an object$/],
    ['a body that is text', () => ['POST', '/teams', '"text"'], /^body: expected an object$/],
    ['a day that is none', () => ['GET', day('day=2026-02-30&purpose=own_data')], /day: expected a day such as/],
    ['no purpose', () => ['GET', day('day=2026-11-12')], purposes],
    [
      'a purpose twice',
      () => ['GET', day('day=2026-11-12&purpose=support,support')],
      /purpose: expected each purpose once$/,
    ],
    [
      'one’s own data and more',
      () => ['GET', day('day=2026-11-12&purpose=own_data,support')],
      /purpose: expected own_data alone$/,
    ],
    ['a purpose and a comma', () => ['GET', day('day=2026-11-12&purpose=support,')], purposes],
    ['a wrong purpose', () => ['GET', day('day=2026-11-12&purpose=x')], purposes],
    [
      'a reason that turns the words beside it',
      () => ['PUT', '/policy', { ...change({ level: 'off' }), reason: 'as \u202eagreed' }],
      /reason: expected words without characters that turn the direction of text$/,
    ],
    ['a version in scientific notation', () => ['GET', '/policy/versions/1e0'], /version: expected a whole number/],
    ['a version with a zero in front', () => ['GET', '/policy/versions/01'], /version: expected a whole number/],
    [
      'a viewer twice',
      () => ['PUT', '/policy', change({ viewers: ['owner', 'manager', 'owner'] })],
      /viewers: expected each role once$/,
    ],
  ];
  test.each(cases)('%s', async (_what, request, words) => {
    const [method, path, body] = request();
    const reply = await owner.client.send(method, path, body, { 'content-type': 'application/json' });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'bad_request']);
    expect(reply.body.error.message).toMatch(words);
  });
});

test('an address that is no route, and one that is not well formed, are refused as JSON', async () => {
  expect((await owner.client.send('GET', '/nothing/here')).body.error.code).toBe('not_found');
  expect((await owner.client.send('GET', '/people/%E0%A4%A/devices')).body.error.code).toBe('bad_request');
  expect((await owner.client.send('DELETE', '/people')).body.error.code).toBe('not_found');
  // HEAD is no way to make the server look at somebody and show nothing.
  const { person } = owner;
  const day = `/people/${person}/day?day=2026-11-20&zone=UTC&purpose=own_data`;
  expect((await owner.client.send('GET', day)).status).toBe(200);
  expect((await owner.client.send('HEAD', day)).status).toBe(404);
  const { accesses } = await owner.client.ok('GET', `/people/${person}/accesses`);
  expect(accesses).toHaveLength(1);
});

function isNullable(schema: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(null).success;
}

function isRequired(schema: unknown): boolean {
  return schema instanceof z.ZodType && !schema.safeParse(undefined).success;
}
