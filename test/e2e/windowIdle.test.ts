import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { SECOND } from '../../shared/time.ts';
import { systemRandom } from '../support/agentKit.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildWindow } from '../support/consoleBuild.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { createTestClock } from '../support/testClock.ts';
import { enrolEmployee, folders, openWorkplace } from '../support/workplace.ts';

// Time away, in a real browser. Nobody waits for minutes in a test: the agent runs in this process, by a clock that is fast
// while nobody is there.

const FAST = 10;
const PATIENCE = 90_000;
/** Time goes by in steps: a machine that stands still for a moment misses nothing of it. */
const STEP_MS = 50;
/** A minute at the keys, then three and a half away, again and again. */
const CYCLE = 270 * SECOND;
const keys = (at: number): ScriptEvent => ({ at, do: 'input', kind: 'key', count: 60, everyMs: SECOND });

describe("the question about time away, in the employee's window", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let agent: Agent;
  let browser: TestBrowser;
  let page: Page;
  let pace = 1;

  beforeAll(async () => {
    await buildWindow();
    browser = await startBrowser();
    closers.push(() => browser.close());
    const folder = await mkdtemp(join(tmpdir(), 'daylight-idle-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const place = await openWorkplace(folders(folder).server, {
      ...{ app: 'name', activity: 'counts', screenshot: 'full', notes: 'on' },
    });
    closers.push(() => place.server.kill());
    const change = { baseVersion: place.notice, reason: 'a short while', idleSeconds: 60 };
    const { policy } = await place.owner.ok('PUT', '/policy', change);
    const data = folders(folder).agent;
    await enrolEmployee({ ...place, notice: Number(policy.version) }, data);
    const clock = createTestClock(Date.now());
    const events = [...atTheEditor, ...Array.from({ length: 20 }, (_, cycle) => keys(1 + cycle * CYCLE))];
    agent = await createAgent({
      folder: data,
      platform: createScriptedPlatform(script(events), clock),
      clock,
      // The picture is taken 70 s after the start: the keys have ended by then, and the question is not there yet.
      random: { ...systemRandom, fraction: () => 70 / 300 },
      indicator: { visible: () => true, say: () => undefined, introduce: () => 'seen' as const },
      agentVersion: '0.1.0',
      windowPage: fileURLToPath(new URL('../../dist/window/', import.meta.url)),
    });
    const time = new AbortController();
    const passing = pass(time.signal, (ms) => clock.advance(ms * pace));
    closers.push(() => (time.abort(), passing));
    closers.push(() => agent.close());
    agent.start();
    page = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    page.setDefaultTimeout(PATIENCE);
    const opened = await agent.handle({ command: 'window' });
    await page.goto(opened.ok ? (opened.window?.address ?? '') : '');
    await page.getByRole('button', { name: 'Start tracking' }).click();
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const question = () => page.getByRole('region', { name: 'You were away' });
  /** The person goes and comes back; then there is time to answer. */
  const back = async (): Promise<void> => {
    await question().waitFor({ state: 'detached' }); // the one before it
    pace = FAST;
    await question()
      .getByText(/^Nothing was seen of you from \d\d:\d\d to \d\d:\d\d, 3 min/)
      .waitFor();
    pace = 1;
  };
  const answer = (name: string | RegExp) => question().getByRole('button', { name }).click();
  const said = (words: RegExp) => page.getByRole('status').getByText(words).waitFor();
  const notKept = (): number =>
    agent
      .status()
      .dropped.filter(({ cause }) => cause === 'idle_not_kept')
      .reduce((sum, { count }) => sum + count, 0);

  it('is read out and takes no focus, and "keep" deletes nothing', async () => {
    await page.getByLabel('Note').fill('half a sen');
    await back();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    await page.keyboard.type('tence');
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('half a sentence');
    await page
      .getByRole('status')
      .filter({ hasText: 'You were away. Nothing was seen of you' })
      .waitFor({ state: 'attached' });
    await page
      .getByText(/^Held back until you have answered/)
      .first()
      .waitFor();
    await answer('Keep it all');
    await said(/min are kept\.$/);
    await question().waitFor({ state: 'detached' });
    expect(notKept()).toBe(0);
  });

  it('"split" keeps the time until the moment that was chosen, by keyboard, and deletes what was seen after it', async () => {
    await back();
    await question().getByRole('slider').focus();
    await page.keyboard.press('Home');
    await answer(/^Keep until/);
    await said(/^1 min are kept; [23] min are cut out as a gap, and what was seen in them is deleted\.$/);
    expect(agent.status()).toMatchObject({ state: 'tracking', idle: null });
    expect(notKept()).toBeGreaterThan(0);
  });

  it('"discard" deletes all that was seen', async () => {
    const before = notKept();
    await back();
    await answer('Discard it all');
    await said(/^\d+ min are cut out as a gap, and what was seen in them is deleted/);
    expect(notKept()).toBeGreaterThan(before);
    await page
      .getByText(/because you were away and did not keep that time/)
      .first()
      .waitFor();
  });
});

async function pass(signal: AbortSignal, advance: (ms: number) => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(STEP_MS);
    await advance(STEP_MS);
  }
}
