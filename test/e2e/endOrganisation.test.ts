import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf, HOUR } from '../../shared/time.ts';
import { addMember, type Member, PASSWORD, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';
import { unzipped } from '../support/openedZip.ts';
import { recordDay } from '../support/recordedDay.ts';
import { HOLD } from '../support/routeExamples.ts';

let server: TestServer;
let browser: TestBrowser;
let acme: TestOwner;
let bolt: TestOwner;
let officer: Member;
let mia: Member;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  [acme, bolt] = [await server.addOrganisation('Acme'), await server.addOrganisation('Bolt')];
  officer = await addMember(server, acme.client, 'privacy_officer', { name: 'Otto', email: 'otto@acme.example.com' });
  mia = await addMember(server, acme.client, 'employee', { name: 'Mia Employee', email: 'mia@acme.example.com' });
  await recordDay(server.data, acme.org, mia.person, server.clock.now() - 3 * HOUR);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const endings = (client: TestOwner['client']) =>
  openConsole(browser, server, { client, path: '/endings', heading: 'Endings' });

test('an owner alone is offered to end the organisation, and as long as a legal hold keeps something the dialog says until when and asks for nothing', async () => {
  const reason = { reason: 'the lawyer asked' };
  const until = addDays(dayOf(server.clock.now()), 30);
  const { revision } = await acme.client.ok('GET', '/records/holds');
  const content = { ...HOLD, until, person: mia.person };
  const proposed = await acme.client.ok('POST', '/records/holds', { revision, content, ...reason });
  const { number } = proposed.holds.at(-1);
  const path = `/records/holds/${number}`;
  const held = await officer.client.ok('PUT', path, { revision: proposed.revision, answer: 'approved', ...reason });

  const theirs = await endings(officer.client);
  await theirs.getByText('No account was ended yet.').waitFor();
  expect(await theirs.getByRole('button', { name: 'End the organisation' }).count()).toBe(0);
  await theirs.context().close();

  const page = await endings(acme.client);
  await page.getByRole('button', { name: 'End the organisation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('A legal hold keeps something of people here').waitFor();
  const day = new Date(until).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  await dialog.getByText(day).first().waitFor();
  expect(await dialog.getByLabel('Current password').count()).toBe(0);
  expect(await dialog.getByRole('button', { name: 'End the organisation for ever' }).count()).toBe(0);
  await page.context().close();
  await acme.client.ok('PUT', path, { revision: held.revision, answer: 'released', ...reason });
});

test('an owner takes an export from the dialog, reading first what is in it and what is not, and gets a whole ZIP; the person reads who took it', async () => {
  const page = await endings(acme.client);
  await page.getByRole('button', { name: 'End the organisation' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take an export first' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take an export of the organisation' });
  await dialog.getByText('The accounts of 3 people').waitFor();
  await dialog.getByText('What the policy shows to no owner').waitFor();
  expect(await seriousOn(page)).toEqual([]);
  const take = dialog.getByRole('button', { name: 'Download the organisation' });
  expect(await take.isDisabled()).toBe(true);
  await dialog.getByLabel('Current password').fill('not the right one');
  await take.click();
  await dialog.getByText('This is not the password that you have now.').first().waitFor();
  await dialog.getByLabel('Current password').fill(PASSWORD);
  const [download] = await Promise.all([page.waitForEvent('download'), take.click()]);
  await dialog.getByText('Saved as daylight-organisation-').waitFor();
  const files = await unzipped(await readFile(await download.path()));
  expect([...files.keys()]).toEqual(expect.arrayContaining([`people/${mia.person}/data/app.ndjson`, 'manifest.json']));
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  expect(accesses[0]).toMatchObject({ action: 'organisation_export', actor: acme.person });
  await page.context().close();
});

test('an owner reads what goes and what to take before, types the name, and is left with the address of the certificate, also after a reload; who was signed in is told, and another organisation goes on', async () => {
  const miasPage = await openConsole(browser, server, { client: mia.client, path: '/account', heading: 'Account' });
  const page = await endings(acme.client);
  await page.getByRole('button', { name: 'End the organisation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The accounts of 3 people, yours too').waitFor();
  await dialog.getByText('There is no backup that has something of it.').waitFor();
  await dialog.getByRole('button', { name: 'Take an export first' }).waitFor();
  const order = dialog.getByRole('button', { name: 'End the organisation for ever' });
  await dialog.getByLabel('Current password').fill(PASSWORD);
  expect(await order.isDisabled()).toBe(true);
  await dialog.getByLabel('Type “Acme”').fill('Acme');
  await order.click();
  const heading = page.getByRole('heading', { level: 1, name: 'The organisation is ended' });
  await heading.waitFor();
  await page.getByText('Nobody can open any of it or sign in any more').waitFor();
  expect(await seriousOn(page)).toEqual([]);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const paper = await page.locator('.dl-panel').evaluate((panel) => getComputedStyle(panel).backgroundColor);
  expect(paper).toBe('rgb(255, 255, 255)');
  await page.emulateMedia({ media: 'screen' });
  await page.reload();
  await heading.waitFor();
  const address = (await page.getByRole('link').getAttribute('href')) ?? '';
  expect(page.url()).not.toContain(new URL(address).pathname);

  const stranger = await (await browser.newContext()).newPage();
  await expect
    .poll(
      async () => {
        await stranger.goto(new URL(new URL(address).pathname, server.url).href);
        return stranger.getByText('verify-certificate').count();
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);
  await stranger.goto(`${server.url}/#/organisation-ended`);
  await stranger.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  expect(await stranger.getByText('Your organisation has ended').count()).toBe(0);

  await miasPage.reload();
  await miasPage.getByText('Your organisation has ended, and your account with it.').waitFor();
  expect(await seriousOn(miasPage)).toEqual([]);
  expect((await bolt.client.ok('GET', '/people')).people.length).toBe(1);
  await (await endings(bolt.client)).getByRole('button', { name: 'End the organisation' }).waitFor();
});
