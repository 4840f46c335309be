import { afterAll, beforeAll, expect, it } from 'vitest';
import { addMember, type Member, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { checkedProof } from '../support/checkedProof.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn, showIn } from '../support/consolePage.ts';

// Who looked at one's own data is proved in the browser of the person, and what is not proved is told.

let server: TestServer;
let browser: TestBrowser;
let mia: Member;
beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  const owner = await server.addOrganisation('Acme');
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  for (const purpose of ['support', 'security'])
    await owner.client.ok('GET', `/people/${mia.person}/day?day=2026-01-05&purpose=${purpose}`);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

it('every look is marked as proved, and its proof is saved as a file that stands without the server', async () => {
  const page = await openConsole(browser, server, {
    client: mia.client,
    path: '/who-looked',
    heading: 'Who looked at my data',
  });
  await page.getByRole('button', { name: 'Check this list' }).click();
  await page.getByText('stand in the signed tree, as they were recorded').waitFor();
  const rows = await page.locator('tbody tr').count();
  expect(await page.getByText('Proved', { exact: true }).count()).toBe(rows);
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: /^Save/ }).first().click();
  const stream = await (await saving).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  const { row } = checkedProof(JSON.parse(Buffer.concat(chunks).toString()));
  expect(row).toMatchObject({ subject: mia.person });
  for (const scheme of ['light', 'dark'] as const) {
    await showIn(page, scheme);
    expect(await seriousOn(page, scheme)).toEqual([]);
  }
});

it('a list of which the server shows something else than it recorded is warned of, and names the look', async () => {
  const page = await openConsole(browser, server, {
    client: mia.client,
    path: '/who-looked',
    heading: 'Who looked at my data',
  });
  await page.route('**/api/v1/people/*/accesses*', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.accesses[0].purpose = 'own_data';
    await route.fulfill({ response, json: body });
  });
  await page.reload();
  await page.getByRole('button', { name: 'Check this list' }).click();
  await page.getByRole('alert').filter({ hasText: 'One entry is not proved' }).waitFor();
  expect(await page.getByText('what is proved is not what this list shows').count()).toBe(1);
});
