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

// A person says of an entry of their own day that it reveals something private; an owner has it looked for what newer rules know.

let server: TestServer;
let browser: TestBrowser;
let owner: TestOwner;
let mia: Member;
let day: string;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = await server.addOrganisation('Nordlicht');
  const version = await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, url: { level: 'host_path' }, screenshot: { level: 'full' } },
  });
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia Berg', email: 'mia@example.com' });
  for (const by of [-4, -3]) {
    day = addDays(dayOf(server.clock.now()), by);
    await recordDay(server.data, owner.org, mia.person, Date.parse(`${day}T10:00:00Z`), version);
  }
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('they choose it in the tables of the day, are told what will go, and find what is left out from then on under My data', async () => {
  const page = await openConsole(browser, server, { client: mia.client, path: `/my-day/${day}`, heading: 'My day' });
  await loaded(page);
  await page.getByRole('button', { name: 'Choose it in the tables' }).click();
  expect(await seriousOn(page, 'tables')).toEqual([]);
  await page.getByRole('button', { name: /^example\.com, .*this reveals something private$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: /^Wherever example\.com was open/ }).check();
  await dialog.getByRole('checkbox', { name: /^From now on leave this out for me/ }).check();
  expect(await seriousOn(page, 'choices')).toEqual([]);
  await dialog.getByRole('button', { name: 'Show what will go' }).click();
  await dialog.getByText('This will go').waitFor();
  expect(await dialog.getByText('Active site: 2 records').count()).toBe(1);
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete for ever' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await loaded(page);
  expect(await page.getByText('example.com').count()).toBe(0);
  await page.goto(`${server.url}/#/my-data`);
  await page.getByText(/Gone and looked for again/).waitFor();
  const left = page.getByRole('region', { name: 'Left out for you' });
  expect(await left.innerText()).toContain('example.com');
  for (const scheme of ['light', 'dark'] as const) {
    await showIn(page, scheme);
    expect(await seriousOn(page, scheme)).toEqual([]);
  }
  await left.getByRole('button', { name: 'Do not leave out example.com any more' }).click();
  await left.waitFor({ state: 'hidden' });
  await page.context().close();
});

test('an owner has it looked for what the rules of now know, reads how much it is and not of whom, and has it deleted', async () => {
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const at = Date.parse(`${addDays(day, 1)}T10:00:00Z`);
  const ben = await addMember(server, owner.client, 'employee', { name: 'Ben', email: 'ben@example.com' });
  await recordDay(server.data, owner.org, ben.person, at, version, 'tinder.com');
  const page = await openConsole(browser, server, {
    ...{ client: owner.client, path: '/records/private', heading: 'Private entries' },
  });
  await loaded(page);
  await page.getByRole('button', { name: 'Look for private entries' }).click();
  await page.getByText('Active site: 1 record').waitFor();
  expect(await page.getByText('Of fewer than five people').count()).toBe(1);
  expect(await page.getByText(/tinder|Ben/).count()).toBe(0);
  expect(await seriousOn(page, 'found')).toEqual([]);
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Delete for ever' }).click();
  await page.getByText(/^Gone, and looked for again/).waitFor();
  for (const scheme of ['light', 'dark'] as const) {
    await showIn(page, scheme);
    expect(await seriousOn(page, scheme)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.context().close();
});
