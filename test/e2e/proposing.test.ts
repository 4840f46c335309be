import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../shared/time.ts';
import { addMember, type Client, type Member, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';

let server: TestServer;
let browser: TestBrowser;
let owner: TestOwner;
let [admin, employee]: Member[] = [];

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  owner = await server.addOrganisation('Nordlicht');
  const add = (role: 'admin' | 'employee', name: string) =>
    addMember(server, owner.client, role, { name, email: `${name.toLowerCase()}@example.com` });
  [admin, employee] = [await add('admin', 'Ada'), await add('employee', 'Emil')];
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const clientOf = (member: Member | undefined): Client => {
  if (member === undefined) throw new Error('nobody was added');
  return member.client;
};
const open = (client: Client, path = '/collection', heading = 'Collection') =>
  openConsole(browser, server, { client, path, heading });

test('a raise is put forward with a date, another person approves it, and everyone sees it before it holds', async () => {
  const page = await open(owner.client);
  await page.getByRole('button', { name: 'Ask for a second person' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Why').fill('Four eyes see more');
  await asked.getByRole('button', { name: 'Ask for a second person' }).click();
  await page.getByText('What raises something needs a second person, who approves it.').waitFor();

  const hers = await open(clientOf(admin));
  await hers.locator('[data-parameter=notes]').getByText('On', { exact: true }).click();
  await hers.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = hers.getByRole('dialog', { name: 'Publish these changes' });
  await dialog.getByText('It needs a second person').waitFor();
  await dialog.getByLabel('Why?').fill('Customers ask what was done');
  await dialog.getByLabel('Publish it at a later time').check();
  const due = new Date(server.clock.now() + 3 * DAY);
  due.setUTCHours(9, 0, 0, 0);
  await dialog.getByLabel('When').fill(due.toISOString().slice(0, 16));
  expect(await seriousOn(hers)).toEqual([]);
  await dialog.getByRole('button', { name: 'Put it forward' }).click();
  await hers.getByText('It is put forward, and nothing of it holds yet.').waitFor();
  const own = hers.getByRole('region', { name: 'Put forward' });
  await own.getByText('It waits for somebody else').waitFor();
  await own.getByText('Then it is published on').waitFor();
  expect(await own.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect(await seriousOn(hers)).toEqual([]);

  await page.reload();
  const forward = page.getByRole('region', { name: 'Put forward' });
  await forward.getByRole('button', { name: 'Approve' }).click();
  const approval = page.getByRole('dialog', { name: 'Approve' });
  await approval.getByText('It is published at its time, as you see it here.').waitFor();
  await approval.getByLabel('Why').fill('It is little');
  await approval.getByRole('button', { name: 'Approve' }).click();
  await forward.getByText('Approved by you').waitFor();

  const his = await open(clientOf(employee), '/coming', 'What is coming');
  const coming = his.getByRole('region', { name: /^Will be published on/ });
  await coming.getByText('“Customers ask what was done”').waitFor();
  await coming.getByText('Notes').waitFor();
  await coming.getByText('Nothing of it holds before.').waitFor();
  expect(await seriousOn(his)).toEqual([]);
  await coming.getByRole('button', { name: 'See the notice it would make' }).click();
  await his.getByRole('dialog').getByRole('heading', { name: 'Notes' }).waitFor();
  expect((await clientOf(employee).ok('GET', '/policy')).policy.parameters.notes.level).toBe('off');
  for (const one of [page, hers, his]) await one.context().close();
});

test('what is published later is not said to hold at once, and what else waits is named with who put it forward', async () => {
  const { policy } = await owner.client.ok('GET', '/policy');
  const change = {
    baseVersion: policy.version,
    reason: 'We want to know it',
    parameters: { title: { level: 'full' } },
  };
  await clientOf(admin).ok('POST', '/policy/proposals', { change, publishAt: server.clock.now() + 5 * DAY });
  const page = await open(owner.client);
  await page.locator('[data-parameter=project]').getByText('Off', { exact: true }).click();
  await page.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish these changes' });
  await dialog.getByText('What is less holds at once.').waitFor();
  await dialog.getByText('If you publish this now, what waits here will not be published').waitFor();
  await dialog.getByText(/^Put forward by Ada, for .*: “We want to know it”$/).waitFor();
  await dialog.getByLabel('Publish it at a later time').check();
  await dialog.getByText('What is less holds as soon as this is published.').waitFor();
  expect(await dialog.getByText('at once').count()).toBe(0);
  await page.context().close();
});
