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

test('what a terminal was told first stays readable in the window until somebody closes it there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-first-use-'));
  const { server, agent: data } = folders(folder);
  const place = await openWorkplace(server, { screenshot: 'blurred' });
  await enrolEmployee(place, data);
  const agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), 0);
  const browser = await startBrowser();
  try {
    await agent.tell('start');
    const window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    window.setDefaultTimeout(PATIENCE);
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    const panel = window.getByRole('region', { name: 'About to be recorded here for the first time' });
    const picture = panel.getByRole('region', { name: 'Screenshots' });
    await picture.getByRole('button', { name: 'I have seen this' }).waitFor();
    await agent.tell('seen', 'screenshot');
    await expect
      .poll(() => window.locator('[data-recording]').innerText(), { timeout: PATIENCE })
      .toMatch(/Recording: .*screenshots.*Not recording/s);
    await picture.getByText('It is recorded already, while you track. This stays here until you close it.').waitFor();
    await picture.getByText(/kept \d+ days · seen by/).waitFor();
    expect(await picture.getByRole('button').count()).toBe(0);
    await panel.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => panel.count()).toBe(0);
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('before its first use the window shows what is recorded, and only then it is; a picture waits for a click', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-first-use-'));
  const { server, agent: data } = folders(folder);
  const place = await openWorkplace(server, { app: 'name', screenshot: 'blurred' });
  await enrolEmployee(place, data);
  const day = script([...atTheEditor, typing]);
  let agent = await startUnseenAgent(folder, data, day, 0);
  const browser = await startBrowser();
  try {
    await agent.tell('start');
    const { firstUse, parameters } = await agent.status();
    expect([firstUse, parameters.app?.why], 'nobody looks, so nothing is introduced').toEqual([
      [],
      'Off: nothing here shows you that recording is on.',
    ]);
    const window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    window.setDefaultTimeout(PATIENCE);
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    const panel = window.getByRole('region', { name: 'About to be recorded here for the first time' });
    const app = panel.getByRole('region', { name: 'Active application' });
    await app.getByText('It is recorded already, while you track. This stays here until you close it.').waitFor();
    await app.getByText(/kept 60 days · seen by/).waitFor();
    const recording = () => window.locator('[data-recording]').innerText();
    await expect.poll(recording, { timeout: PATIENCE }).toMatch(/Recording: .*active application.*Not recording/s);

    const picture = panel.getByRole('region', { name: 'Screenshots' });
    await picture.scrollIntoViewIfNeeded();
    await window.waitForTimeout(3_000);
    expect(await recording(), 'that it was on the screen is not enough').toMatch(/Not recording: .*screenshots/s);
    expect((await agent.tell('seen')).out).toMatch(
      /^Before its first use here: Screenshots \(blurred\)\. .*seen screenshot/,
    );
    expect(await seriousOn(window, 'first use:')).toEqual([]);
    await picture.getByRole('button', { name: 'I have seen this' }).click();
    await expect.poll(recording, { timeout: PATIENCE }).toMatch(/Recording: .*screenshots.*Not recording/s);
    await panel.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => panel.count()).toBe(0);

    // Once for this computer, whatever ends the agent.
    await agent.kill();
    agent = await startUnseenAgent(folder, data, day, 0);
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    await window.getByRole('button', { name: 'Start tracking' }).click();
    await expect.poll(recording, { timeout: PATIENCE }).toMatch(/Recording: .*screenshots.*Not recording/s);
    expect(await panel.count()).toBe(0);
    expect((await agent.tell('seen')).out).toBe('Nothing waits for its first use here.\n');
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
