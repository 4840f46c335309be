import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE } from '../../../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';
import { enrol } from '../../../support/enrolled.ts';

let it: TestServer;
let owner: TestOwner;
let ann: Member;
let admin: Member;
let secret: string;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  ann = await addMember(it, owner.client, 'employee', { name: 'Ann', email: 'ann@example.com' });
  admin = await addMember(it, owner.client, 'admin', { name: 'Ada', email: 'ada@example.com' });
}, 60_000);
afterAll(() => it.close());

/** A code that was not used yet. */
function proof(more: object = {}): object {
  it.clock.advance(MINUTE);
  return { password: PASSWORD, totp: totpCode(secret, it.clock.now()), ...more };
}

const rotate = (body: object) => owner.client.send('POST', '/policy/keys', { reason: 'staff_change', ...body });

test('an owner without a second factor, with a wrong password or code, or of another role, changes nothing', async () => {
  const before = await ann.client.ok('GET', '/policy/keys');
  expect((await rotate({ sequence: 0, password: PASSWORD })).body.error).toMatchObject({
    ...{ code: 'second_factor_required', field: 'totp' },
  });
  secret = await setUpTotp(owner.client, it.clock);
  expect((await rotate({ sequence: 0, ...proof({ password: 'not the right one' }) })).status).toBe(401);
  expect((await rotate({ sequence: 0, ...proof({ totp: '000000' }) })).status).toBe(401);
  const { events } = await owner.client.ok('GET', '/security-events');
  const wrong = events.filter(({ kind }: Json) => kind === 'key_proof_refused');
  expect(wrong.map(({ person }: Json) => person)).toEqual([owner.person, owner.person]);
  expect((await rotate({ sequence: 0, password: PASSWORD })).status).toBe(403);
  const asAdmin = { sequence: 0, reason: 'scheduled', password: PASSWORD };
  expect((await admin.client.send('POST', '/policy/keys', asAdmin)).status).toBe(403);
  expect((await rotate({ sequence: 4, ...proof() })).body.error).toMatchObject({ code: 'conflict', field: 'sequence' });
  expect(await ann.client.ok('GET', '/policy/keys')).toEqual(before);
  expect(before.keys).toMatchObject([{ sequence: 0, reason: null, author: null, statement: null, policyVersion: 1 }]);
});

test('a change is for everyone to read, and whoever reads it can verify it with what is in the answer', async () => {
  const { policy, hash } = await ann.client.ok('GET', '/policy');
  expect((await rotate({ sequence: 0, ...proof() })).status).toBe(200);
  const { serverKey, keys } = await ann.client.ok('GET', '/policy/keys');
  const [now, first] = keys;
  expect(keys).toMatchObject([{ sequence: 1, reason: 'staff_change', author: owner.person }, { sequence: 0 }]);
  expect(now.keyId).toBe(createHash('sha256').update(Buffer.from(now.key, 'base64url')).digest('hex'));
  const { payload, previous, next, server } = now.statement;
  const isSigned = (key: string, signature: string): boolean => {
    const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    const text = Buffer.from(`daylight/policy-key/v1\n${payload}`);
    return verify(null, text, object, Buffer.from(signature, 'base64url'));
  };
  expect([isSigned(first.key, previous), isSigned(now.key, next), isSigned(serverKey, server)]).toEqual([
    true,
    true,
    true,
  ]);
  expect(JSON.parse(payload)).toMatchObject({ previousKey: first.key, key: now.key, policyHash: hash });
  const after = await ann.client.ok('GET', '/policy');
  expect([after.policy, after.hash, after.signed.keyId]).toEqual([policy, hash, now.keyId]);
  const { events } = await owner.client.ok('GET', '/security-events');
  const changes = events.filter(({ kind }: Json) => kind === 'policy_key_rotated');
  expect(changes).toMatchObject([{ person: owner.person, detail: 'the key that signs the policies is changed' }]);
});

test('of two owners who change the same key at once one does, and the other is told', async () => {
  const second = await addMember(it, owner.client, 'owner', { name: 'Otto', email: 'otto@example.com' });
  it.clock.advance(MINUTE);
  const body = (key: string | null) => ({
    ...{ sequence: 1, reason: 'scheduled', password: PASSWORD, totp: totpCode(key ?? '', it.clock.now()) },
  });
  const replies = await Promise.all([
    owner.client.send('POST', '/policy/keys', body(secret)),
    second.client.send('POST', '/policy/keys', body(second.secret)),
  ]);
  expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect((await ann.client.ok('GET', '/policy/keys')).keys).toHaveLength(3);
});

test('a device that enrols afterwards gets the key in force, its number, and a policy and lease that it has signed', async () => {
  const { keys } = await ann.client.ok('GET', '/policy/keys');
  const { reply } = await enrol(it.url, owner.client, ann.person, it.clock.now());
  const enrolled = reply.body;
  expect([enrolled.policyKey, enrolled.policyKeySequence]).toEqual([keys[0].key, 2]);
  expect([enrolled.policy.keyId, enrolled.lease.keyId]).toEqual([keys[0].keyId, keys[0].keyId]);
});
