import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf, HOUR } from '../../shared/time.ts';
import { addMember, type Client, type Member, PASSWORD, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole } from '../support/consolePage.ts';
import { recordDay } from '../support/recordedDay.ts';

let server: TestServer;
let browser: TestBrowser;
let owner: Client;
let mia: Member;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  const { client, org } = await server.addOrganisation('Acme');
  owner = client;
  mia = await addMember(server, owner, 'employee', { name: 'Mia Employee', email: 'mia@acme.example.com' });
  await recordDay(server.data, org, mia.person, server.clock.now() - 3 * HOUR);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const setDay = async () => (await owner.ok('GET', `/people/${mia.person}/leaving-date`)).leaving?.day;

test('an owner sets the last day after reading what goes, moves it later without a password and takes it back; the person reads on every page when it is and who set it', async () => {
  const day = addDays(dayOf(server.clock.now()), 12);
  const path = `/people/${mia.person}`;
  const page = await openConsole(browser, server, { client: owner, path, heading: 'Mia Employee' });
  await page.getByRole('button', { name: 'Set the last day' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('What was recorded on one day.').waitFor();
  const order = dialog.getByRole('button', { name: 'Set this last day' });
  await dialog.getByLabel('Last day').fill(day);
  expect(await order.isDisabled()).toBe(true);
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await order.click();
  await page.getByText('Set by Acme Owner (Owner)').waitFor();
  expect(await setDay()).toBe(day);

  await page.getByRole('button', { name: 'Move the last day' }).click();
  await dialog.getByLabel('Last day').fill(addDays(day, 3));
  expect(await dialog.getByLabel('Current password').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Move it' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(await setDay()).toBe(addDays(day, 3));

  await page.goto(`${server.url}/#/endings`);
  await page.getByRole('heading', { name: 'Set ahead' }).waitFor();
  await page.getByRole('link', { name: 'Mia Employee' }).waitFor();
  await page.goto(`${server.url}/#/people`);
  await page.getByText('Last day ').waitFor();

  const theirs = await openConsole(browser, server, { client: mia.client, path: '/coming', heading: 'What is coming' });
  const banner = theirs.getByRole('note').filter({ hasText: 'Your account ends.' });
  await banner.getByText('Set by Acme Owner (Owner)').waitFor();
  await banner.getByRole('link', { name: 'My data' }).click();
  await theirs.getByRole('heading', { level: 1, name: 'My data' }).waitFor();

  await page.goto(`${server.url}/#${path}`);
  await page.getByRole('button', { name: 'Take the last day back' }).click();
  await page.getByRole('button', { name: 'Set the last day' }).waitFor();
  expect(await setDay()).toBeUndefined();
});
