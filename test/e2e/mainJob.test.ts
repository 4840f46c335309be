import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DayReport } from '../../shared/protocol/http/day.ts';
import { SECOND } from '../../shared/time.ts';
import { PASSWORD, totpCode } from '../support/api.ts';
import { awayFromMidnight } from '../support/awayFromMidnight.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { lookFor } from '../support/consolePage.ts';
import { eventually } from '../support/daylight.ts';
import { type Desktop, desktopMissing, startDesktop } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import { openedSpool } from '../support/watchedTyping.ts';
import {
  EVERYTHING_BUT_SITES,
  enrolEmployee,
  folders,
  openWorkplace,
  type RealAgent,
  startRealAgent,
  type Workplace,
} from '../support/workplace.ts';

// The main job, from a hand on a real keyboard to a manager's eye: built server, built agent, real desktop, real browser.

const SECRET = 'quietharbour';
const SECOND_SECRET = 'paperlantern';
/** As a part of five minutes: the picture is taken 15 s after the start. */
const SOON = 0.05;
const PATIENCE = 90_000;
const LIGHT_YELLOW = [255, 255, 224];

desktopTests('a working session, from the keyboard to the console', desktopMissing(), () => {
  let folder: string;
  let place: Workplace;
  let desktop: Desktop;
  let agent: RealAgent;
  let browser: TestBrowser;
  let page: Page;
  let enrolment = '';
  let day = '';
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    await buildConsole();
    folder = await mkdtemp(join(tmpdir(), 'daylight-main-job-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    place = await openWorkplace(folders(folder).server, EVERYTHING_BUT_SITES);
    closers.push(() => place.server.kill());
    desktop = await startDesktop();
    closers.push(() => desktop.stop());
    enrolment = await enrolEmployee(place, folders(folder).agent);
    agent = await startRealAgent({ data: folders(folder).agent, env: desktop.env, fraction: SOON });
    closers.push(() => agent.kill());
    browser = await startBrowser();
    closers.push(() => browser.close());
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  /** The same page as the manager's, as the employee gets it. */
  const ownDay = async (): Promise<DayReport> => {
    const { client, person } = place.employee;
    return client.ok('GET', `/people/${person}/day?day=${day}&zone=UTC&purpose=own_data`);
  };
  const waiting = async (): Promise<string> => Buffer.concat(await openedSpool(agent.data, folder)).toString('latin1');

  it('is told of everything before anything is recorded, and says which sensors cannot work here', async () => {
    expect(enrolment).toContain('The name of the application in front.');
    expect(enrolment).toContain('Nothing is recorded until you start');
    const { state, parameters, sensors } = await agent.status();
    expect(state).toBe('stopped');
    expect(Object.values(parameters).filter(({ active }) => active)).toEqual([]);
    expect(
      sensors.filter(({ sensor }) => ['input', 'window', 'screen'].includes(sensor)).map(({ works }) => works),
    ).toEqual([true, true, true]);
  });

  it('is recorded from two real windows: typing, clicks, a project, a note, one announced picture', async () => {
    const writing = await desktop.openWindow('Report - Writer', { class: 'Writer', program: 'writer', x: 60, y: 60 });
    const ledger = {
      class: 'Ledger',
      program: 'ledger',
      x: 660,
      y: 330,
      shows: 'Ledger 2026\n',
      background: 'lightyellow',
    };
    const counting = await desktop.openWindow('Accounts - Ledger', ledger);

    day = await awayFromMidnight();
    await desktop.focus(writing);
    await agent.tell('start', '--project', 'Website', '--task', 'Relaunch');
    await agent.tell('seen', 'screenshot');
    await desktop.moveMouse(200, 150);
    await desktop.click();
    await desktop.type(`${SECRET}\n`, 40);
    await agent.tell('note', 'Waiting for the figures');
    await eventually('the picture is announced', () => agent.out().includes('Daylight took a picture'), PATIENCE);
    await desktop.focus(counting);
    await desktop.moveMouse(800, 420);
    await desktop.click();
    await desktop.click();
    await desktop.type(`${SECOND_SECRET}\n`, 40);
    await expect
      .poll(async () => [await writing.received(), await counting.received()])
      .toEqual([`${SECRET}\n`, `${SECOND_SECRET}\n`]);
    await eventually('the second window is read', async () => (await waiting()).includes('Ledger'), PATIENCE);
    await agent.tell('stop');

    await eventually(
      'everything is stored',
      async () => {
        const { apps, screenshots, sessions } = await ownDay();
        return apps.length >= 2 && screenshots.length === 1 && sessions[0]?.open === false;
      },
      PATIENCE,
    );
    expect((await agent.status()).sent.discarded).toEqual({});
    expect(agent.err()).toBe('');
  }, 600_000);

  it('is shown to the manager, who signs in with a password and a second factor, and says why they look', async () => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 1000 },
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${place.server.url}/#/people/${place.employee.person}/day/${day}`);
    await page.getByLabel('E-mail').fill(place.manager.email);
    await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    // The code of this half minute may be the one with which the second factor was set up: each works once.
    const next = Date.now() + 30 * SECOND;
    await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(place.manager.secret ?? '', next));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Emil Employee' }).waitFor();
    await lookFor(page, ['Project costing', 'Working time', 'Workload review', 'Security']);
    await page.getByText('Emil Employee can see this').waitFor();
  });

  it('shows the session, its project, the note and both applications', async () => {
    await page.getByRole('heading', { level: 2, name: 'The day' }).waitFor();
    const words = await page.getByRole('main').innerText();
    for (const shown of ['Website', 'Writer', 'Ledger', 'Waiting for the figures', '1 screenshot'])
      expect(words.toLowerCase()).toContain(shown.toLowerCase());
  });

  it('shows the picture itself', async () => {
    expect(await page.getByRole('img', { name: /^Screenshot at/ }).count()).toBe(0); // not fetched before it is opened
    await page.getByRole('button', { name: /^Open the screenshot/ }).click();
    const dialog = page.getByRole('dialog');
    const large = dialog.locator('img');
    await large.waitFor();
    await expect.poll(() => large.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1280);
    expect(await large.evaluate((image) => (image as HTMLImageElement).naturalHeight)).toBe(720);
    // Where the second window stood, the picture has the colour of its background: it is one of this desktop.
    await expect.poll(() => large.evaluate(colourAt, { x: 900, y: 500 })).toEqual(LIGHT_YELLOW);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('shows as a table what was counted, minute for minute the same as was typed and clicked, and both titles', async () => {
    await page.getByRole('radiogroup', { name: 'Show as' }).getByText('Tables', { exact: true }).click();
    expect(await summed(page, 'Activity per 10 minutes', ['Key presses', 'Clicks'])).toEqual({
      'Key presses': SECRET.length + SECOND_SECRET.length + 2,
      Clicks: 3,
    });
    const apps = (await rows(page, 'Apps')).map((row) => [row['App'], row['Window title']]);
    expect(apps.map(String)).toEqual(
      expect.arrayContaining(
        [
          ['Writer', 'Report - Writer'],
          ['Ledger', 'Accounts - Ledger'],
        ].map(String),
      ),
    );
    expect((await rows(page, 'Session')).map((row) => row['Ended'])).toHaveLength(1);
    expect((await rows(page, 'Project')).map((row) => row['Project › task'])).toEqual(['Website › Relaunch']);
    expect((await rows(page, 'Images')).map((row) => row['Size'])).toEqual(['1280 × 720']);
    expect(await rows(page, 'Device')).toHaveLength(1);
    expect(await rows(page, 'Time zone')).toHaveLength(1);
  });

  it('shows nowhere what was typed', async () => {
    const words = (await page.content()).toLowerCase();
    expect([SECRET, SECOND_SECRET].filter((secret) => words.includes(secret))).toEqual([]);
  });

  it('shows the employee who looked, and why', async () => {
    const { client, person } = place.employee;
    const { accesses } = await client.ok('GET', `/people/${person}/accesses`);
    const looked = accesses.map(({ actorName, purpose, action }: Record<string, string>) => [
      actorName,
      action,
      purpose,
    ]);
    expect(looked).toContainEqual(['Mara Manager', 'day', 'project_costing']);
    expect(looked).toContainEqual(['Mara Manager', 'screenshot', 'workload_review']);
  });
});

type Row = Readonly<Record<string, string>>;

/** The rows of a table of the day, by the heading of each column. */
async function rows(page: Page, caption: string): Promise<Row[]> {
  const table = page.getByRole('table', { name: caption, exact: true });
  await table.waitFor();
  const heads = await table.locator('thead th').allInnerTexts();
  const lines = await table.locator('tbody tr').all();
  const cells = await Promise.all(lines.map((line) => line.locator('td').allInnerTexts()));
  return cells.map((line) => Object.fromEntries(line.map((cell, column) => [heads[column] ?? '', cell])));
}

async function summed(page: Page, caption: string, columns: readonly string[]): Promise<Record<string, number>> {
  const all = await rows(page, caption);
  return Object.fromEntries(
    columns.map((column) => [column, all.reduce((sum, row) => sum + (Number(row[column]) || 0), 0)]),
  );
}

/** Runs in the browser: the colour of a pixel, with the little that compression changes rounded away. */
function colourAt(element: Element, { x, y }: { x: number; y: number }): number[] {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
  const context = canvas.getContext('2d');
  context?.drawImage(element as HTMLImageElement, 0, 0);
  const [red = 0, green = 0, blue = 0] = context?.getImageData(x, y, 1, 1).data ?? [];
  return [red, green, blue].map((part) => (part > 251 ? 255 : Math.round(part / 8) * 8));
}
