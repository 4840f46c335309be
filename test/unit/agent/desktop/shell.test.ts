import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askAgent } from '../../../../agent/core/localSocket.ts';
import { createHost, type Host } from '../../../../agent/desktop/host.ts';
import { chooseSpoolKey } from '../../../../agent/desktop/keychain.ts';
import { HOST_MS } from '../../../../agent/desktop/tray.ts';
import { trayMenu } from '../../../../agent/desktop/trayMenu.ts';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { ErasureId } from '../../../../shared/ids.ts';
import type { AgentStatus } from '../../../../shared/protocol/window.ts';
import { systemRandom } from '../../../support/agentKit.ts';
import { officeDay } from '../../../support/days/office.ts';
import { createElectronFake, preventable } from '../../../support/electronFake.ts';
import { until } from '../../../support/scriptedServer.ts';
import { eventuallyBy, openShell, type ShellKit } from '../../../support/shellKit.ts';

/** Publishes the name of the application as well, so that there is something to observe. */
async function connected(kit: ShellKit): Promise<void> {
  await eventuallyBy(kit.clock, () => kit.server.receipts.length > 0);
  const signed = kit.server.publish(({ parameters }) => Object.assign(parameters.app, { level: 'name' }));
  kit.server.push({ type: 'policy', ...signed });
  await eventuallyBy(kit.clock, () => kit.server.receipts.some(({ policyVersion }) => policyVersion === 2));
}

/** A host of the folder of a shell that was started before. */
function secondHost({ folder, clock, fake }: ShellKit, states: string[], unlocked?: Promise<void>): Host {
  const { safeStorage } = fake.electron;
  return createHost({
    ...{ folder, clock, random: systemRandom, agentVersion: '0.1.0' },
    platform: createScriptedPlatform(officeDay, clock),
    indicator: { visible: () => true, say: () => undefined },
    autostart: { isOn: async () => false, set: async () => undefined },
    spoolKey: async () => {
      await unlocked;
      return chooseSpoolKey({ safeStorage, os: 'linux', folder, random: systemRandom });
    },
    onState: ({ kind }) => void states.push(kind),
  });
}

function status({ shell }: ShellKit): AgentStatus {
  const state = shell.host.state();
  if (state.kind !== 'running') throw new Error(`the host is ${state.kind}`);
  return state.agent.status();
}

async function tracking(kit: ShellKit): Promise<void> {
  await connected(kit);
  kit.fake.tray().choose('Start tracking');
  await eventuallyBy(kit.clock, () => status(kit).parameters.app.active);
}

test('the tray says the state in words and icon, and what is chosen there goes to the agent', async () => {
  await using kit = await openShell();
  await connected(kit);
  const tray = kit.fake.tray();
  await eventuallyBy(kit.clock, () => tray.words().length === 8);
  expect(tray.words()).toEqual([
    '· Not tracking.',
    'Start tracking',
    'What is collected now',
    'Open window',
    'Pair the browser extension…',
    'Start Daylight when I sign in',
    'Remove Daylight’s data from this computer…',
    'Quit Daylight',
  ]);
  expect(tray.words(tray.below('What is collected now'))[0]).toBe('· Recording: nothing.');

  expect(await kit.fake.invoke({ command: 'start', project: 'Website & shop', task: null })).toMatchObject({
    ok: true,
  });
  await eventuallyBy(kit.clock, () => tray.words()[0]!.includes('Tracking since'));
  await eventuallyBy(kit.clock, () => status(kit).parameters.app.active);
  const collected = () => tray.words(tray.below('What is collected now'));
  await eventuallyBy(kit.clock, () => collected()[0]?.includes('active application') === true);
  expect(tray.words()[0]).toMatch(/^· Tracking since .* · Website && shop$/);
  expect(tray.images.at(-1)).toBe('/opt/Daylight/icons/recording-light.png');
  expect(tray.tip).toMatch(/^Daylight: Tracking since/);
  expect(tray.words(tray.below('Project'))).toEqual(['✓ Website && shop', 'No project', 'Another one…']);
  expect(collected()[0]).toBe('· Recording: working sessions (on), active application (name), project and task (on).');
  expect(collected().some((line) => line.startsWith('· Active application (name): '))).toBe(true);

  tray.choose('Pause');
  await eventuallyBy(kit.clock, () => status(kit).state === 'paused');
  await eventuallyBy(kit.clock, () => tray.words().includes('Resume'));
  expect(tray.images.at(-1)).toBe('/opt/Daylight/icons/paused-light.png');
  tray.choose('Resume');
  await eventuallyBy(kit.clock, () => status(kit).state === 'tracking');
  await eventuallyBy(kit.clock, () => tray.words().includes('Pause'));
  tray.choose('No project', tray.below('Project'));
  await eventuallyBy(kit.clock, () => status(kit).work.project === null);
  tray.choose('Stop tracking');
  await eventuallyBy(kit.clock, () => status(kit).state === 'stopped');
  await eventuallyBy(kit.clock, () => tray.words().includes('Start with project'));
  tray.choose('Website && shop', tray.below('Start with project'));
  await eventuallyBy(kit.clock, () => status(kit).work.project === 'Website & shop');
});

