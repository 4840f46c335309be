import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, type Client, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';

let server: TestServer;
let browser: TestBrowser;
let owner: Client;
let employee: Client;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = (await server.addOrganisation('Nordlicht')).client;
  employee = (await addMember(server, owner, 'employee', { name: 'Mia Sommer', email: 'mia@example.com' })).client;
  const publish = (baseVersion: number, reason: string, more: object) =>
    owner.ok('PUT', '/policy', { baseVersion, reason, ...more });
  await publish(1, `Customers pay by app, ${'and'.repeat(60)}`, {
    parameters: { app: { level: 'name', retentionDays: 30 } },
    idleSeconds: 600,
  });
  await publish(2, 'The kind is enough', { parameters: { app: { level: 'category', viewers: [] } } });
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('an employee reads what each version changed, by whom and why, and the notice that was given with it', async () => {
  const page = await openConsole(browser, server, { client: employee, path: '/notice', heading: 'What is collected' });
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'History of the policy' }).waitFor();
  const version = (number: number) => page.getByRole('region', { name: `Version ${number}`, exact: true });
  await version(3).getByText('In force').waitFor();
  expect(await page.getByText('In force').count()).toBe(1);
  const told = await version(3).innerText();
  expect(told).toMatch(/Published .* by an owner, an admin or a manager/);
  expect(told).toContain('“The kind is enough”');
  expect(told).toMatch(/Active application · Level: Name → Kind/);
  expect(told).toMatch(/Active application · Who may see it: .* → nobody but the person/);
  const earlier = await version(2).innerText();
  expect(earlier).toMatch(/Active application · Level: Off → Name/);
  expect(earlier).toMatch(/Active application · Kept for days: \d+ days → 30 days/);
  expect(earlier).toMatch(/Time without input · 5 min → 10 min/);
  expect(await version(1).innerText()).toMatch(/by Daylight, at the start/);
  expect(await seriousOn(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole('link', { name: 'The notice of version 2' }).click();
  await page.getByRole('heading', { level: 1, name: 'What was collected: version 2' }).waitFor();
  await page.getByText('The name of the application in front.').waitFor();
  await page.getByText('Version 2 is over. Version 3 is in force.').waitFor();
  await page.getByRole('link', { name: 'See what is collected now' }).click();
  await page.getByRole('heading', { level: 1, name: 'What is collected', exact: true }).waitFor();
  await page.context().close();
});

test('an owner finds their own name for it beside the policy, and an address without such a version says so', async () => {
  const page = await openConsole(browser, server, { client: owner, path: '/collection', heading: 'Collection' });
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page
    .getByRole('region', { name: 'Version 3' })
    .getByText(/by you$/)
    .waitFor();
  await page.goto(`${server.url}/#/notice/versions/9`);
  await page.getByText('there is no such version').waitFor();
  await page.goto(`${server.url}/#/notice/versions/latest`);
  await page.getByRole('heading', { level: 1, name: 'No such page' }).waitFor();
  await page.context().close();
});
