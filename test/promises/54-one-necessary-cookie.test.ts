import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedKeys } from '../../server/console/storage.ts';
import { initialise } from '../../server/initialise.ts';
import { openServer } from '../../server/server.ts';
import { sessionCookie } from '../../shared/protocol/http.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { createClient, PASSWORD, startServer, type TestServer, totpCode } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded } from '../support/consolePage.ts';

// PROMISES 54: one strictly necessary cookie, and nothing else that a browser could keep, over everything that an owner does.

let server: TestServer;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
let token = '';
let secret = '';
/** Every Set-Cookie of every answer: its name, without its value. */
const set: Promise<string[]>[] = [];

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  const names = {
    organisation: 'Nordlicht',
    ownerName: 'Olga Brandt',
    ownerEmail: 'olga@example.com',
    reactionDays: 0,
  };
  ({ token } = await initialise(server.data, names, { clock: server.clock }));
  browser = await startBrowser();
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(90_000);
  page.on('response', (response) => set.push(cookiesIn(response)));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function cookiesIn(response: Response): Promise<string[]> {
  const headers = await response.headersArray();
  const cookies = headers.filter(({ name }) => name.toLowerCase() === 'set-cookie');
  return cookies.map(({ value }) => value.split('=', 1)[0] ?? '');
}

const nothing = { local: [], session: [], databases: 0, caches: 0, workers: 0, files: 0, readable: '' };

/** All that a page can keep in a browser, and what of the cookies a script can read. */
async function kept(): Promise<Record<string, unknown>> {
  const storage = await page.evaluate(async () => {
    let files = 0;
    for await (const _ of (await navigator.storage.getDirectory()).keys()) files += 1;
    return {
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      files,
      readable: document.cookie,
    };
  });
  return storage;
}

async function cookies(): Promise<unknown[]> {
  const all = await context.cookies();
  return all.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path }));
}

const theCookie = { name: sessionCookie(false), httpOnly: true, sameSite: 'Strict', path: '/' };

test('whoever only looks at the doors gets no cookie and leaves no trace', async () => {
  for (const door of ['/', `/link/${token}`, `/invitation/${'A'.repeat(43)}`]) {
    await page.goto(`${server.url}/#${door}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect([door, await cookies(), await kept()]).toEqual([door, [], nothing]);
  }
});

test('signing in sets the one cookie, which no script and no other site can use, for twelve hours at the most', async () => {
  await page.goto(`${server.url}/#/link/${token}`);
  await page.getByRole('button', { name: 'Sign in with this link' }).click();
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
  expect([await cookies(), await kept()]).toEqual([[theCookie], nothing]);
  const [cookie] = await context.cookies();
  const hours = ((cookie?.expires ?? 0) * 1_000 - Date.now()) / HOUR;
  expect([hours > 11.9, hours <= 12]).toEqual([true, true]);
});

test('nothing is added by any page, by inviting, by a code, by a second factor or by publishing', async () => {
  await page.goto(`${server.url}/#/begin/policy`);
  await page.getByRole('textbox', { name: 'Why?' }).fill('Hours are enough');
  await page.getByRole('button', { name: 'Publish “Time only”' }).click();
  await page.getByText('Decided: version 2').waitFor();
  await page.goto(`${server.url}/#/begin/people`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Mia Sommer');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('mia@example.com');
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  await page.getByTestId('invitation-link').waitFor();
  await page.goto(`${server.url}/#/account`);
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByRole('button', { name: 'Make a code' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Set up a second factor' }).click();
  secret = ((await page.getByTestId('totp-secret').textContent()) ?? '').replaceAll(' ', '');
  await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, server.clock.now()));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByLabel('I have saved them').check();
  await page.getByRole('button', { name: 'Go on' }).click();
  for (const link of await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all()) {
    await link.click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await loaded(page);
    expect([page.url(), await cookies(), await kept()]).toEqual([page.url(), [theCookie], nothing]);
  }
});

test('the only thing kept beside it is the choice of colours, once somebody has made it', async () => {
  expect(storedKeys).toHaveLength(1);
  await page.getByRole('radiogroup', { name: 'Colours' }).getByText('Dark', { exact: true }).click();
  await expect
    .poll(async () => [await cookies(), await kept()])
    .toEqual([[theCookie], { ...nothing, local: [...storedKeys] }]);
  expect(await page.evaluate(() => Object.values(localStorage))).toEqual(['dark']);
});

test('an hour without use ends the session, and signing out takes the cookie away', async () => {
  server.clock.advance(61 * MINUTE);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.getByLabel('E-mail').fill('olga@example.com');
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, server.clock.now()));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  expect(await cookies()).toEqual([]);
  expect(new Set((await Promise.all(set)).flat())).toEqual(new Set([sessionCookie(false)]));
});

test('where there is TLS the cookie is sent over nothing else', async () => {
  const data = await mkdtemp(join(tmpdir(), 'daylight-cookie-'));
  const owner = {
    organisation: 'Nordlicht',
    ownerName: 'Olga Brandt',
    ownerEmail: 'olga@example.com',
    reactionDays: 0,
  };
  const { token: link } = await initialise(data, owner);
  const behind = await openServer({
    ...{ data, port: 0, logLevel: 'silent', behindProxy: true, publicUrl: 'https://localhost' },
  });
  try {
    const reply = await createClient(`http://localhost:${behind.port}`).send('POST', '/session/link', { token: link });
    expect(reply.status).toBe(200);
    const [cookie = ''] = reply.headers.getSetCookie();
    expect(cookie.split('; ').slice(1)).toEqual(expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Strict']));
  } finally {
    await behind.close();
    await rm(data, { recursive: true, force: true });
  }
});