test('pairing is chosen in the tray, and looked after once when the shell starts', async () => {
  await using kit = await openShell();
  await connected(kit);
  expect(kit.pairings).toEqual(['renew']);
  kit.fake.tray().choose('Pair the browser extension…');
  expect(kit.pairings).toEqual(['renew', 'ask']);
});

test('what the agent refuses from the tray is said', async () => {
  await using kit = await openShell();
  await connected(kit);
  kit.fake.tray().choose('Start tracking');
  kit.fake.tray().choose('Start tracking');
  await eventuallyBy(kit.clock, () => kit.fake.said.length > 0);
  expect(kit.fake.said).toEqual(['You are already tracking. Stop first to begin a new session.']);
});

test('on a dark panel the icons are light, on macOS they are templates, and every one of them is drawn', async () => {
  await using kit = await openShell({ prepare: (fake) => (fake.dark = true) });
  expect(kit.fake.tray().images.at(-1)).toBe('/opt/Daylight/icons/stopped-dark.png');
  kit.fake.dark = false;
  kit.fake.theme.emit('updated');
  expect(kit.fake.tray().images.at(-1)).toBe('/opt/Daylight/icons/stopped-light.png');
  await using mac = await openShell({ os: 'darwin' });
  expect(mac.fake.tray().images.at(-1)).toBe('/opt/Daylight/icons/stoppedTemplate.png');
  const drawn = await readdir('agent/desktop/icons');
  const names = ['stopped', 'recording', 'paused', 'attention'].flatMap((state) =>
    ['-light', '-dark', 'Template'].flatMap((of) => [`${state}${of}.png`, `${state}${of}@2x.png`]),
  );
  expect(drawn.toSorted()).toEqual([...names, 'app.png'].toSorted());
});

test('the tray is the indicator while the desktop shows it; without it the window is, and without both nothing is observed', async () => {
  await using kit = await openShell();
  await tracking(kit);
  kit.fake.window().destroy();
  expect(kit.fake.app.quits).toBe(0);
  await kit.clock.advance(20_000);
  expect(status(kit)).toMatchObject({ visible: true, parameters: { app: { active: true } } });

  kit.trayHost = false;
  await kit.clock.advance(HOST_MS);
  expect(kit.fake.window().shown).toBe(true);
  expect(status(kit)).toMatchObject({ visible: true, state: 'tracking' });
  kit.fake.window().minimise();
  await eventuallyBy(kit.clock, () => !status(kit).parameters.app.active);
  expect(status(kit)).toMatchObject({
    visible: false,
    parameters: { app: { why: 'Off: nothing here shows you that recording is on.' } },
  });
  kit.fake.window().restore();
  await eventuallyBy(kit.clock, () => status(kit).parameters.app.active);

  kit.fake.window().destroy();
  expect(kit.shell.host.state().kind === 'running' && status(kit).visible).toBe(false);
  await eventuallyBy(kit.clock, () => kit.fake.app.hasQuit);
  expect(await askAgent(kit.folder, { command: 'status' })).toBeNull();
});

