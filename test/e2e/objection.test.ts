import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMember, type Client, type Member } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole, buildWindow } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';
import { publishLevels } from '../support/daylight.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startUnseenAgent, type UnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace, type Workplace } from '../support/workplace.ts';

// The built programs and a real browser: a manager raises a parameter, the employee reads the notice in their window, has it recorded,
// objects in their account, and what everybody then sees.

const PATIENCE = 90_000;
const GROUNDS = 'They name the people whom I advise.';
const WORDS = 'The audit needs them; they are in no report.';

describe(
  'an objection, from the notice to its end',
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let place: Workplace;
    let agent: UnseenAgent;
    let browser: TestBrowser;
    let officer: Member;
    let window: Page;
    let mine: Page;

    beforeAll(async () => {
      await Promise.all([buildWindow(), buildConsole()]);
      const folder = await mkdtemp(join(tmpdir(), 'daylight-objection-'));
      closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      const { server, agent: data } = folders(folder);
      place = await openWorkplace(server, { app: 'name' });
      closers.push(() => place.server.kill());
      const at = { url: place.server.url, clock };
      officer = await addMember(at, place.owner, 'privacy_officer', { name: 'Pia Officer', email: 'pia@example.com' });
      await enrolEmployee(place, data);
      agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), 0.5);
      closers.push(() => agent.kill());
      browser = await startBrowser();
      closers.push(() => browser.close());
      window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
      window.setDefaultTimeout(PATIENCE);
      await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
      await window.getByRole('button', { name: 'Start tracking' }).click();
    });
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    const clock = { now: () => Date.now(), advance: () => undefined };
    const open = (client: Client, path: string, heading: string): Promise<Page> =>
      openConsole(browser, { url: place.server.url, clock }, { client, path, heading });
    const recorded = () => window.locator('[data-recording]').innerText();

    it('the manager raises titles: the employee reads the notice in the window, and they are recorded', async () => {
      await publishLevels(place.manager.client, { title: 'full' }, 'to know which documents a project needs');
      await window.getByRole('button', { name: 'Read it' }).click();
      const notice = window.getByRole('dialog');
      await notice.getByText('The title of the window in front.').first().waitFor();
      await notice.getByText('Fingerprint of this text').waitFor(); // the server's words, which are not replaced any more
      await notice.getByRole('button', { name: 'I have read this and acknowledge it' }).click();
      await expect.poll(recorded, { timeout: PATIENCE }).toMatch(/Recording: .*window title.*Not recording/s);
    });

    it('the employee objects in their account: it says first what happens, and then that the computer has confirmed it', async () => {
      mine = await open(place.employee.client, '/my-objections', 'Objections');
      await mine.getByRole('button', { name: 'Object to: Window title' }).click();
      const dialog = mine.getByRole('dialog');
      await dialog.getByText('your devices stop recording it within seconds').waitFor();
      await dialog.getByText('not what you wrote').waitFor();
      expect(await seriousOn(mine, 'dialog')).toEqual([]);
      await dialog.getByLabel('Why (you do not have to say)').fill(GROUNDS);
      await dialog.getByRole('button', { name: 'Object', exact: true }).click();
      await mine.getByText('Confirmed off by 1 of 1 device.').waitFor();
      await mine.getByText('Waits for an answer').waitFor();
      expect(await seriousOn(mine, 'objections')).toEqual([]);
      await expect.poll(recorded, { timeout: PATIENCE }).toMatch(/Not recording: .*window title/s);
      await window.getByText('Each of them').click();
      await window.getByText('Off: you have objected to it.').waitFor();
    });

    it('the manager sees on the person’s page why it stays off, and nothing of what was written', async () => {
      const page = await open(place.manager.client, `/people/${place.employee.person}`, 'Emil Employee');
      await page.getByRole('heading', { name: 'Objections' }).waitFor();
      await page.getByText('Waits for an answer').waitFor();
      await page.getByText('Confirmed off by 1 of 1 device.').waitFor();
      expect(await page.getByRole('main').innerText()).not.toContain(GROUNDS);
      await page.context().close();
    });

    it('the privacy officer reads it, must say why, and refuses: it stays off until the employee ends it', async () => {
      const page = await open(officer.client, '/objections', 'Objections to answer');
      await page.getByText(GROUNDS).waitFor();
      expect(await seriousOn(page, 'to answer')).toEqual([]);
      await page.getByRole('button', { name: 'Answer Emil Employee: Window title' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Send the answer' }).click();
      await dialog.getByText('Choose one of the two.').waitFor();
      await dialog.getByText('Say why, in words that the person will read.').waitFor();
      await dialog.getByLabel('Refuse it').check();
      await dialog.getByLabel('Why').fill(WORDS);
      expect(await seriousOn(page, 'answer')).toEqual([]);
      await dialog.getByRole('button', { name: 'Send the answer' }).click();
      await page.getByText('Refused').waitFor();
      await page.context().close();

      await mine.reload();
      await mine.getByText(WORDS).waitFor();
      await mine.getByText('You can complain to the data protection authority').waitFor();
      expect(await recorded()).toMatch(/Not recording: .*window title/s);
      await mine.getByRole('button', { name: 'End the objection: Window title' }).click();
      await mine.getByRole('dialog').getByRole('button', { name: 'End the objection' }).click();
      await mine.getByRole('button', { name: 'Object to: Window title' }).waitFor();
      await expect.poll(recorded, { timeout: PATIENCE }).toMatch(/Recording: .*window title.*Not recording/s);
    });
  },
  PATIENCE * 3,
);
