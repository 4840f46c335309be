import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PolicyView } from '../shared/protocol/http/policy.ts';
import { agentCli, command } from '../test/support/agentProcess.ts';
import { startBrowser } from '../test/support/browser.ts';
import { atTheEditor, script, typing } from '../test/support/days/moments.ts';
import { startUnseenAgent } from '../test/support/unseenAgent.ts';
import { EVERYTHING_BUT_SITES, folders, openWorkplace } from '../test/support/workplace.ts';

const Code = z.object({ code: z.string() });
/** As a part of five minutes: a picture is taken six seconds after the start. */
const SOON = 0.02;

/** Pictures of the employee's window while they track, of the real agent on a written day. */
export async function windowPictures(images: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'daylight-pictures-'));
  const { server: serverData, agent: data } = folders(folder);
  const place = await openWorkplace(serverData, EVERYTHING_BUT_SITES);
  const browser = await startBrowser();
  try {
    const { owner, employee, notice, server } = place;
    const review = { baseVersion: notice, reason: 'Pictures can be looked at first.', screenshotReviewSeconds: 300 };
    const { policy } = PolicyView.parse(await owner.ok('PUT', '/policy', review));
    const made: unknown = await employee.client.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
    const { code } = Code.parse(made);
    const enrolment = ['--data', data, '--server', server.url, '--code', code];
    const { err } = await command(agentCli, ['enrol', ...enrolment, '--accept-notice', String(policy.version)]);
    if (err !== '') throw new Error(err);
    const agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), SOON);
    try {
      const context = await browser.newContext({ reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const { out } = await agent.tell('window', '--no-open');
      await page.goto(out.trim().split('\n').at(-1) ?? '');
      await page.getByRole('heading', { name: 'What is recorded now' }).waitFor();
      await agent.tell('start', '--project', 'Seed shop', '--task', 'Checkout');
      await agent.tell('note', 'The basket keeps its contents now.');
      await page.getByRole('button', { name: /Drop the screenshot of/ }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1_280, 390]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          await page.waitForTimeout(1_500);
          await page.screenshot({ path: path.join(images, `window-${width}-${colorScheme}.png`), fullPage: true });
          console.log(`window ${width} ${colorScheme}`);
        }
      }
    } finally {
      await agent.kill();
    }
  } finally {
    await browser.close();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
