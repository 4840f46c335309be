import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COPY } from '../../shared/rightsRequest.ts';
import { PASSWORD } from '../support/api.ts';
import { startBrowser } from '../support/browser.ts';
import { seriousOn } from '../support/consolePage.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startUnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace } from '../support/workplace.ts';

test('window and terminal ask about a copy of everything in words of its own, and what is said there reaches the server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-copy-'));
  const { server, agent: data } = folders(folder);
  const place = await openWorkplace(server, { app: 'name' });
  await enrolEmployee(place, data);
  const agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), 0.5);
  const browser = await startBrowser();
  try {
    const window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
    await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
    const { client, person } = place.employee;
    const path = `/people/${person}/requests`;
    const { request } = await client.ok('POST', path, { password: PASSWORD, content: COPY });
    const asked = window.getByRole('region', { name: 'Was that you?' });
    await asked.getByText('a copy of everything that is held about you, to download').waitFor();
    expect(await asked.innerText()).toContain('for 7 days the copy can be downloaded in the console');
    expect(await seriousOn(window, 'asked:')).toEqual([]);
    const aloud = 'Somebody asks for a copy of everything that is held about you. Was that you?';
    expect((await agent.tell('status')).out).toContain(aloud);
    expect(await agent.out()).toContain(aloud);
    expect((await agent.tell('requests')).out).toMatch(/^Asked .*: a copy of everything that is held about you/);

    expect((await agent.tell('requests', 'yes', request)).out).toContain('when you can download it');
    await asked.waitFor({ state: 'detached' });
    const { requests } = await client.ok('GET', path);
    expect(requests).toMatchObject([{ request, state: 'awaiting_time', content: COPY, proof: { kind: 'device' } }]);
  } finally {
    await browser.close();
    await agent.kill();
    await place.server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
