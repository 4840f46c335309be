import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint as asAgentsPrintIt } from '../../../agent/core/enrolment.ts';
import { sha256 } from '../../../server/audit/sha256.ts';
import { checkLook, fingerprint } from '../../../server/console/account/checkLooks.ts';
import { keyIdOf } from '../../../server/control/signer.ts';
import { rawPublicKeyOf } from '../../../server/vault/ed25519.ts';
import { commitmentOf } from '../../../shared/audit/leaf.ts';
import { leafHash } from '../../../shared/audit/merkle.ts';
import { canonical } from '../../../shared/canonical.ts';
import type { AccessEntry } from '../../../shared/protocol/http/accesses.ts';
import { addMember, type Member, startServer, type TestOwner, type TestServer } from '../../support/api.ts';

// What the console computes in the browser of the person, of what a real server answers.

let it: TestServer;
let acme: TestOwner;
let employee: Member;
let list: AccessEntry[];
let proofs: unknown[];
beforeAll(async () => {
  it = await startServer();
  acme = await it.addOrganisation('Acme');
  employee = await addMember(it, acme.client, 'employee', { name: 'Emp', email: 'emp@acme.example.com' });
  const of = `/people/${employee.person}`;
  for (const purpose of ['support', 'security'])
    await acme.client.ok('GET', `${of}/day?day=2026-01-05&purpose=${purpose}`);
  const other = await addMember(it, acme.client, 'employee', { name: 'Oth', email: 'oth@acme.example.com' });
  for (const day of ['2026-01-05', '2026-01-06'])
    expect((await other.client.send('GET', `${of}/day?day=${day}&purpose=support`)).status).toBe(403);
  list = (await employee.client.ok('GET', `${of}/accesses`)).accesses;
  proofs = await Promise.all(list.map(({ seq }) => employee.client.ok('GET', `${of}/accesses/${seq}/proof`)));
});
afterAll(() => it.close());

test('every entry of the list is proved by what the server gives, refused and counted ones too', () => {
  expect(list.length).toBeGreaterThan(2);
  expect(list.some(({ refused, count }) => refused && count > 1)).toBe(true);
  for (const [place, entry] of list.entries()) {
    expect(checkLook(entry, proofs[place])).toMatchObject({ kind: 'proved', size: expect.any(Number) });
  }
});

test('a list that shows something else than what is proved is told', () => {
  const [entry] = list;
  if (entry === undefined) throw new Error('the list is empty');
  const others: Partial<AccessEntry>[] = [
    { purpose: 'own_data' },
    { at: entry.at - 1 },
    { count: entry.count + 1 },
    { refused: !entry.refused },
    { actor: employee.person },
    { parameters: ['title'] },
    { action: 'export' },
    { seq: (entry.seq ?? 0) + 1 },
  ];
  for (const change of others) {
    expect(checkLook({ ...entry, ...change }, proofs[0])).toEqual({ kind: 'not_proved', fault: 'another' });
  }
  expect(checkLook(entry, proofs[1])).toEqual({ kind: 'not_proved', fault: 'another' });
});

test('a row, a path or a signature that was changed, and what is no proof, is told as what it is', () => {
  const [entry] = list;
  const proof = proofs[0] as { row: string; path: string[]; checkpoint: { signature: string }; serverKey: string };
  if (entry === undefined) throw new Error('the list is empty');
  const faultOf = (changed: unknown) => {
    const verdict = checkLook(entry, changed);
    return verdict.kind === 'not_proved' ? verdict.fault : null;
  };
  const signature = proof.checkpoint.signature.replace(/^./, (char) => (char === 'A' ? 'B' : 'A'));
  expect([
    faultOf({ ...proof, row: proof.row.replace(/"count":\d+/, '"count":77') }),
    faultOf({ ...proof, path: proof.path.map((hash) => hash.replace(/^./, (char) => (char === '0' ? '1' : '0'))) }),
    faultOf({ ...proof, path: [] }),
    faultOf({ ...proof, checkpoint: { ...proof.checkpoint, signature } }),
    faultOf({ ...proof, checkpoint: { ...proof.checkpoint, payload: '{}' } }),
    faultOf({ error: 'no' }),
  ]).toEqual(['changed', 'not_in_tree', 'not_in_tree', 'not_signed', 'unreadable', 'unreadable']);
});

test('an entry of before there was a tree is not called proved', () => {
  const [entry] = list;
  if (entry === undefined) throw new Error('the list is empty');
  const { row, salt } = proofs[0] as { row: string; salt: string };
  const { privateKey } = generateKeyPairSync('ed25519');
  const serverKey = rawPublicKeyOf(privateKey);
  const verdictOf = (earlier: object) => {
    const commitment = commitmentOf(sha256, Buffer.from(salt, 'hex'), Buffer.from(row));
    const leaf = canonical({ kind: 'access', seq: 0, at: entry.at, commitment, ...earlier });
    const root = Buffer.from(leafHash(sha256, Buffer.from(leaf))).toString('hex');
    const payload = canonical({ schema: 1, org: acme.org, epoch: 0, size: 1, root, at: entry.at });
    const signature = sign(null, Buffer.from(`daylight/checkpoint/v1\n${payload}`), privateKey).toString('base64url');
    const checkpoint = { payload, keyId: keyIdOf(serverKey), signature };
    return checkLook({ ...entry, seq: 0 }, { schema: 1, row, salt, leaf, path: [], checkpoint, serverKey }).kind;
  };
  expect([verdictOf({}), verdictOf({ earlier: true })]).toEqual(['proved', 'earlier']);
});

test('the key is shown as agents print the one that they have pinned', async () => {
  const { serverKey } = await employee.client.ok('GET', '/audit/checkpoint');
  expect(fingerprint(serverKey)).toBe(asAgentsPrintIt(serverKey));
});
