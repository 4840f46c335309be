import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkExport } from '../../server/lifecycle/checkExport.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { downloadOwn } from '../support/ownCopy.ts';

// PROMISES 44: whoever is told what is collected of them, takes along what is held, or is refused, is told whom they can complain to.

const run = promisify(execFile);
const authority = {
  name: 'Data Protection Office <of Acme Land>',
  address: '1 Main Street, Acme City',
  web: 'https://authority.example/complain',
};
const privacy = { name: 'Paula Officer', email: 'privacy@acme.example.com' };
const named =
  'About your data you can ask Paula Officer (privacy@acme.example.com). ' +
  'You can complain to the supervisory authority, Data Protection Office <of Acme Land> (1 Main Street, Acme City, https://authority.example/complain), at any time, free of charge, and go to court.';
const unnamed =
  'You can complain to the data protection authority of the country where you live or work, at any time, free of charge, and go to court; your organisation has not named one here yet.';

let it: TestServer;
let owner: TestOwner;
let officer: Member;
let mia: Member;
const folders: string[] = [];
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  officer = await addMember(it, owner.client, 'privacy_officer', { name: 'Paula', email: 'paula@acme.example.com' });
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await publish(owner.client, { app: { level: 'name', basis: 'contract' }, title: { level: 'full' } });
});
afterAll(async () => {
  await it.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** The first page of an export, and its manifest. */
async function exported() {
  const reply = await downloadOwn(it, mia);
  const folder = await mkdtemp(join(tmpdir(), 'daylight-appeal-'));
  folders.push(folder);
  await writeFile(join(folder, 'export.zip'), reply.body);
  await run('unzip', ['-q', 'export.zip', '-d', 'out'], { cwd: folder });
  const { manifest } = await checkExport(join(folder, 'out'));
  return { manifest, page: await readFile(join(folder, 'out', 'index.html'), 'utf8') };
}

test('before the organisation names anybody people are told that they can complain all the same', async () => {
  const said = await mia.client.ok('GET', '/contacts');
  expect(said).toEqual({ authority: null, privacy: null, revision: 0, changedAt: null, appeal: unnamed });
  const { manifest, page } = await exported();
  expect(manifest.contacts).toEqual({ authority: null, privacy: null, appeal: unnamed });
  expect(page).toContain(unnamed);
});

test('what an officer names is said to everybody, in the export and with what is refused, and nowhere as it was before', async () => {
  const said = await officer.client.ok('PUT', '/contacts', { baseRevision: 0, authority, privacy });
  expect(said).toMatchObject({ authority, privacy, revision: 1, appeal: named });
  expect(await mia.client.ok('GET', '/contacts')).toEqual(said);

  expect(await mia.client.ok('GET', '/notice')).toMatchObject({ authority, privacy, appeal: named });
  const { manifest, page } = await exported();
  expect(manifest.contacts).toEqual({ authority, privacy, appeal: named });
  expect(page).toContain(named.replace(/[<>]/g, (one) => `&#${one.charCodeAt(0)};`));
  expect(page).not.toContain(unnamed);

  const notObjectable = await mia.client.send('PUT', `/people/${mia.person}/objections/app`, { grounds: '' });
  expect([notObjectable.status, notObjectable.body.error.remedy]).toEqual([409, expect.stringContaining(named)]);

  const path = `/people/${mia.person}/objections/title`;
  const made = await mia.client.ok('PUT', path, { grounds: 'It shows whom I write to.' });
  expect(made.answer).toBeNull();
  const words = 'We bill by it.';
  await officer.client.ok('POST', `${path}/answer`, { revision: made.revision, answer: 'refused', words });
  const { objections } = await mia.client.ok('GET', `/people/${mia.person}/objections`);
  expect(objections[0].answer).toMatchObject({ words, appeal: named });
});

test('two who change it at once are told of each other, and what cannot be reached is not taken', async () => {
  const { revision } = await owner.client.ok('GET', '/contacts');
  const late = await owner.client.send('PUT', '/contacts', { baseRevision: revision - 1, authority: null, privacy });
  expect([late.status, late.body.error.field]).toEqual([409, 'baseRevision']);
  for (const bad of [
    { authority: { ...authority, web: 'javascript:alert(1)' }, privacy },
    { authority: { ...authority, name: '' }, privacy },
    { authority, privacy: { ...privacy, email: 'nobody' } },
    { authority, privacy: { ...privacy, name: 'Paula\u202e' } },
  ])
    expect((await owner.client.send('PUT', '/contacts', { baseRevision: revision, ...bad })).status).toBe(400);
  const events = await owner.client.ok('GET', '/security-events');
  expect(events.events.filter(({ kind }: { kind: string }) => kind === 'contacts_changed')).toHaveLength(1);
  expect(await mia.client.ok('GET', '/contacts')).toMatchObject({ revision, appeal: named });
});
