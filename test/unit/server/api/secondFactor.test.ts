import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Factor');
});
afterAll(() => it.close());

const member = (name: string, role: 'employee' | 'manager' = 'employee') =>
  addMember(it, owner.client, role, {
    ...{ name, email: `${name.toLowerCase()}@factor.example.com`, secondFactor: true },
  });
const signIn = async (email: string, more: object) => {
  const client = createClient(it.url);
  return { client, reply: await client.send('POST', '/session', { email, password: PASSWORD, ...more }) };
};

describe('recovery codes', () => {
  test('are counted, used codes not, and made anew once for a fresh second factor; then the old ones are worth nothing', async () => {
    const ann = await member('Ann');
    expect(await ann.client.ok('GET', '/account/second-factor')).toEqual({
      ...{ set: true, needed: false, recoveryCodesLeft: 10 },
    });
    const { recoveryCodes: first } = await ann.client.ok('POST', '/account/recovery-codes', {});
    const { client } = await signIn(ann.email, { recoveryCode: first[0] });
    expect((await client.ok('GET', '/account/second-factor')).recoveryCodesLeft).toBe(9);
    const { recoveryCodes: second } = await client.ok('POST', '/account/recovery-codes', {});
    expect(new Set([...first, ...second]).size).toBe(20);
    expect((await signIn(ann.email, { recoveryCode: first[1] })).reply.status).toBe(401);
    expect((await signIn(ann.email, { recoveryCode: second[1] })).reply.status).toBe(200);
  });

  test('are not made anew in a session whose second factor is older than ten minutes, or for an account without one', async () => {
    const ben = await member('Ben');
    it.clock.advance(11 * MINUTE);
    const late = await ben.client.send('POST', '/account/recovery-codes', {});
    expect([late.status, late.body.error.code]).toEqual([403, 'second_factor_required']);
    const none = await owner.client.send('POST', '/account/recovery-codes', {});
    expect([none.status, none.body.error.code]).toEqual([409, 'conflict']);
  });
});

describe('removing the second factor', () => {
  test('is for employees: afterwards the password is enough, other sessions have ended, and it is on record', async () => {
    const cem = await member('Cem');
    const totp = totpCode(cem.secret ?? '', it.clock.now() + 30_000);
    const { client: other } = await signIn(cem.email, { totp });
    const me = await cem.client.ok('DELETE', '/account/totp');
    expect(me.mustDo).toEqual([]);
    expect((await other.send('GET', '/session')).status).toBe(401);
    const { client, reply } = await signIn(cem.email, {});
    expect(reply.status).toBe(200);
    expect(await client.ok('GET', '/account/second-factor')).toEqual({
      ...{ set: false, needed: false, recoveryCodesLeft: 0 },
    });
    const { events } = await owner.client.ok('GET', '/security-events');
    const about = events.filter((event: Json) => event.person === cem.person).map(({ kind }: Json) => kind);
    expect(about).toContain('second_factor_removed');
  });

  test('is refused where the role needs one, and in a session whose own is not fresh', async () => {
    const mo = await member('Mo', 'manager');
    expect((await mo.client.send('DELETE', '/account/totp')).status).toBe(403);
    expect((await mo.client.ok('GET', '/account/second-factor')).needed).toBe(true);
    const dia = await member('Dia');
    it.clock.advance(11 * MINUTE);
    const late = await dia.client.send('DELETE', '/account/totp');
    expect([late.status, late.body.error.code]).toEqual([403, 'second_factor_required']);
    expect((await dia.client.ok('GET', '/account/second-factor')).set).toBe(true);
  });
});

test('all other sessions end at once, and this one goes on', async () => {
  const eve = await addMember(it, owner.client, 'employee', { name: 'Eve', email: 'eve@factor.example.com' });
  const others = [await signIn(eve.email, {}), await signIn(eve.email, {})];
  expect(await eve.client.ok('DELETE', '/account/sessions')).toEqual({ ended: 2 });
  for (const { client } of others) expect((await client.send('GET', '/session')).status).toBe(401);
  expect((await eve.client.ok('GET', '/account/sessions')).sessions).toHaveLength(1);
});
