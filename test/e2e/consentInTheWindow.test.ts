import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { seriousOn } from '../support/consolePage.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startUnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace } from '../support/workplace.ts';

const PATIENCE = 90_000;

test('in the window one click gives consent and one takes it back, and the terminal says the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-consent-'));
  const { server, agent: data } = folders(folder);
  const place = await openWorkplace(server, { app: 'name' });
  const change = {
    ...{ baseVersion: place.notice, reason: 'only of those who want it' },
    parameters: { title: { level: 'full', basis: 'consent' } },
  };
  const { policy } = await place.owner.ok('PUT', '/policy', change);
  await enrolEmployee({ ...place, notice: Number(policy.version) }, data);
  const agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), 0.5);
  const browser = await startBrowser();
  try {
    const window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    window.setDefaultTimeout(PATIENCE);
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    await window.getByRole('button', { name: 'Start tracking' }).click();
    const panel = (name: string) => window.getByRole('region', { name }).getByRole('region', { name: 'Window title' });
    const asked = panel('Your consent');
    await asked.getByText('Not given: nothing of it is collected.').waitFor();
    expect(await seriousOn(window, 'asked:')).toEqual([]);

    await asked.getByRole('button', { name: 'I consent' }).click();
    await asked.getByText('Given.').waitFor();
    await panel('About to be recorded here for the first time').scrollIntoViewIfNeeded();
    await expect
      .poll(() => window.locator('[data-recording]').innerText(), { timeout: PATIENCE })
      .toMatch(/Recording: .*window title.*Not recording/s);
    expect((await agent.tell('consent')).out).toMatch(/^Window title \(full\): Given\. The title of the window/);

    await asked.getByRole('button', { name: 'Withdraw' }).click();
    await asked.getByText('Not given: nothing of it is collected.').waitFor();
    await expect(agent.tell('consent', 'withdraw', 'title')).rejects.toThrow(
      'There is no consent of yours to take back',
    );
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
