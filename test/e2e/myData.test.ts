import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf } from '../../shared/time.ts';
import { addMember, type Client, type Member, PASSWORD, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn, showIn } from '../support/consolePage.ts';
import type { TestDevice } from '../support/ingestKit.ts';
import { oldComputer } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';
import { sayOn } from '../support/requestKit.ts';

// A person sees what is held of them, takes it along, and reads it from their disk without a network.

const run = promisify(execFile);
let server: TestServer;
let browser: TestBrowser;
let owner: Client;
let ann: Member;
let laptop: TestDevice;
let folder = '';
let days: readonly string[];

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  const { client, org } = await server.addOrganisation('Nordlicht');
  owner = client;
  ann = await addMember(server, client, 'employee', { name: 'Ann Berg', email: 'ann@example.com' });
  const day = addDays(dayOf(server.clock.now()), -4);
  days = [day, addDays(day, 1)];
  await plant(server.data, { org, person: ann.person, canary: 'ann', days, past: true });
  laptop = await oldComputer(server, ann);
  folder = await mkdtemp(join(tmpdir(), 'daylight-taken-'));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('My data says what is held, leads to its days, and gives everything to whoever knows the password and says yes on a computer', async () => {
  const page = await openConsole(browser, server, { client: ann.client, path: '/my-data', heading: 'My data' });
  await loaded(page);
  const notes = page.getByRole('article', { name: 'Notes' });
  expect(await notes.innerText()).toContain('2 days, from');
  expect(await page.getByRole('article', { name: 'Screenshots' }).innerText()).toContain('2 pictures beside it');
  expect(await page.getByText('1 stored piece is past the day').count()).toBe(1);
  await notes.getByText('Show the 2 days').click();
  expect(await notes.getByRole('link').allInnerTexts()).toEqual(days.toReversed());

  const password = page.getByLabel('Current password');
  await password.fill(PASSWORD);
  await page.getByText(`Device ${laptop.record.device.slice(0, 8)}`).waitFor();
  await page.getByRole('button', { name: 'Ask for the download' }).click();
  await page.getByText('Now say yes on your computer.').waitFor();
  const { requests } = await ann.client.ok('GET', `/people/${ann.person}/requests`);
  await sayOn(server, laptop, requests[0].request, 'yes');
  await page.getByText('You can download it until').waitFor(); // without being asked to

  const button = page.getByRole('button', { name: 'Download everything' });
  await password.fill('not the right one');
  await button.click();
  await page.getByText('This is not the password that you have now.').waitFor();
  await password.fill(PASSWORD);
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  await page.getByText(/^Saved as daylight-.*\.zip/).waitFor();
  await download.saveAs(join(folder, 'taken.zip'));
  await run('unzip', ['-q', 'taken.zip', '-d', 'taken'], { cwd: folder });
  await page.getByRole('button', { name: 'That was not me' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('button', { name: 'Ask for the download' }).waitFor();
  const { devices } = await ann.client.ok('GET', `/people/${ann.person}/devices`);
  for (const { id } of devices) await owner.ok('DELETE', `/people/${ann.person}/devices/${id}`);
  await page.getByText('None of your computers is enrolled any more').waitFor();
  await notes.getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: 'My day' }).waitFor();
  await page.context().close();
});

test('what was taken along opens from the disk, on a wide screen and a phone, with nothing asked of any network', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  const wrong: string[] = [];
  page.on('console', (message) => void wrong.push(message.text()));
  page.on('pageerror', (error) => void wrong.push(error.message));
  await page.goto(`file://${join(folder, 'taken', 'index.html')}`);
  await page.getByRole('heading', { level: 1, name: 'What Nordlicht holds about Ann Berg' }).waitFor();
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await seriousOn(page, `index ${colorScheme}`)));
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole('link', { name: days[0] ?? '' }).click();
  await page.getByRole('heading', { level: 1, name: `The day ${days[0]}` }).waitFor();
  expect(await page.getByText('<script>alert(1)</script> title ann').count()).toBe(1);
  found.push(...(await seriousOn(page, 'day')));
  for (const name of await readdir(join(folder, 'taken', 'records'))) {
    if (!name.endsWith('.html')) continue;
    await page.goto(`file://${join(folder, 'taken', 'records', name)}`);
    found.push(...(await seriousOn(page, name)));
  }
  expect(found).toEqual([]);
  expect(wrong).toEqual([]);
  expect(asked.filter((url) => !url.startsWith('file://'))).toEqual([]);
  expect(asked.some((url) => url.endsWith('.webp'))).toBe(true);
  await context.close();
});

test('the page is whole in the dark on a phone', async () => {
  const page = await openConsole(browser, server, { client: ann.client, path: '/my-data', heading: 'My data' });
  await loaded(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await showIn(page, 'dark');
  expect(await seriousOn(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.context().close();
});
