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

test('a draft that is saved is there for whoever may publish: they see what it would do, go on with it, and nothing is lost unseen', async () => {
  const [dan, eva] = [await admin('Dan'), await admin('Eva')];
  const page = await open(dan.client);
  await draft(page);
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByText('Nothing of it holds for anybody.').waitFor();
  const hers = await open(eva.client);
  const waiting = hers.getByRole('region', { name: 'A draft is waiting' });
  await waiting.getByText('Begun by Dan').waitFor();
  await waiting.getByText('A significant change').waitFor();
  expect(await seriousOn(hers)).toEqual([]);
  await waiting.getByRole('button', { name: 'See the notice it would make' }).click();
  await hers.getByRole('dialog').getByRole('heading', { name: 'Notes' }).waitFor();
  await hers.getByRole('button', { name: 'Close' }).click();
  await waiting.getByRole('button', { name: 'Go on with it' }).click();
  await waits(hers);
  await hers.locator('[data-parameter=diagnostics]').getByText('On', { exact: true }).click();
  await hers.getByRole('button', { name: 'Save the draft' }).click();
  await hers.getByText('Saved on the server').waitFor();

  // He has gone on meanwhile: what she saved is shown first, and only then put aside.
  await page.locator('[data-parameter=timezone]').getByText('On', { exact: true }).click();
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByRole('alert').getByText('Somebody saved the draft after you took it over.').waitFor();
  await page.getByRole('region', { name: 'A draft is waiting' }).getByText('saved by Eva').waitFor();
  await page.getByRole('button', { name: 'Go on with this one instead of mine' }).click();
  await page.getByText('2 changes, not published').waitFor();

  // Another version is published: going on shows what it changed, and what both did.
  const { policy } = await owner.client.ok('GET', '/policy');
  const theirs = { notes: { retentionDays: 3 }, diagnostics: { level: 'on', retentionDays: 5 } };
  const change = { baseVersion: policy.version, reason: 'Short notes', parameters: theirs };
  await owner.client.ok('PUT', '/policy', change);
  const late = await open(eva.client);
  await late.getByText(`Version ${policy.version + 1} has been published since.`).waitFor();
  await late.getByRole('button', { name: 'Discard the draft…' }).click();
  const question = late.getByRole('dialog', { name: 'Discard the draft?' });
  await question.getByText('These changes go, for everybody who works on them.').waitFor();
  await question.getByText('Notes').waitFor();
  await question.getByRole('button', { name: 'Discard it for everybody' }).click();
  await late.getByRole('region', { name: 'A draft is waiting' }).waitFor({ state: 'detached' });
  for (const one of [page, hers, late]) await one.context().close();
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
