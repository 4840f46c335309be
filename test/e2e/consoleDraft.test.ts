import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';

let server: TestServer;
let browser: TestBrowser;
let owner: TestOwner;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = await server.addOrganisation('Nordlicht');
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const admin = (name: string) =>
  addMember(server, owner.client, 'admin', { name, email: `${name.toLowerCase()}@example.com` });
const open = (client: Client, path = '/collection', heading = 'Collection') =>
  openConsole(browser, server, { client, path, heading });

/** Drafts a change that nobody publishes. */
async function draft(page: Page): Promise<void> {
  await page.locator('[data-parameter=notes]').getByText('On', { exact: true }).click();
  await waits(page);
}

const waits = (page: Page) => page.getByText('1 change, not published').waitFor();

test('a draft of the policy is there again after other pages, and a reload or a closed tab is asked about', async () => {
  const page = await open(owner.client);
  await draft(page);
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  await page.getByRole('link', { name: 'Collection', exact: true }).click();
  await waits(page);
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByText('1 change, not published').waitFor({ state: 'detached' });
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => page.isClosed()).toBe(true);
  await page.context().close();
});

test('a draft survives the end of a session: whoever signs in again in this tab finds it, and somebody else does not', async () => {
  const [ada, bea] = [await admin('Ada'), await admin('Bea')];
  const page = await open(ada.client);
  await draft(page);
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await signIn(page, ada);
  await page.getByRole('link', { name: 'Collection', exact: true }).click();
  await waits(page);
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await signIn(page, bea);
  await page.getByRole('link', { name: 'Collection', exact: true }).click();
  await page.locator('[data-parameter=notes]').waitFor();
  expect(await page.getByText('not published').count()).toBe(0);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => page.isClosed()).toBe(true);
  await page.context().close();
});

test('signing out asks before it discards a draft, and then nothing of it is left', async () => {
  const cem = await admin('Cem');
  const page = await open(cem.client);
  await draft(page);
  const question = page.getByRole('dialog', { name: 'Sign out and lose your changes?' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.waitFor();
  expect(await seriousOn(page)).toEqual([]);
  await question.getByRole('button', { name: 'Stay here' }).click();
  await waits(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.getByRole('button', { name: 'Sign out and discard them' }).click();
  await signIn(page, cem);
  await page.locator('[data-parameter=notes]').waitFor();
  expect(await page.getByText('not published').count()).toBe(0);
  await page.context().close();
});

async function signIn(page: Page, { email, secret }: Member): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  server.clock.advance(MINUTE); // a code is taken once
  await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret ?? '', server.clock.now()));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).first().waitFor();
}
