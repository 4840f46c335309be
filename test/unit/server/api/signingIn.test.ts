import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  createClient,
  FIREFOX,
  type Json,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Signing');
});
afterAll(() => it.close());

const signIn = (email: string, more: object = {}, agent?: string) => {
  const client = createClient(it.url, agent);
  return client.send('POST', '/session', { email, password: PASSWORD, ...more }).then((reply) => ({ client, reply }));
};

describe('a session', () => {
  test('is a cookie that scripts and other sites cannot use, and whose value is nowhere in the answer', async () => {
    const member = await addMember(it, owner.client, 'employee', {
      name: 'Cookie',
      email: 'cookie@signing.example.com',
    });
    const { reply } = await signIn(member.email);
    const cookie = reply.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(
      /^daylight_session=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.stringify(reply.body)).not.toContain(cookie.slice(17, 60));
    expect(reply.headers.get('cache-control')).toBe('no-store');
  });

  test('is refused when the request has two, whichever comes first: one of them was set by somebody else', async () => {
    const email = 'double@signing.example.com';
    const member = await addMember(it, owner.client, 'employee', { name: 'Two', email });
    const own = member.client.cookie ?? '';
    const foreign = owner.client.cookie ?? '';
    const ask = (cookie: string) => createClient(it.url).send('GET', '/session', undefined, { cookie });
    for (const cookie of [
      `${own}; ${foreign}`,
      `${foreign};${own}`,
      `${own}; a=b; ${own}`,
      `${own}; daylight_session=`,
    ]) {
      const { status, body } = await ask(cookie);
      expect([status, body.error]).toEqual([
        400,
        {
          code: 'bad_request',
          field: 'cookie',
          message: 'cookie: the request has two sessions at once',
          remedy: 'Delete the cookies of this site in your browser and sign in again.',
        },
      ]);
    }
    expect((await ask(`a=b; ${own}; not_daylight_session=1`)).body.person.email).toBe(email);
  });

  test('ends when it is signed out, and not before', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Out', email: 'out@signing.example.com' });
    const { client } = await signIn(member.email);
    const cookie = client.cookie;
    expect((await client.send('GET', '/session')).status).toBe(200);
    await client.ok('DELETE', '/session');
    client.cookie = cookie;
    expect((await client.send('GET', '/session')).body.error.code).toBe('unauthenticated');
  });

  test('ends after an hour without use and after twelve hours with it', async () => {
    const server = await startServer();
    const one = await server.addOrganisation('Clock');
    server.clock.advance(59 * MINUTE);
    expect((await one.client.send('GET', '/session')).status).toBe(200);
    for (let spent = 59; spent < 12 * 60 - 55; spent += 55) {
      server.clock.advance(55 * MINUTE);
      expect((await one.client.send('GET', '/session')).status).toBe(200);
    }
    server.clock.advance(56 * MINUTE);
    expect((await one.client.send('GET', '/session')).status).toBe(401);
    const idle = await server.addOrganisation('Idle');
    server.clock.advance(HOUR);
    expect((await idle.client.send('GET', '/session')).status).toBe(401);
    await server.close();
  });

  test('changing the password ends every other session of the account', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Pass', email: 'pass@signing.example.com' });
    const { client: other } = await signIn(member.email);
    const wrong = await member.client.send('PUT', '/account/password', {
      current: 'not this one',
      password: 'a new long password',
    });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'wrong_credentials']);
    const missing = await member.client.send('PUT', '/account/password', { password: 'a new long password' });
    expect([missing.status, missing.body.error.field]).toEqual([400, 'current']);
    const same = await member.client.send('PUT', '/account/password', { current: PASSWORD, password: PASSWORD });
    expect([same.status, same.body.error]).toEqual([
      400,
      { code: 'bad_request', field: 'password', message: 'password: it is the one that you have now' },
    ]);
    expect((await other.send('GET', '/session')).status).toBe(200);
    await member.client.ok('PUT', '/account/password', { current: PASSWORD, password: 'a new long password' });
    expect((await other.send('GET', '/session')).status).toBe(401);
    expect((await member.client.send('GET', '/session')).status).toBe(200);
    expect((await signIn(member.email)).reply.status).toBe(401);
  });
});

