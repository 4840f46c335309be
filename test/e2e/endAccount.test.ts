import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR } from '../../shared/time.ts';
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

test('an owner reads what goes and what stays, types the name, and hands on the address under which the person reads the certificate without an account', async () => {
  const page = await openConsole(browser, server, {
    client: owner,
    path: `/people/${mia.person}`,
    heading: 'Mia Employee',
  });
  await page.getByRole('button', { name: 'End the account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('What was recorded on one day.').waitFor();
  await dialog.getByText('There is no backup that has something of it.').waitFor();
  const order = dialog.getByRole('button', { name: 'End it for ever' });
  await dialog.getByLabel('Current password').fill(PASSWORD);
  expect(await order.isDisabled()).toBe(true);
  await dialog.getByLabel('Type “Mia Employee”').fill('Mia Employee');
  await order.click();
  await dialog.getByText('nobody can open any of it any more').waitFor();
  const address = await dialog.locator('code').innerText();
  await dialog.getByRole('button', { name: 'See how far it is' }).click();
  await page.getByRole('heading', { level: 1, name: 'Endings' }).waitFor();
  const link = page.getByRole('link', { name: 'Final certificate' });
  await link.waitFor();
  expect(new URL((await link.getAttribute('href')) ?? '').pathname).toBe(new URL(address).pathname);

  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(new URL(new URL(address).pathname, server.url).href);
  await theirs.getByText('verify-certificate').first().waitFor();
  expect(await theirs.locator('script').count()).toBe(0);
  expect((await mia.client.send('GET', '/session')).status).toBe(401);
});
