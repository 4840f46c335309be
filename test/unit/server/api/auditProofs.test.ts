import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../../../server/audit/sha256.ts';
import { provesConsistency } from '../../../../shared/audit/merkle.ts';
import { addMember, type Member, startServer, type TestOwner, type TestServer } from '../../../support/api.ts';
import { checkedProof } from '../../../support/checkedProof.ts';

let it: TestServer;
let acme: TestOwner;
let employee: Member;
let officer: Member;
beforeAll(async () => {
  it = await startServer();
  acme = await it.addOrganisation('Acme');
  employee = await addMember(it, acme.client, 'employee', { name: 'Emp', email: 'emp@acme.example.com' });
  officer = await addMember(it, acme.client, 'privacy_officer', { name: 'Off', email: 'off@acme.example.com' });
});
afterAll(() => it.close());

const listOf = async ({ client, person }: Member) => (await client.ok('GET', `/people/${person}/accesses`)).accesses;
const look = () => acme.client.ok('GET', `/people/${employee.person}/day?day=2026-01-05&purpose=support`);
const headOf = async () => {
  const { checkpoint } = await employee.client.ok('GET', '/audit/checkpoint');
  const { size, root } = JSON.parse(checkpoint.payload);
  return { size, root: Buffer.from(root, 'hex') };
};

test('whoever was looked at takes each entry along with a proof that stands without the server', async () => {
  for (let n = 0; n < 20; n += 1) await look();
  const [first] = await listOf(employee);
  const path = `/people/${employee.person}/accesses/${first.seq}/proof`;
  const proof = await employee.client.ok('GET', path);
  const { row, size } = checkedProof(proof);
  expect(row).toMatchObject({
    actor: acme.person,
    subject: employee.person,
    action: 'day',
    refused: false,
    at: first.at,
  });
  expect(size).toBeGreaterThan(first.seq);
  expect(() => checkedProof({ ...proof, row: proof.row.replace('"refused":false', '"refused":true') })).toThrow(
    'commitment',
  );
  const [other] = (await listOf(employee)).slice(1);
  const { leaf } = await employee.client.ok('GET', `/people/${employee.person}/accesses/${other.seq}/proof`);
  expect(() => checkedProof({ ...proof, leaf })).toThrow();
});

test('the tree of later begins with that of before, whatever is recorded meanwhile', async () => {
  const before = await headOf();
  for (let n = 0; n < 5; n += 1) await look();
  const after = await headOf();
  expect(after.size).toBe(before.size + 5);
  const proof = await officer.client.ok('GET', `/audit/consistency?from=${before.size}&to=${after.size}`);
  const path = proof.path.map((hash: string) => Buffer.from(hash, 'hex'));
  const hashes = [new Uint8Array(before.root), new Uint8Array(after.root)] as const;
  const [earlier, later] = [
    { ...before, root: hashes[0] },
    { ...after, root: hashes[1] },
  ];
  expect(provesConsistency(sha256, earlier, later, path)).toBe(true);
  const tooMany = await employee.client.send('GET', `/audit/consistency?from=1&to=${after.size + 1_000}`);
  expect([tooMany.status, tooMany.body.error.code]).toEqual([400, 'bad_request']);
});

test('nobody gets an entry of another list than one that they may read, and a look by the officer is on record', async () => {
  await look();
  const [entry] = await listOf(employee);
  const path = (person: string) => `/people/${person}/accesses/${entry.seq}/proof`;
  expect((await acme.client.send('GET', path(employee.person))).status).toBe(403);
  expect((await officer.client.send('GET', path(officer.person))).status).toBe(404);
  checkedProof(await officer.client.ok('GET', path(employee.person)));
  const [newest] = await listOf(employee);
  expect(newest).toMatchObject({ actor: officer.person, action: 'accesses' });
});

test('a security event is proved to those who may read it, and one that is the person’s own to nobody else', async () => {
  const { events } = await acme.client.ok('GET', '/security-events');
  const { row } = checkedProof(await acme.client.ok('GET', `/security-events/${events[0].seq}/proof`));
  expect(row).toMatchObject({ kind: events[0].kind, detail: events[0].detail });
  expect((await employee.client.send('GET', `/security-events/${events[0].seq}/proof`)).status).toBe(403);
  const [access] = await listOf(employee);
  expect((await acme.client.send('GET', `/security-events/${access.seq}/proof`)).status).toBe(404);
});

test('without anything new the checkpoint stays the very same', async () => {
  const [one, two] = [
    await employee.client.ok('GET', '/audit/checkpoint'),
    await officer.client.ok('GET', '/audit/checkpoint'),
  ];
  expect(two).toEqual(one);
});
