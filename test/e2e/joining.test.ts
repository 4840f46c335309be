import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addMember,
  type Client,
  createClient,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn } from '../support/consolePage.ts';

// How somebody new comes in: what they are told before they choose anything, and what comes after it.

let server: TestServer;
let owner: TestOwner;
let browser: TestBrowser;

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

const invite = (name: string) =>
  owner.client.ok('POST', '/people', { name, email: `${name.toLowerCase()}@example.com`, role: 'employee' });
const open = (client: Client | null, path: string, heading: string) =>
  openConsole(browser, server, { client, path, heading });

test('an invitation says whose it is and where to before anything is asked, and looking does not use it up', async () => {
  const { token } = await invite('Mia');
  const page = await open(null, `/invitation/${token}`, 'Welcome to Daylight');
  const told = await page.getByRole('main').innerText();
  expect(told).toContain('Nordlicht invites you.');
  expect(told).toContain('mia@example.com');
  expect(told).toMatch(/Invited by\s+Nordlicht Owner/);
  expect(await page.getByLabel('Your name').inputValue()).toBe('Mia');
  expect(await seriousOn(page)).toEqual([]);
  await page.reload();
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('heading', { level: 1, name: 'My day' }).waitFor();
  await page.context().close();
});

const dead: Readonly<Record<string, (person: string, token: string) => Promise<string>>> = {
  async used(_person, token) {
    const acceptance = { token, name: 'Somebody', password: PASSWORD };
    await createClient(server.url).ok('POST', '/session/invitation', acceptance);
    return token;
  },
  async replaced(person, token) {
    await owner.client.ok('POST', `/people/${person}/invitation`, {});
    return token;
  },
  async withdrawn(person, token) {
    await owner.client.ok('DELETE', `/people/${person}/invitation`);
    return token;
  },
  incomplete: async (_person, token) => token.slice(0, 20),
};

test.each(Object.keys(dead))(
  'a link that is %s says so at once, and whom to ask, and asks for nothing',
  async (why) => {
    const { person, token } = await invite(why);
    const shown = await dead[why]?.(person.id, token);
    const page = await open(null, `/invitation/${shown}`, 'This invitation no longer works');
    const told = await page.getByRole('main').innerText();
    expect(told).toContain('Ask whoever invited you for a new one.');
    expect(told).not.toContain('daylight-server');
    expect(await page.getByRole('textbox').count()).toBe(0);
    await page.context().close();
  },
);

test('a new employee comes from My day to a code, of which two clicks make one, and to both ways of using it', async () => {
  const { client, person } = await addMember(server, owner.client, 'employee', {
    ...{ name: 'Emil', email: 'emil@example.com' },
  });
  const page = await open(client, '/my-day', 'My day');
  await page.getByRole('link', { name: 'Add a device' }).click();
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByRole('button', { name: 'Make a code' }).dblclick();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Or in a terminal').waitFor();
  const told = await dialog.innerText();
  for (const step of ['ask whoever runs Daylight', `enter the address ${server.url}`, 'daylight-agent run'])
    expect(told).toContain(step);
  expect((await client.ok('GET', `/people/${person}/enrolment-codes`)).codes).toHaveLength(1);
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('what is entered wrongly is said once, beside its field, in words without the path of a field', async () => {
  await invite('Ida');
  const page = await open(owner.client, '/begin/people', 'First steps');
  await loaded(page);
  await page.getByRole('button', { name: 'Create the team' }).click();
  expect(await alerts(page)).toEqual([expect.stringMatching(/^Enter a name of at most 120 characters/)]);
  await page.getByLabel('Name of the team').fill('Sales');
  await page.getByRole('button', { name: 'Create the team' }).click();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ida Again');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('IDA@example.com');
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  expect(await alerts(page)).toEqual([
    expect.stringMatching(/^This address is invited already\. Give them a new link/),
  ]);
  await page.context().close();
});

test('a password that is not right, or not another, is said once beside its field, and the button in it has a name', async () => {
  const { client } = await addMember(server, owner.client, 'employee', { name: 'Ben', email: 'ben@example.com' });
  const page = await open(client, '/account', 'Account');
  await loaded(page);
  expect(await page.locator('button[aria-label="Show or hide the password"]').count()).toBe(3);
  const change = async (current: string) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };
  await change('not the right one');
  expect(await alerts(page)).toEqual(['This is not the password that you have now.']);
  await change(PASSWORD);
  await page.getByText(/nor the password that you have now\.$/).waitFor();
  expect(await alerts(page)).toHaveLength(1);
  await page.context().close();
});

test('a page that shows recovery codes is not left unasked before they are kept', async () => {
  const { client } = await addMember(server, owner.client, 'employee', {
    ...{ name: 'Fay', email: 'fay@example.com', secondFactor: true },
  });
  const page = await open(client, '/my-day', 'My day');
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  await page.getByRole('button', { name: 'Make new recovery codes' }).click();
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  const question = page.getByRole('dialog', { name: 'Leave without keeping these codes?' });
  for (const leave of [
    () => page.getByRole('link', { name: 'My week' }).click(),
    () => page.getByRole('button', { name: 'Sign out' }).click(),
    () => page.goBack(),
  ]) {
    await leave();
    await question.getByRole('button', { name: 'Stay here' }).click();
    await question.waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/#/account`);
    await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
  }
  await page.getByRole('link', { name: 'My week' }).click();
  await question.getByRole('button', { name: 'Leave without them' }).click();
  await page.getByRole('heading', { level: 1, name: 'My week' }).waitFor();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  await page.getByRole('button', { name: 'Make new recovery codes' }).click();
  await page.getByLabel('I have saved them').check();
  await page.getByRole('link', { name: 'My week' }).click();
  await page.getByRole('heading', { level: 1, name: 'My week' }).waitFor();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => page.isClosed()).toBe(true);
  await page.context().close();
});

/** What is said to be wrong, each once it is there. */
async function alerts(page: Page): Promise<string[]> {
  await page.getByRole('alert').first().waitFor();
  return page.getByRole('alert').allInnerTexts();
}
