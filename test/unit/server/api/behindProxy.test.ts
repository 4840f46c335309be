import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addMember,
  createClient,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';

// Behind a proxy a test can come from anywhere.

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer({}, { behindProxy: true });
  owner = await it.addOrganisation('Proxied');
});
afterAll(() => it.close());

const signIn = (address: string, email: string, more: object = {}) =>
  createClient(it.url).send(
    'POST',
    '/session',
    { email, password: PASSWORD, ...more },
    { 'x-forwarded-for': `203.0.113.250, ${address}` },
  );

describe('the session cookie', () => {
  test('has the prefix that no other host can set, and the documents say so', async () => {
    const member = await addMember(it, owner.client, 'employee', { name: 'Host', email: 'host@proxied.example.com' });
    const cookie = (await signIn('192.0.2.9', member.email)).headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(
      /^__Host-daylight_session=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    const document = await (await fetch(`${it.url}/api/v1/openapi.json`)).json();
    expect(document.components.securitySchemes.session.name).toBe('__Host-daylight_session');
  });

  test('is the only one that is looked at: one without the prefix signs nobody in, and out of nothing', async () => {
    const own = owner.client.cookie ?? '';
    const plain = own.replace('__Host-', '');
    const ask = (cookie: string) => createClient(it.url).send('GET', '/session', undefined, { cookie });
    expect((await ask(plain)).status).toBe(401);
    expect((await ask(`daylight_session=${'A'.repeat(43)}; ${own}`)).body.person.email).toBe(owner.email);
    expect((await ask(`${own}; ${own}`)).status).toBe(400);
  });
});

describe('guesses at one account from many addresses', () => {
  const guessFrom = (n: number, email: string) => signIn(`198.51.100.${n}`, email, { password: 'wrong wrong wrong' });
  let boss: Member;
  let mia: Member;
  beforeAll(async () => {
    boss = await addMember(it, owner.client, 'manager', { name: 'Boss', email: 'boss@proxied.example.com' });
    mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@proxied.example.com' });
    expect((await signIn('192.0.2.1', mia.email)).status).toBe(200);
    for (const { email } of [boss, mia]) {
      const guesses = Array.from({ length: 30 }, (_, n) => guessFrom(n, email));
      for (const { status } of await Promise.all(guesses)) expect(status).toBe(401);
    }
  });

  test('meet a limit, and hear when to try again', async () => {
    for (const { email } of [boss, mia, { email: 'nobody@proxied.example.com' }]) {
      if (email.startsWith('nobody')) await Promise.all(Array.from({ length: 30 }, (_, n) => guessFrom(n, email)));
      const reply = await guessFrom(31, email);
      expect([reply.status, reply.body.error.code, reply.body.error.field]).toEqual([429, 'rate_limited', 'totp']);
      const seconds = Number(reply.headers.get('retry-after'));
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 15 * 60).toBe(true);
    }
  });

  test('do not tell whether a password was right, once there were too many', async () => {
    const said = await Promise.all(
      [signIn('198.51.100.40', boss.email), guessFrom(41, boss.email), signIn('198.51.100.42', mia.email)].map(
        async (asked) => (await asked).body,
      ),
    );
    expect(said).toEqual([said[0], said[0], said[0]]);
  });

  test('keep nobody out: not from where they signed in before, and nowhere with both factors', async () => {
    expect((await signIn('192.0.2.1', mia.email)).status).toBe(200);
    const totp = totpCode(boss.secret ?? '', it.clock.now() + 30_000);
    const reply = await signIn('192.0.2.77', boss.email, { totp });
    expect([reply.status, reply.body.secondFactor]).toEqual([200, 'totp']);
  });

  test('at the code of somebody whose password is known are few, wherever they come from', async () => {
    const eve = await addMember(it, owner.client, 'manager', { name: 'Eve', email: 'eve@proxied.example.com' });
    const right = totpCode(eve.secret ?? '', it.clock.now() + 30_000);
    const wrong = right === '000000' ? '000001' : '000000';
    for (let n = 0; n < 10; n += 1) {
      expect((await signIn(`198.51.100.${n}`, eve.email, { totp: wrong })).status).toBe(401);
    }
    const refused = await signIn('198.51.100.90', eve.email, { totp: right });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });
});
