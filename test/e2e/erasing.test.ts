import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf } from '../../shared/time.ts';
import {
  addMember,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn, showIn } from '../support/consolePage.ts';
import { recordDay } from '../support/recordedDay.ts';

// A person deletes a day of notes, and a picture; whoever lowers what is collected deletes what is stored of it, of everyone.

let server: TestServer;
let browser: TestBrowser;
let owner: TestOwner;
let mia: Member;
let days: readonly string[];

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = await server.addOrganisation('Nordlicht');
  const version = await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' }, screenshot: { level: 'full' } },
  });
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia Berg', email: 'mia@example.com' });
  days = [-4, -3].map((by) => addDays(dayOf(server.clock.now()), by));
  for (const day of days) await recordDay(server.data, owner.org, mia.person, Date.parse(`${day}T10:00:00Z`), version);
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('a person is told what will go, deletes it with their password, and sees it gone and listed', async () => {
  const page = await openConsole(browser, server, { client: mia.client, path: '/my-data', heading: 'My data' });
  await loaded(page);
  for (const what of ['Notes', 'Working sessions']) await page.getByRole('checkbox', { name: what }).check();
  const erasing = page.getByRole('region', { name: 'Delete something of it' });
  for (const label of [/^From/, /^To/]) await erasing.getByLabel(label).fill(days[0] ?? '');
  await page.getByRole('button', { name: 'Show what will go' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This will go').waitFor();
  expect(await dialog.getByText('Notes: 1 record').count()).toBe(1);
  expect(await dialog.getByText('Working sessions: it is kept on the basis of').count()).toBe(1);
  expect(await seriousOn(page, 'dialog')).toEqual([]);
  const now = dialog.getByRole('button', { name: 'Delete for ever' });
  expect(await now.isDisabled()).toBe(true);
  await dialog.getByLabel('Current password').fill('not the right one');
  await now.click();
  await dialog.getByText('This is not the password that you have now.').waitFor();
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await now.click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText(/Gone and looked for again/).waitFor();
  await page.reload();
  await page.getByText(/Gone and looked for again/).waitFor();
  await loaded(page);
  expect(await page.getByRole('article', { name: 'Notes' }).innerText()).toContain('One day:');
  for (const scheme of ['light', 'dark'] as const) {
    await showIn(page, scheme);
    expect(await seriousOn(page, scheme)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.context().close();
});

test('a person deletes one picture where they look at it', async () => {
  const path = `/my-day/${days[1]}`;
  const page = await openConsole(browser, server, { client: mia.client, path, heading: 'My day' });
  await loaded(page);
  await page.getByRole('button', { name: /^Open / }).click();
  await page.getByRole('button', { name: 'Delete this picture' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete something of it' });
  await dialog.getByText('Screenshots: 1 record').waitFor();
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete for ever' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: '1 screenshot' }).waitFor({ state: 'hidden' });
  await page.context().close();
});

test('an owner deletes what is stored of a lowered parameter for everyone and sees it through; a manager is not offered it', async () => {
  await publish(owner.client, { title: { level: 'off' }, notes: { level: 'off' } });
  const lead = await addMember(server, owner.client, 'manager', { name: 'Max Lind', email: 'max@example.com' });
  const page = await openConsole(browser, server, {
    ...{ client: owner.client, path: '/collection', heading: 'Collection' },
  });
  const panel = page.getByRole('region', { name: 'Stored from when more was collected' });
  await panel.getByText('Notes: it stays.').waitFor();
  const seen = await openConsole(browser, server, { client: lead.client, path: '/collection', heading: 'Collection' });
  await loaded(seen);
  expect(await seen.getByRole('region', { name: 'Stored from when more was collected' }).count()).toBe(0);
  await seen.context().close();
  await panel.getByRole('radio', { name: 'Delete all of it: 2 days of 1 person' }).check();
  expect(await seriousOn(page, 'collection')).toEqual([]);
  await panel.getByLabel('Current password').fill(PASSWORD);
  await panel.getByRole('button', { name: 'Delete for everyone' }).click();
  await page.getByText(/Gone and looked for again of all 1 person/).waitFor();
  await panel.waitFor({ state: 'hidden' });
  await page.context().close();
});
