import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { MINUTE } from '../../shared/time.ts';
import { addMember, type Client, type Member, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';

const EVENTS = 450;
const LOOKS = 150;

let server: TestServer;
let browser: TestBrowser;
let owner: TestOwner;
let officer: Member;
let mia: Member;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = await server.addOrganisation('Nordlicht');
  officer = await addMember(server, owner.client, 'privacy_officer', { name: 'Otto Prinz', email: 'otto@example.com' });
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia Sommer', email: 'mia@example.com' });
  await fillLogs();
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('how long observing goes on without the server is changed in words and within limits, and what stops for it is said first', async () => {
  const page = await openAs(owner.client, '/collection', 'Collection');
  await page.locator('[data-parameter=app]').getByText('Name', { exact: true }).first().click();
  await publish(page, 'costing of projects');
  const row = page.locator('[data-time=observedHours]');
  const field = row.getByRole('textbox', { name: 'Observing without the server' });
  await field.fill('100');
  await row.getByText('Enter a number from 1 to 72.').waitFor();
  await field.press('Tab');
  await row.getByText('it stops observing after 3 days').waitFor();
  await expect.poll(() => field.inputValue()).toBe('72 h');
  await page.getByText('Active application: stops at once, and goes on for each person').waitFor();
  await publish(page, 'devices in the field');
  const { policy } = await owner.client.ok('GET', '/policy');
  expect([policy.version, policy.leaseHours, policy.idleSeconds]).toEqual([3, { observed: 72, entered: 720 }, 300]);
  expect(await page.locator('[data-time]').count()).toBe(5);
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('whoever may not change the policy reads the times and finds nothing to enter', async () => {
  const page = await openAs(officer.client, '/collection', 'Collection');
  await page.getByText('it stops observing after').waitFor();
  expect(await page.locator('[data-time] input').count()).toBe(0);
  await page.context().close();
});

test('security events are read back to the first with the keyboard, which stays where it is', async () => {
  const page = await openAs(officer.client, '/security', 'Security events');
  await page.getByText('The newest 200 events are shown.').waitFor();
  const older = page.getByRole('button', { name: 'Older events' });
  await older.focus();
  await page.keyboard.press('Enter');
  await page.getByText('The newest 400 events are shown.').waitFor();
  await expect.poll(() => older.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  const end = page.getByText(/^These are all \d+ events, back to the first\.$/);
  await end.waitFor();
  await expect.poll(() => end.evaluate((words) => words === document.activeElement)).toBe(true);
  expect(await page.locator('tbody tr').count()).toBeGreaterThan(EVENTS);
  expect(await page.getByText('event 1 of the past').count()).toBe(1);
  await page.context().close();
});

test('a privacy officer finds the access log of a person by name, and sees no way to their day', async () => {
  const page = await openAs(officer.client, '/collection', 'Collection');
  await page.getByRole('link', { name: 'Access logs' }).click();
  await page.getByRole('textbox', { name: 'Name or e-mail' }).fill('mia');
  await page.getByText('1 person').waitFor();
  expect(await seriousOn(page)).toEqual([]);
  await page.getByRole('link', { name: 'Who looked Mia Sommer' }).click();
  await page.getByRole('heading', { level: 1, name: 'Who looked at the data of Mia Sommer' }).waitFor();
  await page.getByRole('button', { name: 'Earlier looks' }).click();
  // With the look that this page itself is; the one at what is earlier came after what is shown.
  await page.getByText(`These are all ${LOOKS + 1} looks, back to the first.`).waitFor();
  expect(await page.getByRole('link', { name: /See the day/ }).count()).toBe(0);
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('a privacy officer finds in the list of people where to say that somebody is not of age, and nothing else of them', async () => {
  const page = await openAs(officer.client, '/access-logs', 'Access logs');
  await page.getByRole('link', { name: 'Age Mia Sommer' }).click();
  await page.getByRole('heading', { level: 1, name: 'Mia Sommer' }).waitFor();
  await page.getByRole('button', { name: 'Say that they are not of age' }).waitFor();
  expect(await page.locator('section').count()).toBe(1);
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('whoever signs out in one tab is signed out in all of them: none goes on showing what it showed', async () => {
  const page = await openAs(officer.client, '/access-logs', 'Access logs');
  await page.getByRole('link', { name: 'Who looked Mia Sommer' }).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${server.url}/#/account`);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  expect(await page.getByText('Mia Sommer').count()).toBe(0);
  await page.context().close();
});

function openAs(client: Client, path: string, heading: string): Promise<Page> {
  return openConsole(browser, server, { client, path, heading });
}

async function publish(page: Page, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'Review and publish' }).click();
  await page.getByRole('textbox', { name: 'Why?' }).fill(reason);
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Longer logs than one page of each, older than everything that this test does through the console. */
async function fillLogs(): Promise<void> {
  const foundation = await openFoundation({
    data: server.data,
    clock: systemClock,
    random: systemRandom,
    create: false,
  });
  const begin = server.clock.now() - (EVENTS + 1) * MINUTE;
  const { org } = owner;
  try {
    for (let index = 1; index <= EVENTS; index += 1) {
      const detail = `event ${index} of the past`;
      await foundation.store.recordSecurityEvent({
        ...{ org, at: begin + index * MINUTE, kind: 'refused_read', person: mia.person, detail },
      });
    }
    for (let index = 1; index <= LOOKS; index += 1) {
      await foundation.store.recordAccess({
        ...{ org, at: begin + index * MINUTE, actor: owner.person, actorRole: 'owner', subject: mia.person },
        ...{ action: 'day', purpose: 'security', day: null, parameters: [], refused: false },
      });
    }
  } finally {
    await foundation.close();
  }
}
