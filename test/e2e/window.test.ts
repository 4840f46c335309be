import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedKeys } from '../../agent/window/storage.ts';
import { windowPaths } from '../../shared/protocol/window.ts';
import { MINUTE } from '../../shared/time.ts';
import { filesWith } from '../support/agentKit.ts';
import { agentCli, command } from '../support/agentProcess.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildWindow } from '../support/consoleBuild.ts';
import { seriousOn, showIn } from '../support/consolePage.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startUnseenAgent, type UnseenAgent, writtenDownBrowser } from '../support/unseenAgent.ts';
import { EVERYTHING_BUT_SITES, folders, openWorkplace, type Workplace } from '../support/workplace.ts';

// The employee's window in a real browser, asked of the built agent with a real server behind it. The agent's output goes
// into a file: nothing but the window shows anybody that recording is on.

const PATIENCE = 90_000;
/** As a part of five minutes: the picture is taken half a minute after the start, when everything new was seen. */
const SOON = 0.1;
const day = script([...atTheEditor, typing]);

describe(
  "the employee's window in a real browser, of the real agent",
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    const wrong: string[] = [];
    const elsewhere: string[] = [];
    let folder: string;
    let data: string;
    let place: Workplace;
    let agent: UnseenAgent;
    let browser: TestBrowser;
    let context: BrowserContext;
    let page: Page;

    beforeAll(async () => {
      await buildWindow();
      folder = await mkdtemp(join(tmpdir(), 'daylight-window-'));
      closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      ({ agent: data } = folders(folder));
      place = await openWorkplace(folders(folder).server, EVERYTHING_BUT_SITES);
      closers.push(() => place.server.kill());
      await place.owner.ok('PUT', '/policy', {
        baseVersion: place.notice,
        reason: 'a review',
        screenshotReviewSeconds: 300,
      });
      const { client, person } = place.employee;
      const { code } = await client.ok('POST', `/people/${person}/enrolment-codes`, {});
      const enrolled = await command(agentCli, [
        'enrol',
        '--data',
        data,
        '--server',
        place.server.url,
        '--code',
        code,
        '--of-age',
        '--later',
      ]);
      expect(enrolled.err).toBe('');
      agent = await startUnseenAgent(folder, data, day, SOON);
      closers.push(() => agent.kill());
      browser = await startBrowser();
      closers.push(() => browser.close());
      context = await browser.newContext({ viewport: { width: 420, height: 900 }, reducedMotion: 'reduce' });
      page = await newPage();
    });

    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    async function newPage(): Promise<Page> {
      const made = await context.newPage();
      made.setDefaultTimeout(PATIENCE);
      made.on('pageerror', (error) => wrong.push(error.message));
      made.on('console', (message) => {
        if (/content security policy/i.test(message.text())) wrong.push(message.text());
      });
      made.on('request', (request) => {
        if (!/^(http:\/\/127\.0\.0\.1:\d+\/|blob:|file:)/.test(request.url())) elsewhere.push(request.url());
      });
      return made;
    }

    const address = async (): Promise<string> =>
      (await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '';
    const tokenOf = (url: string): string => url.split('#')[1] ?? '';
    const press = (name: string | RegExp) =>
      page.getByRole('button', { name, exact: typeof name === 'string' }).click();
    const said = (words: RegExp) => page.getByRole('status').getByText(words).first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    const recording = () => page.locator('[data-recording]').innerText();
    const observed = async (): Promise<boolean> => (await agent.status()).parameters.app.active;

    it('opens by a file of this account: the token is in no arguments, and in no file once it was used', async () => {
      const opener = await writtenDownBrowser(folder);
      const told = await command(agentCli, ['window', '--data', data], opener.env);
      expect(told).toMatchObject({ code: 0, err: '' });
      expect(told.out).toMatch(
        /If the browser says that it cannot read the file, say ".*window --no-open --data .*" and open that address/,
      );
      const file = await opener.asked();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const [, token = ''] = /#([\w-]{43})"/.exec(await readFile(file, 'utf8')) ?? [];
      expect(token).toHaveLength(43);
      expect(`${told.out}${await argumentsOfAll()}`).not.toContain(token);

      await page.goto(`file://${file}`);
      await page.getByRole('heading', { name: 'What is recorded now' }).waitFor();
      expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(await filesWith(folder, [token])).toEqual([]);
      expect((await readdir(data)).filter((name) => name.startsWith('window-'))).toEqual([]);
      expect(await argumentsOfAll()).not.toContain(token);
    });

    it('sets no cookie, and keeps nothing in the browser but the secret of this tab', async () => {
      expect(await context.cookies()).toEqual([]);
      const kept = await page.evaluate(async () => ({
        local: Object.keys(localStorage),
        session: Object.keys(sessionStorage),
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
      }));
      expect(kept).toEqual({ local: [], session: [...storedKeys], databases: 0, caches: 0 });
      await page.reload();
      await page.getByRole('heading', { name: 'What is recorded now' }).waitFor();
    });

    it('an address works once, and another tab has none of it', async () => {
      const url = await address();
      const first = await newPage();
      await first.goto(url);
      await first.getByRole('heading', { name: 'What is recorded now' }).waitFor();
      const second = await newPage();
      await second.goto(url);
      await second.getByRole('alert').getByText('This window has ended').waitFor();
      expect(await second.evaluate(() => sessionStorage.length)).toBe(0);
      expect(await filesWith(folder, [tokenOf(url)])).toEqual([]);
      await second.close();
      await first.close();
    });

    it('shows a notice that waits, whole, and acknowledges it', async () => {
      expect(await recording()).toContain('Recording: nothing.');
      await page.getByRole('heading', { name: 'A notice waits for you' }).waitFor();
      await press('Read it');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('The name of the application in front.').waitFor();
      await dialog.getByText('Never, whatever the settings').waitFor();
      await dialog.getByText('What has passed its days is shown to nobody').waitFor();
      await dialog.getByText('Fingerprint of this text').waitFor(); // the words of the server, which are not replaced any more
      expect(await seriousOn(page, 'notice')).toEqual([]);
      await dialog.getByRole('button', { name: 'I have read this and acknowledge it' }).click();
      await said(/You have acknowledged notice/);
      await page.getByRole('heading', { name: 'A notice waits for you' }).waitFor({ state: 'detached' });
      expect((await agent.status()).notice).toMatchObject({ acknowledged: true });
    });

    it('starts with project and task, and then says what is recorded, who asked, why, for how long, who may see it', async () => {
      await page.getByLabel('Project').fill('Website');
      await page.getByLabel('Task').fill('Checkout');
      await press('Start tracking');
      await said(/Tracking has started/);
      await page.getByText('Website › Checkout').waitFor();
      await page.getByText(/^Worked today, without pauses: \d+ (s|min)$/).waitFor();
      expect(await agent.status()).toMatchObject({ state: 'tracking', work: { project: 'Website', task: 'Checkout' } });
      const first = page.getByRole('region', { name: 'About to be recorded here for the first time' });
      const unread = first.getByText('Off until you have seen this.');
      await first.waitFor();
      await eventually(
        'each of it was on the screen',
        async () => {
          if ((await unread.count()) === 0) return true;
          await unread
            .first()
            .scrollIntoViewIfNeeded({ timeout: 1_000 })
            .catch(() => undefined);
          return false;
        },
        PATIENCE,
      );
      await press('I have seen this');
      await press('Close');
      await eventually('it is observed', observed, PATIENCE);
      await expect.poll(recording).toMatch(/Recording: .*active application.*\n+Not recording: .*active site/s);
      await page.getByText('Each of them').click();
      await page
        .getByText(/For project costing \(legitimate interest\) · kept 60 days · seen by you, /)
        .first()
        .waitFor();
      await page.getByText(/Asked for by Acme, policy \d+ of /).waitFor();
      expect(await seriousOn(page, 'tracking')).toEqual([]);
      await page.getByText('Each of them').click();
    });

    it('changes the project and keeps a note', async () => {
      await page.getByLabel('Project').fill('Shop');
      await press('Change project');
      await page.getByText('Shop › Checkout').waitFor();
      await page.getByLabel('Note').fill('Waiting for the figures');
      await press('Keep note');
      await said(/The note is kept/);
      await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('');
    });

    it('a note that is pressed twice is kept once, and what is typed meanwhile stays', async () => {
      const asked: unknown[] = [];
      let letGo = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await page.route(`**${windowPaths.ask}`, async (route) => {
        const request: unknown = route.request().postDataJSON();
        asked.push(request);
        await held;
        await route.continue();
      });
      const note = page.getByLabel('Note');
      await note.fill('Asked twice.');
      await press('Keep note');
      await press('Keep note');
      await note.press('End');
      await note.pressSequentially(' And this too');
      letGo();
      await expect.poll(() => note.inputValue()).toBe('And this too');
      await page.unroute(`**${windowPaths.ask}`);
      const notes = asked.filter((one) => JSON.stringify(one).includes('"note"'));
      expect(notes).toEqual([{ command: 'note', text: 'Asked twice.' }]);
    });

    it('pauses and resumes', async () => {
      await page.getByLabel('Note').fill('');
      await press('Pause');
      await said(/Paused/);
      await expect.poll(recording).toMatch(/Recording: working sessions/);
      expect(await observed()).toBe(false);
      await press('Resume');
      await eventually('it goes on', observed, PATIENCE);
    });

    it('shows a screenshot that waits, with the time that is left, and drops it', async () => {
      await page.getByText(/sent in [0-4]:\d\d/).waitFor();
      await press(/Show the screenshot of/);
      // The script paints bytes that no decoder would draw, which is told instead of a broken picture.
      await page.getByText('This picture cannot be drawn here.').waitFor();
      expect(await seriousOn(page, 'screenshots')).toEqual([]);
      await press(/Drop the screenshot of/);
      await said(/The screenshot is gone and was not sent/);
      await page.getByText('No screenshot waits.').waitFor();
      await page.getByText('1 × Screenshots, because you dropped it.').waitFor();
      expect((await agent.status()).screenshots).toEqual([]);
    });

    it('shows the last batch as it was sent', async () => {
      await page.getByText('The last batch, as it was sent').first().click();
      const records = page.getByRole('list', { name: 'The last batch, as it was sent' });
      // The next minute may be sent between two looks.
      await expect
        .poll(
          async () => {
            const shown = await records.locator('code').allTextContents();
            const { sent } = await agent.status();
            return (
              shown.length > 0 && shown.join('\n') === sent.last.map((record) => JSON.stringify(record)).join('\n')
            );
          },
          { timeout: PATIENCE },
        )
        .toBe(true);
    });

    it('is what shows that recording is on: observing ends when it is closed, and begins when it is open again', async () => {
      expect((await agent.status()).visible).toBe(true);
      await page.close();
      await eventually('nothing is observed', async () => !(await observed()), PATIENCE);
      const { visible, state, parameters } = await agent.status();
      expect([visible, state]).toEqual([false, 'tracking']);
      expect(parameters.app.why).toContain('nothing here shows you');
      const { calls: before } = await agent.status();
      await sleep(6_000);
      expect((await agent.status()).calls).toEqual(before);
      page = await newPage();
      await page.goto(await address());
      await eventually('it is observed again', observed, PATIENCE);
    });

    it('is the same at every width, light and dark, without serious findings', async () => {
      const found: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await showIn(page, colorScheme);
        for (const width of [420, 1_280]) {
          await page.setViewportSize({ width, height: 900 });
          found.push(...(await seriousOn(page, `${colorScheme} ${width}`)));
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect([width, overflow]).toEqual([width, 0]);
        }
      }
      expect(found).toEqual([]);
    });

    it('a note that is written when tracking stops is not lost: it is refused with a sentence, and kept after the next start', async () => {
      const note = page.getByLabel('Note');
      await note.fill('Half a thought');
      await press('Stop');
      await page.getByText('Nothing is recorded until you start.').waitFor();
      expect(await note.inputValue()).toBe('Half a thought');
      await press('Keep note');
      await said(/You are not tracking\./);
      expect(await note.inputValue()).toBe('Half a thought');
      await press('Start tracking');
      await said(/Tracking has started/);
      await press('Keep note');
      await said(/The note is kept/);
      await expect.poll(() => note.inputValue()).toBe('');
    });

    it('goes by keyboard alone from the project to start, on to stop, and back to start', async () => {
      const start = page.getByRole('button', { name: 'Start tracking' });
      const stop = page.getByRole('button', { name: 'Stop' });
      await stop.click();
      await start.waitFor();
      await page.getByLabel('Project').focus();
      for (const _ of ['task', 'start']) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await stop.waitFor();
      // A key that is held too long presses nothing that came instead.
      await page.keyboard.press('Enter');
      for (const _ of ['pause', 'stop']) await page.keyboard.press('Tab');
      expect(await focused()).toBe('Stop');
      await page.keyboard.press('Enter');
      await page.getByText('Nothing is recorded until you start.').waitFor();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Start tracking');
      expect((await agent.status()).state).toBe('stopped');
    });

    it('says without a connection since when, how much is safe here, and until when observing goes on', async () => {
      await place.server.kill();
      const { until } = await agent.status();
      const at = new Date(until?.observed ?? 0).toISOString().slice(11, 16);
      const words = String.raw`Not connected for \d+ s\. Your time is safe here \(\d+ k?B, encrypted\)\. Observing stops`;
      // It is a day from the last word of the server: before midnight that is tomorrow, and after it today.
      await page.getByText(new RegExp(`${words} (tomorrow )?${at}\\.`)).waitFor();
      expect(await seriousOn(page, 'offline')).toEqual([]);
    });

    it('says plainly that the agent has ended', async () => {
      expect(await agent.stop()).toBe(0);
      await page.getByRole('alert').getByText('The agent has ended').waitFor();
      expect(await page.getByText('What is recorded now').count()).toBe(0);
      expect([wrong, elsewhere]).toEqual([[], []]);
    });
  },
  10 * MINUTE,
);

async function argumentsOfAll(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return all.join('\n');
}