describe('a one-time link', () => {
  test('works once, and never again', async () => {
    const invited = await owner.client.ok('POST', '/people', {
      name: 'L',
      email: 'l@signing.example.com',
      role: 'employee',
    });
    expect(invited.link).toBe(`${it.url}/#/invitation/${invited.token}`);
    const body = { token: invited.token, name: 'L', password: PASSWORD };
    const both = await Promise.all([1, 2].map(() => createClient(it.url).send('POST', '/session/invitation', body)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  test('cannot be used after its time', async () => {
    const server = await startServer();
    const { client } = await server.addOrganisation('Late');
    const invited = await client.ok('POST', '/people', { name: 'L', email: 'late@example.com', role: 'employee' });
    server.clock.advance(7 * 24 * HOUR);
    const late = { token: invited.token, name: 'L', password: PASSWORD };
    expect((await createClient(server.url).send('POST', '/session/invitation', late)).status).toBe(410);
    await server.close();
  });
});

describe('the second factor', () => {
  test('is asked for only after the right password, and a code is taken once', async () => {
    const email = 'totp@signing.example.com';
    const member = await addMember(it, owner.client, 'employee', { name: 'Totp', email });
    const { secret } = await member.client.ok('POST', '/account/totp', {});
    const at = it.clock.now(); // of every code here: on a busy machine the next step may begin between any two
    const used = totpCode(secret, at);
    await member.client.ok('PUT', '/account/totp', { totp: used });
    expect((await signIn(member.email)).reply.body.error).toMatchObject({
      code: 'second_factor_required',
      field: 'totp',
    });
    expect((await signIn(member.email, { password: 'wrong wrong wrong' })).reply.body.error.code).toBe(
      'wrong_credentials',
    );
    expect((await signIn(member.email, { totp: used })).reply.status).toBe(401);
    const next = totpCode(secret, at + 30_000);
    const both = await Promise.all([signIn(member.email, { totp: next }), signIn(member.email, { totp: next })]);
    expect(both.map(({ reply }) => reply.status).sort()).toEqual([200, 401]);
    expect(both.find(({ reply }) => reply.status === 200)?.reply.body).toMatchObject({
      secondFactor: 'totp',
      mustDo: [],
    });
  });

  test('a code two steps old is refused', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Old', email: 'old@signing.example.com' });
    const { secret } = await member.client.ok('POST', '/account/totp', {});
    const old = totpCode(secret, it.clock.now() - 61_000);
    expect((await member.client.send('PUT', '/account/totp', { totp: old })).body.error.code).toBe('wrong_credentials');
    expect((await member.client.ok('GET', '/session')).secondFactor).toBe(null);
  });

  test('each of ten recovery codes works once in its place', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Rec', email: 'rec@signing.example.com' });
    const { secret } = await member.client.ok('POST', '/account/totp', {});
    const { recoveryCodes } = await member.client.ok('PUT', '/account/totp', {
      totp: totpCode(secret, it.clock.now()),
    });
    expect(new Set(recoveryCodes).size).toBe(10);
    const typed = String(recoveryCodes[3]).toLowerCase().replaceAll('-', ' ');
    expect((await signIn(member.email, { recoveryCode: typed })).reply.body.secondFactor).toBe('recovery_code');
    expect((await signIn(member.email, { recoveryCode: typed })).reply.status).toBe(401);
  });

  test('setting one up ends the sessions that were signed in without it', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Two', email: 'two@signing.example.com' });
    const { client: other } = await signIn(member.email);
    await setUpTotp(member.client, it.clock);
    expect((await other.send('GET', '/session')).status).toBe(401);
  });

  test('cannot be replaced without a fresh one', async () => {
    const server = await startServer();
    const { client } = await server.addOrganisation('Fresh');
    const member = await addMember(server, client, 'employee', {
      name: 'F',
      email: 'f@fresh.example.com',
      secondFactor: true,
    });
    server.clock.advance(11 * MINUTE);
    const late = await member.client.send('POST', '/account/totp', {});
    expect([late.status, late.body.error.code]).toEqual([403, 'second_factor_required']);
    await server.close();
  });
});

describe('guessing', () => {
  test('gets the same answer whether the account exists or not, and never at once', async () => {
    const answers: unknown[] = [];
    for (const email of ['nobody@signing.example.com', owner.email]) {
      const began = performance.now();
      const { reply } = await signIn(email, { password: 'wrong wrong wrong' });
      expect(performance.now() - began).toBeGreaterThan(295);
      answers.push([reply.status, reply.body]);
    }
    expect(answers).toEqual([answers[0], [401, expect.objectContaining({ error: expect.anything() })]]);
  });

  test('ten wrong passwords for one account lock further attempts out, right or wrong', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Guess', email: 'guess@signing.example.com' });
    const wrong = await Promise.all(
      Array.from({ length: 10 }, () => signIn(member.email, { password: 'wrong wrong wrong' })),
    );
    expect(wrong.map(({ reply }) => reply.status)).toEqual(Array(10).fill(401));
    expect((await signIn(member.email)).reply.body.error.code).toBe('rate_limited');
    const { events } = await owner.client.ok('GET', '/security-events');
    const failed = events.filter((event: Json) => event.kind === 'failed_sign_in' && event.person === member.person);
    expect(failed.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(10);
  });
});

describe('guessing from the same address', () => {
  let office: TestServer;
  let admin: TestOwner;
  beforeAll(async () => {
    office = await startServer();
    admin = await office.addOrganisation('Office');
  });
  afterAll(() => office.close());

  const enter = (body: object) =>
    createClient(office.url)
      .send('POST', '/session', { password: PASSWORD, ...body })
      .then(({ status, body: answer }) => [status, answer.error?.code ?? null]);

  test('keeps nobody out who signed in there before and shows both factors; whoever has one alone waits', async () => {
    const { email, secret } = await addMember(office, admin.client, 'employee', {
      name: 'Mia',
      email: 'mia@office.example.com',
      secondFactor: true,
    });
    const { email: without } = await addMember(office, admin.client, 'employee', {
      name: 'Ben',
      email: 'ben@office.example.com',
    });
    const code = () => {
      office.clock.advance(30_000); // each is taken once
      return { email, totp: totpCode(secret ?? '', office.clock.now()) };
    };
    expect([await enter(code()), await enter({ email: without })]).toEqual([
      [200, null],
      [200, null],
    ]);
    for (const guessed of [email, without]) {
      await Promise.all(Array.from({ length: 10 }, () => enter({ email: guessed, password: 'wrong wrong wrong' })));
    }
    const refused = [429, 'rate_limited'];
    expect(await enter({ email })).toEqual(refused);
    expect(await enter({ ...code(), password: 'wrong wrong wrong' })).toEqual(refused);
    expect(await enter(code())).toEqual([200, null]);
    expect(await enter({ email: without })).toEqual(refused);
    office.clock.advance(15 * MINUTE);
    expect(await enter({ email: without })).toEqual([200, null]);
  });
});

describe('requests of other sites', () => {
  test('a foreign Origin is refused, with and without the header', async () => {
    const foreign = await owner.client.send('POST', '/teams', { name: 'X' }, { origin: 'https://evil.example' });
    expect([foreign.status, foreign.body.error.code]).toEqual([403, 'forbidden']);
    const read = await owner.client.send('GET', '/session', undefined, { origin: 'https://evil.example' });
    expect(read.status).toBe(403);
    const own = await owner.client.send('GET', '/session', undefined, { origin: it.url });
    expect(own.status).toBe(200);
  });

  test('what changes something without the header is refused', async () => {
    const response = await fetch(`${it.url}/api/v1/teams`, {
      method: 'POST',
      headers: { cookie: owner.client.cookie ?? '', 'content-type': 'application/json' },
      body: '{"name":"X"}',
    });
    expect([response.status, (await response.json()).error.field]).toEqual([403, 'x-daylight']);
  });

  test('answers carry a policy that loads nothing from elsewhere and no inline script', async () => {
    const response = await fetch(it.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("img-src 'self';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });
});

test('an account in use with two browsers at once is flagged in both sessions, and told to the security page once', async () => {
  const member = await addMember(it, owner.client, 'employee', { name: 'Twice', email: 'twice@signing.example.com' });
  const { client: second, reply } = await signIn(member.email, {}, FIREFOX);
  expect(reply.body.concurrentUse).toBe(true);
  expect((await member.client.ok('GET', '/session')).concurrentUse).toBe(true);
  const { sessions } = await second.ok('GET', '/account/sessions');
  expect(sessions.map((one: Json) => [one.client, one.network, one.concurrentUse])).toEqual(
    expect.arrayContaining([
      ['Chrome', 'this computer', true],
      ['Firefox', 'this computer', true],
    ]),
  );
  const { events } = await owner.client.ok('GET', '/security-events');
  expect(
    events.filter((event: Json) => event.kind === 'concurrent_use' && event.person === member.person),
  ).toHaveLength(1);
});
