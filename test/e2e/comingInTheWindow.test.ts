import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DAY } from '../../shared/time.ts';
import { startBrowser } from '../support/browser.ts';
import { seriousOn } from '../support/consolePage.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { startUnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace } from '../support/workplace.ts';

const PATIENCE = 90_000;

test('the window and the terminal say from which day more is collected, from what to what, and that it does not come when it was dropped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-coming-'));
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
    const panel = window.getByRole('region', { name: 'What is coming' });
    expect(await panel.count()).toBe(0);

    const parameters = {
      app: { retentionDays: 60, viewers: ['owner'] },
      title: { level: 'redacted' },
      notes: { level: 'on' },
    };
    const change = { baseVersion: place.notice, reason: 'two customers pay by the hour', parameters };
    const publishAt = Date.now() + 30 * DAY;
    const { proposals } = await place.owner.ok('POST', '/policy/proposals', { change, publishAt });
    const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(publishAt);
    await panel.getByRole('heading', { name: `Will be published on ${day}` }).waitFor();
    await panel.getByText('Level: off → redacted (more)').waitFor();
    await panel.getByText('two customers pay by the hour').waitFor();
    expect(await seriousOn(window, 'dated:')).toEqual([]);
    expect((await agent.tell('status')).out).toContain('Window title · Level: off → redacted (more)');

    const [{ number, hash }] = proposals;
    await place.owner.ok('PUT', `/policy/proposals/${number}`, { hash, answer: 'withdrawn', reason: 'not needed' });
    await panel.getByText(/Was announced for .*, and does not come/).waitFor();
    expect(await panel.getByText('Level: off → redacted').count()).toBe(0);
    expect((await agent.tell('status')).out).toContain('Whoever put it forward withdrew it.');
    expect(await seriousOn(window, 'dropped:')).toEqual([]);
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