test('at sign-in no window opens, unless it is all that can show that Daylight is there', async () => {
  await using quiet = await openShell({ atLogin: true });
  expect(quiet.fake.windows).toHaveLength(0);
  await using bare = await openShell({ atLogin: true, trayHost: false });
  expect(bare.fake.window().shown).toBe(true);
});

test('what is recorded for the first time opens the window from the tray, and is off until the page has shown it', async () => {
  await using kit = await openShell({ unread: true, atLogin: true });
  await connected(kit);
  expect(kit.fake.windows).toHaveLength(0);
  kit.fake.tray().choose('Start tracking');
  await eventuallyBy(kit.clock, () => kit.fake.windows.length === 1);
  await eventuallyBy(kit.clock, () =>
    kit.fake.tray().words().includes('Before its first use here: see what is recorded…'),
  );
  expect(kit.fake.tray().images.at(-1)).toBe('/opt/Daylight/icons/attention-light.png');
  expect(kit.fake.said).toEqual([expect.stringContaining('It is off until you have seen')]);
  await kit.clock.advance(30_000);
  expect(status(kit)).toMatchObject({ parameters: { app: { active: false } }, calls: {} });

  const [{ parameter, shown }] = status(kit).firstUse as [AgentStatus['firstUse'][number]];
  const asked = { command: 'first_use', parameter, shown, how: 'shown' };
  expect(await kit.fake.invoke(asked)).toMatchObject({ ok: true });
  await eventuallyBy(kit.clock, () => status(kit).parameters.app.active);
  await eventuallyBy(kit.clock, () => kit.fake.tray().images.at(-1) === '/opt/Daylight/icons/recording-light.png');
});

test('a screenshot that cannot be announced is not kept: saying fails where nobody is told', async () => {
  await using kit = await openShell({ prepare: (fake) => (fake.canNotify = false) });
  await connected(kit);
  const policy = kit.server.publish(({ parameters }) => Object.assign(parameters.screenshot, { level: 'full' }));
  kit.server.push({ type: 'policy', ...policy });
  kit.fake.tray().choose('Start tracking');
  await eventuallyBy(kit.clock, () => (status(kit).calls.screenshot ?? 0) > 0);
  await kit.clock.advance(5_000);
  expect(status(kit).screenshots).toEqual([]);
  expect(kit.fake.said).toEqual([]);
});

test('a lock is heard from Electron on macOS and Windows, with nothing asked of how long there was no input', async () => {
  await using kit = await openShell({ os: 'win32' });
  await tracking(kit);
  // On a busy machine the test's clock outruns the first attempt to listen, and the agent tries again.
  await eventuallyBy(kit.clock, () => kit.fake.power.listeners('lock-screen').length === 1);
  kit.fake.power.emit('lock-screen');
  await eventuallyBy(kit.clock, () => status(kit).state === 'locked' && !status(kit).parameters.app.active);
  kit.fake.power.emit('unlock-screen');
  await eventuallyBy(kit.clock, () => status(kit).state === 'tracking');
  expect(kit.fake.power.thresholds.every((threshold) => threshold > 10_000_000)).toBe(true);
  await eventuallyBy(kit.clock, () => kit.fake.tray().words().includes('Stop tracking'));
  kit.fake.tray().choose('Stop tracking');
  await eventuallyBy(kit.clock, () => kit.fake.power.listeners('lock-screen').length === 0);
});

test('a computer that wakes is looked at at once: the sleep is a gap, and nobody counts as there', async () => {
  await using kit = await openShell();
  await tracking(kit);
  const titles = kit.server.publish(({ parameters }) => Object.assign(parameters.title, { level: 'full' }));
  kit.server.push({ type: 'policy', ...titles });
  await eventuallyBy(kit.clock, () => status(kit).parameters.title.active);
  kit.fake.power.emit('suspend');
  kit.clock.suspend(3_600_000);
  kit.fake.power.emit('resume');
  // Without the clock going on: no tick has come by itself.
  await until(() => !status(kit).parameters.title.active);
  expect(status(kit).parameters.title.why).toContain('since this computer woke up');
});

