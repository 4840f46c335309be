import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { systemRandom } from '../../test/support/agentKit.ts';
import { addMember, startServer, type TestServer } from '../../test/support/api.ts';
import { script } from '../../test/support/days/moments.ts';
import { goOnToMorning } from '../../test/support/movableClock.ts';
import { createTestClock, type TestClock } from '../../test/support/testClock.ts';
import type { Camera, Pictures } from './camera.ts';
import { drawnDesktop } from './drawnDesktop.ts';

const windowPage = fileURLToPath(new URL('../../dist/window/', import.meta.url));
/** The employee's window through a day, of the real agent with a real server behind it, both by clocks that are led. */
export const windowPictures: Pictures = {
  names: [
    'window-notice',
    'window-notice-text',
    'window',
    'window-details',
    'window-idle',
    'window-paused',
    'window-offline',
  ],
  async take(camera) {
    const folder = await mkdtemp(path.join(tmpdir(), 'daylight-'));
    const server = await startServer();
    try {
      goOnToMorning(server.clock);
      const clock = createTestClock(server.clock.now());
      const agent = await enrolledAgent(server, clock, path.join(folder, 'agent'));
      try {
        await takeDay(camera, server, clock, agent);
      } finally {
        await agent.close();
      }
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function takeDay(camera: Camera, server: TestServer, clock: TestClock, agent: Agent): Promise<void> {
  /** Time goes by for everybody, in steps that leave the connection its turn. */
  const pass = async (ms: number, isServerThere = true): Promise<void> => {
    for (let left = ms; left > 0; left -= 10 * SECOND) {
      const step = Math.min(left, 10 * SECOND);
      if (isServerThere) server.clock.advance(step);
      await clock.advance(step);
      await setTimeout(10);
    }
    await setTimeout(500);
  };
  const page = await openWindow(camera, clock, agent);
  /** What the window says now, at the agent's time. */
  const show = async (): Promise<void> => {
    await page.clock.setFixedTime(clock.now());
    await page.reload();
    await page.getByRole('heading', { name: 'What is recorded now' }).waitFor();
  };
  /** Lets time pass until it is so. */
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo(); tries += 1) {
      if (tries === 180) throw new Error(`it never came to ${isSo.toString()}`);
      await pass(10 * SECOND);
    }
  };
  // Hours in seconds may break a connection: then it is made again before anybody looks.
  const connected = () => until(() => agent.status().connection.kind === 'online');
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
  try {
    await pass(10 * SECOND);
    await show();
    await camera.take('window-notice', page);
    await press('Read it');
    await page.getByRole('dialog').getByText('Never').first().waitFor();
    await camera.take('window-notice-text', page, { window: true });
    await press('I have read this and acknowledge it');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The server's clock goes on while the page is read: what is recorded must be later than its moment of the acknowledgement.
    await pass(MINUTE);

    await agent.handle({ command: 'start', project: 'Website', task: 'Checkout' });
    await pass(52 * MINUTE);
    await agent.handle({ command: 'note', text: 'Checkout works with the new addresses.' });
    await pass(53 * MINUTE + 34 * SECOND);
    await until(() => agent.status().screenshots.some(({ isHeldBack }) => !isHeldBack));
    await connected();
    await show();
    await camera.take('window', page);
    for (const closed of ['Each of them', 'The last batch']) await page.getByText(closed).click();
    await camera.take('window-details', page);

    await pass(4 * MINUTE);
    await agent.handle({ command: 'pause' });
    await pass(9 * MINUTE);
    await connected();
    await show();
    await camera.take('window-paused', page);
    await agent.handle({ command: 'resume' });
    await until(() => (agent.status().idle?.returned ?? null) !== null);
    await connected();
    await show();
    await page.getByRole('heading', { name: 'You were away' }).waitFor();
    await camera.take('window-idle', page);
    await press('Keep it all');
    await pass(MINUTE);

    await server.server.close();
    await pass(2 * HOUR + 7 * MINUTE, false);
    await show();
    await page.getByRole('heading', { name: 'Connection' }).waitFor();
    await camera.take('window-offline', page);
  } finally {
    await page.context().close();
  }
}

/** Minutes after the start of the agent: nobody is there. */
const AWAY = { from: 124 * MINUTE, to: 142 * MINUTE };

const events: readonly ScriptEvent[] = [
  { at: 0, do: 'picture', name: 'the desk' },
  front(0, 'Code', 'code', 'checkout.ts - Code'),
  ...work(0, AWAY.from),
  front(40 * MINUTE, 'Figma', 'figma', 'Icons - Figma'),
  front(75 * MINUTE, 'Code', 'code', 'address.ts - Code'),
  ...work(AWAY.to, 8 * HOUR),
];

function front(at: number, app: string, program: string, title: string): ScriptEvent {
  return { at, do: 'front', app, program, title };
}

/** A key every five seconds and a click every minute. */
function work(from: number, to: number): ScriptEvent[] {
  const sign = (kind: 'key' | 'click', everyMs: number): ScriptEvent => ({
    ...{ at: from, do: 'input', kind, count: Math.floor((to - from) / everyMs), everyMs },
  });
  return [sign('key', 5 * SECOND), sign('click', MINUTE)];
}

async function enrolledAgent(server: TestServer, clock: TestClock, folder: string): Promise<Agent> {
  const { client: owner } = await server.addOrganisation('Nordlicht');
  const levels = { activity: 'counts', app: 'name', screenshot: 'blurred', notes: 'on', timezone: 'on' };
  const parameters = Object.fromEntries(Object.entries(levels).map(([id, level]) => [id, { level }]));
  await owner.ok('PUT', '/policy', { baseVersion: 1, reason: 'Costing the website project', parameters });
  const mia = await addMember(server, owner, 'employee', { name: 'Mia Sommer', email: 'mia@example.com' });
  const { code } = await mia.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
  const invitation = { server: server.url, code, ca: null };
  // Of each time of five minutes, the part after which its picture is taken: later each time, so that none is too early.
  let part = 0.3;
  const random = { ...systemRandom, fraction: () => (part = Math.min(part + 0.002, 0.9)) };
  const files = await openFolder(folder);
  await enrol({ folder, files, clock, random }, invitation, await askNotice(invitation), false);
  const desktop = await drawnDesktop('Code', 20);
  const agent = await createAgent({
    ...{ folder, clock, random, windowPage },
    platform: createScriptedPlatform(script([...events].sort((a, b) => a.at - b.at)), clock, { paint: () => desktop }),
    indicator: { visible: () => true, say: () => undefined, introduce: () => 'seen' as const },
    agentVersion: '0.1.0',
  });
  agent.start();
  return agent;
}

async function openWindow(camera: Camera, clock: TestClock, agent: Agent): Promise<Page> {
  const context = await camera.browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.clock.setFixedTime(clock.now());
  const opened = await agent.handle({ command: 'window' });
  if (!opened.ok || opened.window === undefined) throw new Error('the window cannot be opened');
  await page.goto(opened.window.address);
  return page;
}
