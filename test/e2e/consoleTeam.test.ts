import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, dayOf, HOUR } from '../../shared/time.ts';
import { addMember, type Json, type Member, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { lookFor, openConsole, seriousOn } from '../support/consolePage.ts';
import { enrol } from '../support/enrolled.ts';
import { batch, dial, monoAt, newSession } from '../support/ingestKit.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

/** What the manager chooses where the console asks why. */
const WHY = ['Working time'];

let server: TestServer;
let browser: TestBrowser;
let manager: Member;
let mia: Member;
let day: RecordedDay;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  server.clock.advance(DAY - (server.clock.now() % DAY) + 10 * HOUR);
  const owner = await server.addOrganisation('Nordlicht');
  const { id } = await owner.client.ok('POST', '/teams', { name: 'Design' });
  manager = await addMember(server, owner.client, 'manager', {
    ...{ name: 'Noor Dahl', email: 'noor@example.com', managesTeams: [id] },
  });
  mia = await addMember(server, owner.client, 'employee', {
    ...{ name: 'Mia Sommer', email: 'mia@example.com', teams: [id] },
  });
  await enrol(server.url, owner.client, mia.person, server.clock.now());
  day = await recordDay(server.data, owner.org, mia.person, server.clock.now() - 3 * HOUR);
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const actions = async (): Promise<string[]> =>
  (await mia.client.ok('GET', `/people/${mia.person}/accesses`)).accesses.map(({ action }: Json) => action);

test('a manager sees a person begin to track without reading again, and the person sees one look', async () => {
  const page = await openAs(manager, '/today', 'Team today');
  expect(await actions()).toEqual([]);
  await lookFor(page, ['Working time']);
  const row = page.locator('[data-state]').filter({ hasText: 'Mia Sommer' });
  await expect.poll(() => row.getAttribute('data-state')).toBe('stopped');
  const device = await enrol(server.url, mia.client, mia.person, server.clock.now());
  await using agent = await dial(Number(new URL(server.url).port));
  await agent.hello(device, { at: server.clock.now(), mono: monoAt(server.clock.now()) });
  await agent.take('welcome');
  const now = server.clock.now();
  const when = { at: now, mono: monoAt(now), span: 0, level: 'on' };
  agent.send(
    batch(agent, 1, newSession(), [
      { parameter: 'session', event: 'start', cause: 'employee', ...when },
      { parameter: 'project', project: 'Rebrand', task: null, ...when },
    ]),
  );
  await agent.take('ack');
  await expect.poll(() => row.getAttribute('data-state')).toBe('tracking');
  await row.getByText('Collected for another purpose (Project costing)').waitFor();
  expect(await actions()).toEqual(['today_live']);
  await page.getByRole('button', { name: 'Look for this as well: Project costing' }).click();
  await row.getByText('Rebrand').waitFor();
  expect(await actions()).toEqual(Array(3).fill('today_live'));
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('pictures are fetched one at a time when they are opened, gone through and closed with the keyboard, and the focus comes back', async () => {
  const page = await openAs(manager, `/people/${mia.person}/day/${day.day}`, 'Mia Sommer', ['Workload review']);
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (/\/screenshots\//.test(request.url())) fetched.push(request.url());
  });
  const tile = page.getByRole('button', { name: /^Open the screenshot/ });
  await tile.waitFor();
  expect(fetched).toEqual([]);
  await tile.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/1 of 1/).waitFor();
  await expect.poll(() => fetched.length).toBe(1);
  // What is stored here is no picture, as if it had been damaged: the page says that it cannot be shown.
  await dialog.getByText('This picture cannot be shown.').waitFor();
  await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  await page.keyboard.press('ArrowRight');
  expect(fetched.length).toBe(1);
  expect(await seriousOn(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => tile.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.context().close();
});

test('a day that is typed is looked at when it is whole, and no other day on the way there', async () => {
  const page = await openAs(manager, `/people/${mia.person}/day/${day.day}`, 'Mia Sommer', WHY);
  await page.getByRole('heading', { level: 2, name: 'The day' }).waitFor();
  const read: string[] = [];
  page.on('request', (request) => {
    const asked = /[?&]day=([\d-]+)/.exec(request.url())?.[1];
    if (asked !== undefined) read.push(asked);
  });
  await page.getByLabel('Day', { exact: true }).click({ position: { x: 14, y: 10 } });
  // However slowly this machine types: the page's clock stands still meanwhile.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await page.keyboard.type('11112025');
  await expect.poll(() => page.getByLabel('Day', { exact: true }).inputValue()).toBe('2025-11-11');
  expect(read).toEqual([]);
  await page.clock.resume();
  await page.getByText(/^Tuesday,? 11 November 2025$/).waitFor();
  await expect.poll(() => read).toEqual(['2025-11-11']);
  await page.getByText('There is nothing to show for this day').waitFor();
  expect(read).toEqual(['2025-11-11']);
  await page.context().close();
});

test('each number of a week opens its day, for the purpose that was given', async () => {
  const page = await openAs(manager, `/people/${mia.person}/week/${dayOf(day.from)}`, 'Week of Mia Sommer', WHY);
  await page.getByRole('heading', { name: 'Working time' }).waitFor();
  expect(await seriousOn(page)).toEqual([]);
  await page
    .getByRole('link', { name: /^50 min, open/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: 'Mia Sommer', exact: true }).waitFor();
  expect(page.url()).toBe(`${server.url}/#/people/${mia.person}/day/${day.day}`);
  await page.getByRole('heading', { level: 2, name: 'The day' }).waitFor();
  const looks = await actions();
  expect(looks.slice(0, 2)).toEqual(['day', 'week']);
  expect(looks.filter((action) => action === 'week')).toHaveLength(1);
  await page.context().close();
});

test('an address does not say why one looks: whoever opens one is asked, and nothing is read before; links go on without asking', async () => {
  const before = await actions();
  const asking = (what: string) => page.getByRole('heading', { name: `Why do you want to see ${what}` });
  const page = await openAs(manager, `/people/${mia.person}/day/${day.day}?purpose=workload_review`, 'Mia Sommer');
  await asking('Mia Sommer’s day?').waitFor();
  await page.goto(`${server.url}/#/people/${mia.person}/week/${day.day}?purpose=workload_review`);
  await asking('Mia Sommer’s week?').waitFor();
  await page.goto(`${server.url}/#/today?purpose=workload_review`);
  await asking('what people are doing today?').waitFor();
  expect(await actions()).toEqual(before);
  await lookFor(page, ['Working time']);
  await page.getByRole('link', { name: 'Mia Sommer', exact: true }).click();
  await page.getByRole('heading', { level: 2, name: 'The day' }).waitFor();
  await page.getByRole('button', { name: 'The day before' }).click();
  await page.getByText('There is nothing to show for this day').waitFor();
  await page.getByRole('link', { name: 'Week', exact: true }).click();
  await page.getByRole('heading', { name: 'Working time' }).waitFor();
  expect(page.url()).not.toContain('purpose');
  await page.getByRole('button', { name: 'Purpose: Working time' }).click();
  await asking('Mia Sommer’s week?').waitFor();
  await page.context().close();
});

test('a week fits the width of a phone, and its tables are tables there too', async () => {
  const path = `/people/${mia.person}/week/${dayOf(day.from)}`;
  const page = await openAs(manager, path, 'Week of Mia Sommer', WHY);
  await page.setViewportSize({ width: 390, height: 800 });
  const table = page.getByRole('region', { name: 'Working time' }).getByRole('table');
  await table.waitFor();
  expect(await table.evaluate((one) => [one.scrollWidth <= one.clientWidth, one.clientWidth <= 390])).toEqual([
    true,
    true,
  ]);
  expect(await table.getByRole('rowheader').count()).toBe(1);
  expect(await table.getByRole('columnheader').count()).toBe(8);
  expect(await seriousOn(page)).toEqual([]);
  await page.context().close();
});

test('an employee finds their own week, and is told that there is no team to see', async () => {
  const page = await openAs(mia, '/my-week', 'My week');
  await page.getByText('This is what your managers see, too.').waitFor();
  expect(await page.getByRole('link', { name: 'Team today' }).count()).toBe(0);
  await page.goto(`${server.url}/#/today`);
  await page.getByText('Your role sees nobody’s day but your own.').waitFor();
  await page.context().close();
});

function openAs({ client }: Member, path: string, heading: string, purpose?: readonly string[]): Promise<Page> {
  return openConsole(browser, server, { client, path, heading, ...(purpose === undefined ? {} : { purpose }) });
}
