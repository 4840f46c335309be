import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../../../shared/catalog.ts';
import { ProcessingRecord } from '../../../../shared/protocol/http/processing.ts';
import { dayOf, HOUR } from '../../../../shared/time.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../../../support/api.ts';
import { recordDay } from '../../../support/recordedDay.ts';

let it: TestServer;
let owner: TestOwner;
let officer: Member;
let mia: Member;

const details = {
  ...{ name: 'Acme <Ltd>', address: '1 Mill Lane\nLeeds' },
  ...{ jointControllers: 'none', representative: '', dataProtectionOfficer: 'Pia' },
};

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  officer = await addMember(it, owner.client, 'privacy_officer', { name: 'Pia', email: 'pia@acme.example.com' });
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await recordDay(it.data, owner.org, mia.person, it.clock.now() - 3 * HOUR);
});
afterAll(() => it.close());

const read = async () => ProcessingRecord.parse(await officer.client.ok('GET', '/records/processing'));

test('the record says what the policy and the store say, as they are at that moment', async () => {
  const before = await read();
  const stored = before.activities.filter((one) => one.stored !== null);
  expect(stored.length).toBeGreaterThan(2);
  for (const one of stored) expect(one.stored).toMatchObject({ people: 1, pastTheirDay: 0 });
  const title = before.activities.find(({ parameter }) => parameter === 'title');
  expect(title).toMatchObject({ level: 'off', collects: null });
  expect(before.notProcessed).toEqual(
    parameterIds.filter((id) => before.activities.every((one) => one.parameter !== id)),
  );
  await publish(owner.client, { url: { level: 'domain', retentionDays: 7, viewers: ['owner'] } });
  const after = await read();
  expect(after.policy.version).toBe(before.policy.version + 1);
  expect(after.activities.find(({ parameter }) => parameter === 'url')).toMatchObject({
    ...{ level: 'domain', retentionDays: 7, viewers: ['owner'], basis: 'legitimate_interest' },
    collects: expect.stringContaining('The domain of the site in front'),
  });
  expect(after.recipients.map(({ role, parameters }) => [role, parameters.includes('url')])).toEqual([
    ['owner', true],
    ['manager', false],
  ]);
  expect(after.subjects).toEqual([
    { role: 'owner', people: 1 },
    { role: 'privacy_officer', people: 1 },
    { role: 'employee', people: 1 },
  ]);
  expect(after.security.some((one) => one.includes('1 of 2 have set one up'))).toBe(true);
});

test('what only people know is asked for, kept with its reason, and said not to be filled in where it is not', async () => {
  expect((await read()).controller).toMatchObject({ revision: 0, unreadable: false });
  expect((await read()).controller.notFilledIn).toHaveLength(5);
  const change = { revision: 0, details, reason: 'first' };
  const made = await officer.client.ok('PUT', '/records/controller', change);
  expect(made).toMatchObject({ revision: 1, details, notFilledIn: ['representative'], changedBy: officer.person });
  expect((await read()).controller).toEqual(made);
  const privacy = { name: 'Pia', email: 'privacy@acme.example' };
  await owner.client.ok('PUT', '/contacts', { baseRevision: 0, authority: null, privacy });
  expect((await read()).contacts).toEqual({ authority: null, privacy });
  const again = await owner.client.send('PUT', '/records/controller', change);
  expect([again.status, again.body.error.field]).toEqual([409, 'revision']);
  const { events } = await owner.client.ok('GET', '/security-events');
  const kinds = events.filter(({ kind }: { kind: string }) => kind === 'controller_changed');
  expect(kinds.map(({ person }: { person: { id: string } | string }) => person)).toHaveLength(1);
});

test('as a page it is downloaded, needs nothing else, and runs nothing of what people wrote', async () => {
  const reply = await officer.client.send('GET', '/records/processing/page');
  const name = `record-of-processing-${dayOf(it.clock.now())}.html`;
  expect(reply.headers.get('content-disposition')).toBe(`attachment; filename=${name}`);
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = String(reply.body);
  expect(page).toContain('Acme &#60;Ltd&#62;');
  expect(page).not.toContain('Acme <Ltd>');
  expect(page).toContain('Not filled in');
  expect(page).not.toMatch(/<script|src=|url\(|@import/);
  for (const { title } of (await read()).otherRecords) expect(page).toContain(title);
});

test('as a table it has one line for each activity', async () => {
  const reply = await officer.client.send('GET', '/records/processing/table');
  expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const lines = String(reply.body).trim().split('\r\n');
  expect(lines).toHaveLength(1 + (await read()).activities.length);
  expect(lines.find((line) => line.startsWith('"Active site"'))).toContain('"domain"');
});
