import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addMember,
  type Client,
  createClient,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';

// What a stranger with only the documents could send: each gets a refusal that names the field, and none a failure.

let it: TestServer;
let owner: TestOwner;
let employee: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Door');
  employee = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@door.example.com' });
});
afterAll(() => it.close());

const refusalOf = async (client: Client, method: string, path: string, body?: unknown) => {
  const { status, body: answer } = await client.send(method, path, body);
  return [status, answer?.error?.field ?? answer?.error?.code ?? null];
};

/** A request as it stands, which `fetch` would tidy up first. */
function raw(method: string, path: string, headers: Record<string, string>, body?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(it.url, { method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const asOwner = (headers: Record<string, string> = {}) => ({
  cookie: owner.client.cookie ?? '',
  'x-daylight': 'test',
  'content-type': 'application/json',
  ...headers,
});

describe('days', () => {
  test.each(['0001-01-01', '1969-12-31', '2019-12-31', '2020-01-01', '2099-12-31', '9999-12-31'])(
    '%s is refused by name, and no access is recorded',
    async (day) => {
      const reads = [
        `/people/${employee.person}/day?day=${day}&purpose=security`,
        `/people/${employee.person}/day?day=${day}&purpose=security&zone=Pacific/Kiritimati`,
        `/people/${employee.person}/observations?day=${day}&parameter=app&purpose=security`,
      ];
      for (const path of reads) expect(await refusalOf(owner.client, 'GET', path)).toEqual([400, 'day']);
      expect((await employee.client.ok('GET', `/people/${employee.person}/accesses`)).accesses).toEqual([]);
    },
  );

  test.each(['2020-01-02', '2099-12-30'])('%s is answered in every zone', async (day) => {
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12', 'Pacific/Apia']) {
      const path = `/people/${employee.person}/day?day=${day}&purpose=own_data&zone=${zone.replace('+', '%2B')}`;
      expect((await employee.client.send('GET', path)).status).toBe(200);
    }
  });
});

describe('weeks', () => {
  test.each(['2020-01-01', '2099-12-25', '2099-12-30', '9999-12-31'])(
    'one whose days from %s on reach beyond what can be read is refused by name, and no access is recorded',
    async (from) => {
      const accesses = () => employee.client.ok('GET', `/people/${employee.person}/accesses`);
      const before = await accesses();
      for (const zone of ['UTC', 'Pacific/Pago_Pago', 'Pacific/Kiritimati']) {
        const path = `/people/${employee.person}/week?from=${from}&purpose=security&zone=${zone}`;
        expect(await refusalOf(owner.client, 'GET', path)).toEqual([400, 'from']);
      }
      expect(await accesses()).toEqual(before);
    },
  );

  test.each(['2020-01-02', '2099-12-24'])('from %s on is answered in every zone', async (from) => {
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT%2B12', 'Pacific/Pago_Pago']) {
      const path = `/people/${employee.person}/week?from=${from}&purpose=own_data&zone=${zone}`;
      expect((await employee.client.send('GET', path)).status).toBe(200);
    }
  });
});

describe('text', () => {
  test.each([
    ['a lone surrogate', 'a\ud800b'],
    ['a control character', 'a\u0007b'],
    ['a delete', 'a\u007fb'],
    ['a C1 control character', 'a\u009bb'],
  ])('with %s is refused by name wherever people write it', async (_what, bad) => {
    const { policy } = await owner.client.ok('GET', '/policy');
    const change = { baseVersion: policy.version, reason: `because ${bad}`, idleSeconds: 120 };
    const person = { name: bad, email: 'new@door.example.com', role: 'employee' };
    const answers = [
      await refusalOf(owner.client, 'POST', '/teams', { name: bad }),
      await refusalOf(owner.client, 'POST', '/people', person),
      await refusalOf(owner.client, 'PATCH', `/people/${employee.person}`, { name: bad }),
      await refusalOf(owner.client, 'PUT', '/policy', change),
      await refusalOf(createClient(it.url), 'POST', '/session/invitation', {
        ...{ token: 'A'.repeat(43), name: bad, password: PASSWORD },
      }),
    ];
    expect(answers).toEqual([
      [400, 'name'],
      [400, 'name'],
      [400, 'name'],
      [400, 'reason'],
      [400, 'name'],
    ]);
  });

  test('of more than one line is refused where a line is expected, and a reason may have several', async () => {
    expect(await refusalOf(owner.client, 'POST', '/teams', { name: 'a\nb' })).toEqual([400, 'name']);
    const { policy } = await owner.client.ok('GET', '/policy');
    const change = { baseVersion: policy.version, reason: 'one\n\ttwo', idleSeconds: 240 };
    expect((await owner.client.send('PUT', '/policy', change)).status).toBe(200);
  });

  test('a password that is not well formed, or is the e-mail address of its owner, is refused', async () => {
    const put = (password: string) =>
      refusalOf(employee.client, 'PUT', '/account/password', { current: PASSWORD, password });
    expect(await put('correct horse \udc00 battery')).toEqual([400, 'password']);
    expect(await put('mia@door.example.com')).toEqual([400, 'password']);
    expect(await put(' MIA@Door.example.com ')).toEqual([400, 'password']);
    const { token } = await owner.client.ok('POST', '/people', {
      ...{ name: 'Noa', email: 'noa@door.example.com', role: 'employee' },
    });
    const accept = (password: string) =>
      createClient(it.url).send('POST', '/session/invitation', { token, name: 'Noa', password });
    const refused = await accept('noa@door.example.com');
    expect([refused.status, refused.body.error.field]).toEqual([400, 'password']);
    expect((await accept(PASSWORD)).status).toBe(200); // and the link was not used up
    const signIn = { email: 'mia@door.example.com', password: 'lone \ud800 surrogate' };
    expect(await refusalOf(createClient(it.url), 'POST', '/session', signIn)).toEqual([400, 'password']);
  });
});

describe('bodies and addresses', () => {
  test('a body that is not UTF-8, or compressed, rightly or wrongly, is refused', async () => {
    const name = Buffer.concat([Buffer.from('{"name":"'), Buffer.of(0xc3, 0x28, 0xff), Buffer.from('"}')]);
    expect(await raw('POST', '/api/v1/teams', asOwner(), name)).toBe(400);
    const gzip = asOwner({ 'content-encoding': 'gzip' });
    expect(await raw('POST', '/api/v1/teams', gzip, Buffer.from('{"name":"not gzip"}'))).toBe(400);
    expect(await raw('POST', '/api/v1/teams', gzip, gzipSync('{"name":"T"}'))).toBe(400);
    const utf16 = asOwner({ 'content-type': 'application/json; charset=utf-16le' });
    expect(await raw('POST', '/api/v1/teams', utf16, Buffer.from('{"name":"T"}', 'utf16le'))).toBe(400);
    expect((await owner.client.ok('GET', '/teams')).teams).toEqual([]);
  });

  test.each(['/assets/../../cli.js', '/assets/%2e%2e/%2e%2e/cli.js', '/assets/..%5c..%5ccli.js', '/assets/%00'])(
    '%s leads nowhere (503 where the console is not built)',
    async (path) => {
      expect([400, 404, 503]).toContain(await raw('GET', path, {}));
    },
  );
});

describe('what is said twice or to the wrong people', () => {
  test('a team that is named twice is one team', async () => {
    const { id } = await owner.client.ok('POST', '/teams', { name: 'T' });
    const changed = await owner.client.ok('PATCH', `/people/${employee.person}`, { teams: [id, id, id] });
    expect(changed.teams).toEqual([id]);
  });

  test.each(['admin', 'privacy_officer', 'employee'])(
    'an %s cannot be made a viewer: they never see activity',
    async (role) => {
      const { policy } = await owner.client.ok('GET', '/policy');
      const parameters = { app: { viewers: ['owner', role] } };
      const change = { baseVersion: policy.version, reason: 'for this test', parameters };
      expect(await refusalOf(owner.client, 'PUT', '/policy', change)).toEqual([400, 'parameters.app.viewers.1']);
    },
  );
});

test('a new link makes the earlier one worthless, so that it cannot give what it was never sent for', async () => {
  const email = 'ben@door.example.com';
  const first = await owner.client.ok('POST', '/people', { name: 'Ben', email, role: 'employee' });
  await owner.client.ok('PATCH', `/people/${first.person.id}`, { role: 'admin' });
  const second = await owner.client.ok('POST', `/people/${first.person.id}/invitation`, {});
  const accept = (token: string) =>
    createClient(it.url).send('POST', '/session/invitation', { token, name: 'Ben', password: PASSWORD });
  expect((await accept(first.token)).status).toBe(410);
  expect((await accept(second.token)).body.person.role).toBe('admin');
});

test('wrong codes are counted: after 240 from one address nothing more is looked up, right or wrong', async () => {
  const { code } = await employee.client.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
  const ask = (guess: string) => createClient(it.url, 'agent').send('POST', '/enrolment/notice', { code: guess });
  expect((await ask(code)).status).toBe(200);
  const wrong = '00000-00000-00000-00000';
  for (let guesses = 0; guesses < 240; guesses += 1) expect((await ask(wrong)).status).toBe(410);
  expect([(await ask(wrong)).status, (await ask(code)).status]).toEqual([429, 429]);
});