test('quitting while tracking says what it means, and then closes the agent before Electron ends', async () => {
  await using kit = await openShell();
  await tracking(kit);
  await eventuallyBy(kit.clock, () => kit.fake.tray().words().includes('Quit Daylight (stops tracking)…'));
  kit.fake.answer = 1;
  kit.fake.tray().choose('Quit Daylight (stops tracking)…');
  await kit.clock.settle();
  expect(kit.fake.boxes[0]).toMatchObject({
    message: 'Quit Daylight and stop tracking?',
    buttons: ['Stop and quit', 'Cancel'],
  });
  expect(status(kit).state).toBe('tracking');

  kit.fake.answer = 0;
  const [atQuit, running] = [[] as boolean[], status(kit).state];
  kit.fake.app.on('before-quit', () => void atQuit.push(kit.fake.tray().isDestroyed()));
  kit.fake.tray().choose('Quit Daylight (stops tracking)…');
  await eventuallyBy(kit.clock, () => kit.fake.app.hasQuit);
  // Held up until the agent was closed, and then gone through with.
  expect([running, ...atQuit.slice(0, 2)]).toEqual(['tracking', false, true]);
  expect(await askAgent(kit.folder, { command: 'status' })).toBeNull();
  const events = kit.server.batches
    .flatMap(({ observations }) => observations)
    .flatMap((o) => (isEvent(o) ? [o.event] : []));
  expect(events).toEqual(['start', 'stop']);
  expect(kit.forgotten).toEqual([]);
});

test('a system that shuts down waits for the agent to close', async () => {
  await using kit = await openShell();
  const event = preventable();
  kit.fake.power.emit('shutdown', event);
  expect(event.prevented()).toBe(true);
  await eventuallyBy(kit.clock, () => kit.fake.app.hasQuit);
  expect(kit.shell.host.state().kind).toBe('closed');
});

test('a second start opens the window of the first and ends without a folder, a window or a tray of its own', async () => {
  await using kit = await openShell({ atLogin: true });
  kit.fake.app.emit('second-instance');
  expect(kit.fake.window()).toMatchObject({ shown: true });
  kit.fake.app.emit('second-instance');
  expect(kit.fake.window().focused).toBe(1);
  await expect(openShell({ prepare: (fake) => (fake.app.isFirst = false) })).rejects.toThrow('the second one');
});

test('an agent in a terminal keeps the folder: the shell says so, and runs once when it is tried again, however often', async () => {
  await using first = await openShell();
  const states: string[] = [];
  const second = secondHost(first, states);
  await second.open();
  expect(states).toEqual(['failed']);
  expect(await second.ask({ command: 'status' })).toMatchObject({
    ok: false,
    problem: expect.stringContaining('an agent is running'),
  });
  await first.shell.host.close();
  await Promise.all([second.open(), second.open()]);
  expect(states).toEqual(['failed', 'running']);
  expect(await second.ask({ command: 'status' })).toMatchObject({ ok: true });
  await second.close();
  expect(await askAgent(first.folder, { command: 'status' })).toBeNull();
});

test('what is quit while its keychain is still being asked does not begin to run afterwards', async () => {
  await using first = await openShell();
  await first.shell.host.close();
  const states: string[] = [];
  let unlock = (): void => undefined;
  const unlocked = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const second = secondHost(first, states, unlocked);
  const opening = second.open();
  await second.close();
  unlock();
  await opening;
  expect(states).toEqual(['closed']);
  expect(await askAgent(first.folder, { command: 'status' })).toBeNull();
});

test('a computer that is not enrolled shows how to enrol it, also where the window was asked for before that was known', async () => {
  await using kit = await openShell({
    enrolled: false,
    prepare: ({ app }) => {
      const on = app.on.bind(app);
      app.on = (event, listener) => {
        // Everything is wired by then, and the folder has not been read.
        if (event === 'before-quit') queueMicrotask(() => app.emit('second-instance'));
        return on(event, listener);
      };
    },
  });
  expect(kit.fake.windows).toHaveLength(1);
  expect(kit.fake.window().loaded.at(-1)).toBe('app://daylight/enrol/');
});

