import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { seriousOn } from '../support/consolePage.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { startUnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace } from '../support/workplace.ts';

const PATIENCE = 90_000;

test('in the window and the terminal what is new in a notice stands before all of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-news-'));
  const { server, agent: data } = folders(folder);
  const place = await openWorkplace(server, { app: 'name' });
  await enrolEmployee(place, data);
  const agent = await startUnseenAgent(folder, data, script([...atTheEditor]), 0.5);
  const browser = await startBrowser();
  try {
    const window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    window.setDefaultTimeout(PATIENCE);
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    await window.getByRole('button', { name: 'Start tracking' }).waitFor();
    const parameters = {
      app: { level: 'category' },
      title: { level: 'redacted' },
      session: { employeeMayPause: false },
    };
    await place.owner.ok('PUT', '/policy', { baseVersion: place.notice, reason: 'for this test', parameters });
    const waiting = window.getByRole('region', { name: 'A notice waits for you' });
    await waiting.getByRole('button', { name: 'Read it' }).click();
    const dialog = window.getByRole('dialog');
    const news = dialog.getByRole('region', { name: 'What is new for you' });
    await news.getByText('Level: off → redacted (more)').waitFor();
    await news.getByText('You may pause: yes → no (more)').waitFor();
    await news.getByText(`Compared with notice ${place.notice}, which you acknowledged on`).waitFor();
    await dialog.getByRole('heading', { name: 'The whole notice' }).waitFor();
    expect(await seriousOn(window, 'news:')).toEqual([]);
    const { out } = await agent.tell('notice');
    expect(out.indexOf('Window title · Level: off → redacted (more)')).toBeGreaterThan(
      out.indexOf('What is new for you'),
    );
    expect(out.indexOf('Collected while you track')).toBeGreaterThan(out.indexOf('The whole notice'));
    await dialog.getByLabel('Language').selectOption('de');
    await dialog
      .getByRole('region', { name: 'Was für Sie neu ist' })
      .getByText('Stufe: aus → gekürzt (mehr)')
      .waitFor();
    const accepted = await agent.tell('notice', 'accept', String(place.notice + 1));
    expect(accepted.out).toMatch(/^What is new for you\n[^]*Level: off → redacted \(more\)[^]*\n\n.+/);
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
