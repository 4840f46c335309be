import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf } from '../../shared/time.ts';
import { addMember, type Member, PASSWORD, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn } from '../support/consolePage.ts';
import { downloadOwn } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';

// A person brings along, in a browser, what they downloaded at another server: told first what is in it and what becomes of it.

let first: TestServer;
let second: TestServer;
let browser: TestBrowser;
let ann: Member;
let folder = '';
let days: readonly string[];

beforeAll(async () => {
  await buildConsole();
  [first, second] = [await startServer(), await startServer()];
  const there = await first.addOrganisation('Nordlicht');
  const before = await addMember(first, there.client, 'employee', { name: 'Ann Berg', email: 'ann@example.com' });
  const day = addDays(dayOf(first.clock.now()), -9);
  days = [day, addDays(day, 1)];
  await plant(first.data, { org: there.org, person: before.person, canary: 'ann', days });
  const reply = await downloadOwn(first, before);
  folder = await mkdtemp(join(tmpdir(), 'daylight-brought-'));
  await writeFile(join(folder, 'whole.zip'), reply.body);
  await writeFile(join(folder, 'cut.zip'), reply.body.subarray(0, 5_000));
  const owner = await second.addOrganisation('Westwind');
  ann = await addMember(second, owner.client, 'employee', { name: 'Ann Adler', email: 'ann@example.com' });
  browser = await startBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await first?.close();
  await second?.close();
  await rm(folder, { recursive: true, force: true });
});

test('A file is checked, read about, taken in with the password, looked at day by day, and deleted', async () => {
  const page = await openConsole(browser, second, { client: ann.client, path: '/my-data', heading: 'My data' });
  await page.getByRole('link', { name: 'Bring my data along' }).click();
  await page.getByRole('heading', { name: 'Brought along from elsewhere' }).waitFor();
  await loaded(page);
  const list = page.getByRole('region', { name: 'What you brought along' });
  await list.getByText('Nothing yet.').waitFor();
  const send = async (file: string) => {
    await page.getByLabel('The ZIP file').setInputFiles(join(folder, file));
    await page.getByRole('button', { name: 'Check this file' }).click();
  };
  await send('cut.zip');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.innerText()).toContain('the file: it is no ZIP, or it is not whole');
  expect(await alert.innerText()).toContain('Nothing of it was taken in.');
  await page.getByRole('button', { name: 'Choose another file' }).click();

  await send('whole.zip');
  const form = page.getByRole('form', { name: 'What is in this file' });
  await form.waitFor();
  const said = await form.innerText();
  expect(said).toContain('It says that Nordlicht recorded it of Ann Berg');
  expect(said).toContain('Your name here is Ann Adler.');
  expect(said).toContain('Working sessions: 4 entries on 2 days');
  expect(said).toContain('You alone see it');
  expect(said).toContain('It is deleted 365 days from now');
  expect(await seriousOn(page)).toEqual([]);
  expect(await list.getByText('Nothing yet.').count()).toBe(1);

  await form.getByLabel('Current password').fill('not the right one');
  await form.getByRole('button', { name: 'Take it in', exact: true }).click();
  await page.getByText('This is not the password that you have now.').waitFor();
  await form.getByLabel('Current password').fill(PASSWORD);
  await form.getByRole('button', { name: 'Take it in', exact: true }).click();
  await page.getByText('All of it was taken in.').waitFor();
  const brought = list.getByRole('article', { name: 'Nordlicht' });
  expect(await brought.innerText()).toContain('Nordlicht, about Ann Berg');
  await brought.getByText('Show the 2 days').click();
  expect(await brought.getByRole('link').allInnerTexts()).toEqual(days.toReversed());
  await brought.getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Notes' }).waitFor();
  expect(await page.getByRole('region', { name: 'Notes' }).first().innerText()).toContain('-note ann');
  expect(await seriousOn(page)).toEqual([]);
  await page.getByRole('link', { name: 'All that you brought along' }).click();

  await brought.getByRole('button', { name: 'Delete what Nordlicht recorded' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toContain('All of it: 24 entries, 2 pictures');
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete for ever' }).click();
  await list.getByText('Nothing yet.').waitFor();
});