test('where an account has ended, or its organisation, the tray says which and where its certificate is, and where none is known nothing of it', () => {
  const texts = (certificate: string | null, reason: 'person_removed' | 'organisation_ended' = 'person_removed') => {
    const ended = { ending: ErasureId.parse('77777777-7777-4777-8777-777777777777'), certificate };
    const note = { reason, orderedAt: Date.UTC(2026, 10, 23, 12), ended };
    const view = { agent: { kind: 'not_enrolled', ended: note }, recent: [], autostart: false } as const;
    return trayMenu(view, String).flatMap((entry) => (entry.kind === 'words' ? [entry.text] : []));
  };
  const [said, ...none] = texts(null);
  expect([said, none]).toEqual([expect.stringContaining('Your account was ended on 23 Nov 2026'), []]);
  expect(texts('https://a.example/certificate/x/y')).toEqual([
    said,
    'The certificate is at https://a.example/certificate/x/y',
  ]);
  expect(texts(null, 'organisation_ended')).toEqual([expect.stringContaining('Your organisation was ended on 23 Nov')]);
});

test('the ticks of the menu are what the agent has, and choosing the project that is chosen keeps its task', async () => {
  await using kit = await openShell();
  await connected(kit);
  const tray = kit.fake.tray();
  await kit.fake.invoke({ command: 'start', project: 'Website', task: 'Checkout' });
  await eventuallyBy(kit.clock, () => status(kit).work.task === 'Checkout');
  await eventuallyBy(kit.clock, () => tray.words().includes('Project'));
  tray.choose('Website', tray.below('Project'));
  await kit.clock.advance(1_000);
  expect(tray.words(tray.below('Project'))).toEqual(['✓ Website', 'No project', 'Another one…']);
  expect(status(kit).work).toEqual({ project: 'Website', task: 'Checkout' });

  // Refused: the start at sign-in cannot be written down.
  const config = join(kit.folder, '..', 'config');
  await writeFile(config, 'a file where the folder would be');
  tray.choose('Start Daylight when I sign in');
  await eventuallyBy(kit.clock, () => kit.fake.said.length > 0);
  expect(kit.fake.said[0]).toMatch(/^Something went wrong \(E/);
  expect(tray.words()).toContain('Start Daylight when I sign in');
});

test('removing deletes everything, retires the device, switches the start at sign-in off and ends', async () => {
  await using kit = await openShell();
  await connected(kit);
  kit.fake.tray().choose('Start Daylight when I sign in');
  await eventuallyBy(kit.clock, () => kit.fake.tray().words().includes('✓ Start Daylight when I sign in'));
  kit.fake.answer = 1;
  kit.fake.tray().choose('Remove Daylight’s data from this computer…');
  await kit.clock.settle();
  expect(existsSync(kit.folder)).toBe(true);
  kit.fake.answer = 0;
  kit.fake.tray().choose('Remove Daylight’s data from this computer…');
  await eventuallyBy(kit.clock, () => kit.fake.app.hasQuit);
  expect(existsSync(kit.folder)).toBe(false);
  expect(kit.fake.boxes.at(-1)).toMatchObject({
    message: 'At your request, everything that Daylight kept on this computer is deleted.',
  });
  expect(kit.forgotten).toEqual(['electron']);
});

test('the fake of Electron fails loudly on whatever it does not have', () => {
  const { electron } = createElectronFake();
  expect(() => (electron.app as unknown as { dock: unknown }).dock).toThrow('app.dock is not in the fake');
  expect(() => (electron as unknown as { clipboard: unknown }).clipboard).toThrow(
    'electron.clipboard is not in the fake',
  );
  expect(() => electron.app.on('gpu-info-update' as never, () => undefined)).toThrow(
    'gpu-info-update is not in the fake',
  );
});

function isEvent(observation: unknown): observation is { event: string } {
  return typeof observation === 'object' && observation !== null && 'event' in observation;
}
