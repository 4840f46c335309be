import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/daylight.ts';
import { type Desktop, desktopMissing, startDesktop } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import { enrolEmployee, folders, openWorkplace, type RealAgent, startRealAgent } from '../support/workplace.ts';

// FAULTS 11 on a real X server with two monitors, with the built agent. What changes in the moment of the picture itself
// (a lock, another window) is scripted in 11-screenshots-that-must-not-be, because no real moment is that exact.

const PATIENCE = 90_000;
/** The picture is due 15 s after the start. */
const SOON = 0.05;

desktopTests('a picture of two monitors', desktopMissing(), () => {
  const closers: (() => unknown)[] = [];
  let desktop: Desktop;
  let agent: RealAgent;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-monitors-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { server, agent: data } = folders(folder);
    const place = await openWorkplace(server, { screenshot: 'full' });
    closers.push(place.server.kill);
    desktop = await startDesktop({ width: 2000, height: 700 });
    closers.push(desktop.stop);
    await desktop.monitors(2);
    await enrolEmployee(place, data);
    agent = await startRealAgent({ data, env: desktop.env, fraction: SOON });
    closers.push(() => agent.kill());
  }, 600_000);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('is not taken while a password manager is on the second one, and is once that is closed', async () => {
    const excluded = { class: 'KeePassXC', program: 'keepassxc', x: 1300, y: 100 };
    const secret = await desktop.openWindow('Passwords', excluded);
    const editor = await desktop.openWindow('notes', { class: 'Writer', program: 'writer', x: 100, y: 100 });
    await agent.tell('start');
    await agent.tell('seen', 'screenshot');
    const before = await looks();
    await eventually('a picture is due', async () => (await looks()) > before, PATIENCE);
    await agent.tell('stop');
    expect(agent.out()).not.toContain('took a picture');

    await secret.close();
    await desktop.focus(editor);
    await agent.tell('start');
    await eventually('the picture', () => agent.out().includes('Daylight took a picture'), PATIENCE);
    await agent.tell('stop');
  }, 600_000);

  async function looks(): Promise<number> {
    return (await agent.status()).calls.screenshot ?? 0;
  }
});
