import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { BrowserSensor, Clock } from '../../../../agent/core/ports.ts';
import { removeSocketsElsewhere, socketPath } from '../../../../agent/core/socketPlace.ts';
import { createBrowserSensor } from '../../../../agent/platform/browser.ts';
import { pairingTokenPath } from '../../../../agent/platform/browserWord.ts';
import { installNativeHost } from '../../../../agent/platform/installNativeHost.ts';
import { chromiumIn } from '../../../../agent/platform/pairableBrowsers.ts';
import { until } from '../../../support/desktop.ts';

let folder: string;
let now: number;
const clock: Clock = { now: () => 1_800_000_000_000, mono: () => now, after: () => () => undefined };

beforeEach(async () => {
  const made = await mkdtemp(join(tmpdir(), 'daylight-pairing-'));
  folder = made;
  now = 1_000;
  return () => rm(made, { recursive: true, force: true });
});

const focused = { browser: 'chromium', private: false, focused: true, url: 'https://example.org/a', title: 'A' };

it('is not available, and does not start, before a browser was paired', async () => {
  const sensor = createBrowserSensor({ folder, clock });
  expect(await sensor.availability()).toEqual({
    works: false,
    why: 'the address of the page in front is not known: no browser extension is paired with this agent',
    remedy: 'choose "Pair the browser extension…" in the tray, or run "daylight-agent extension"',
  });
  await expect(sensor.start()).rejects.toThrow('no browser extension is paired');
});

it('pairing writes a token, a launcher and a manifest for this user and this extension only; twice changes nothing', async () => {
  const place = {
    browser: chromiumIn(join(folder, 'pro file')),
    agentFolder: join(folder, "a'b"),
    hostCommand: ['/bin/echo'] as [string],
  };
  const first = await installNativeHost(place);
  const token = await readFile(pairingTokenPath(place.agentFolder), 'utf8');
  const second = await installNativeHost(place);
  expect([first.paired, second.paired]).toEqual(['now', 'before']);
  expect(await readFile(pairingTokenPath(place.agentFolder), 'utf8')).toBe(token);
  expect((await stat(pairingTokenPath(place.agentFolder))).mode & 0o777).toBe(0o600);
  expect((await stat(first.launcher)).mode & 0o777).toBe(0o700);
  const manifest: Record<string, unknown> = JSON.parse(await readFile(place.browser.place, 'utf8'));
  expect(manifest).toMatchObject({ name: 'org.daylight.agent', type: 'stdio', path: first.launcher });
  expect(manifest.allowed_origins).toHaveLength(1);
});

it('gives the last word; a private window has no address, no title', async () => {
  const { sensor, say } = await paired();
  await say(focused);
  expect(await told(sensor)).toEqual({ ...focused, receivedMono: 1_000 });
  await say({ browser: 'chromium', private: true });
  const nothing = { browser: 'chromium', url: null, title: null, receivedMono: 1_000 };
  await until('private', () => (sensor.tab()?.private === true ? true : null));
  expect(sensor.tab()).toEqual({ ...nothing, private: true, focused: true });
  await say({ browser: 'chromium', private: false, focused: false });
  await until('no focus', () => (sensor.tab()?.focused === false ? true : null));
  expect(sensor.tab()).toEqual({ ...nothing, private: false, focused: false });
});

it('a word is forgotten after fifteen seconds of silence, and at once when the browser goes', async () => {
  const { sensor, say, socket } = await paired();
  await say(focused);
  await told(sensor);
  now = 16_000;
  expect(sensor.tab()).not.toBeNull();
  now = 16_001;
  expect(sensor.tab()).toBeNull();
  await say(focused);
  await told(sensor);
  socket.destroy();
  await until('the word to be forgotten', () => (sensor.tab() === null ? true : null));
});

it('of two browsers the one that has the focus counts', async () => {
  const { sensor, say } = await paired();
  await say(focused);
  await told(sensor);
  const other = await connectPaired();
  now = 2_000;
  await send(other, { browser: 'msedge', private: false, focused: false });
  await sleep(50);
  expect(sensor.tab()?.browser).toBe('chromium');
});

it('of two profiles, a private window in the one counts over an older word of the other', async () => {
  const { sensor, say } = await paired();
  await say(focused);
  await told(sensor);
  const other = await connectPaired();
  now = 2_000;
  await send(other, { browser: 'chromium', private: true });
  await until('the private window', () => (sensor.tab()?.private === true ? true : null));
  expect(sensor.tab()).toMatchObject({ url: null, title: null });
  other.destroy();
  await until('the other to count again', () => (sensor.tab()?.private === false ? true : null));
});

it('a browser that is killed while it speaks is forgotten at once, half a line and all', async () => {
  const { sensor, say, socket } = await paired();
  await say(focused);
  await told(sensor);
  socket.write('{"browser":"chromium","private":fal');
  socket.destroy();
  await until('the word to be forgotten', () => (sensor.tab() === null ? true : null));
});

it.each([
  ['shows no token', '{}'],
  ['shows another token', JSON.stringify({ token: 'f'.repeat(64) })],
  ['speaks before it has shown one', JSON.stringify(focused)],
  ['says something that is not JSON', 'token'],
])('a connection that %s is closed and not heard', async (_what, line) => {
  const { sensor } = await paired();
  const socket = connect(await socketPath(folder, 'browser', 'find'));
  socket.on('error', () => undefined);
  socket.write(`${line}\n${JSON.stringify(focused)}\n`);
  await once(socket, 'close');
  expect(sensor.tab()).toBeNull();
});

it.each([
  ['an unknown field', { ...focused, history: ['https://example.org/b'] }],
  ['an address of a private window', { browser: 'chromium', private: true, url: 'https://example.org/secret' }],
  ['no word at all', 'hello'],
  ['an endless line', 'x'.repeat(70_000)],
])('a paired connection that says %s is closed, and what it said is not kept', async (_what, word) => {
  const { sensor, say, socket } = await paired();
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await say(word);
  await closed;
  await until('nothing to be kept', () => (sensor.tab() === null ? true : null));
});

it('after its end there is no socket, and what was said is forgotten', async () => {
  const { sensor, say, stop } = await paired();
  await say(focused);
  await told(sensor);
  await stop();
  await stop();
  expect(sensor.tab()).toBeNull();
  await expect(stat(await socketPath(folder, 'browser', 'find'))).rejects.toThrow('ENOENT');
  const again = await sensor.start();
  expect(sensor.tab()).toBeNull();
  await again();
});

it('the socket is for this user only', async () => {
  await paired();
  expect((await stat(await socketPath(folder, 'browser', 'find'))).mode & 0o077).toBe(0);
});

it.runIf(process.platform !== 'win32')(
  'where the path is too long for a socket, the extension is heard all the same, and a wipe removes that socket too',
  async () => {
    folder = join(folder, 'x'.repeat(120));
    const { sensor, say, stop } = await paired();
    const path = await socketPath(folder, 'browser', 'find');
    expect(path.startsWith(folder)).toBe(false);
    expect((await stat(path)).mode & 0o077).toBe(0);
    await say(focused);
    expect(await told(sensor)).toMatchObject({ url: focused.url });
    await stop();
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await writeFile(path, 'left behind by a process that was killed');
    await removeSocketsElsewhere(folder);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  },
);

async function paired() {
  await mkdir(join(folder, 'profile'), { recursive: true });
  await installNativeHost({
    browser: chromiumIn(join(folder, 'profile')),
    agentFolder: folder,
    hostCommand: ['/bin/false'],
  });
  const sensor = createBrowserSensor({ folder, clock });
  const stop = await sensor.start();
  onTestFinished(stop);
  const socket = await connectPaired();
  return { sensor, stop, socket, say: (word: unknown) => send(socket, word) };
}

/** Connects as the native host does, and waits until the agent says that it listens. */
async function connectPaired(): Promise<Socket> {
  const socket = connect(await socketPath(folder, 'browser', 'find'));
  onTestFinished(() => void socket.destroy());
  const token = (await readFile(pairingTokenPath(folder), 'utf8')).trim();
  socket.write(`${JSON.stringify({ token })}\n`);
  const [line] = (await once(socket, 'data')) as [Buffer];
  expect(JSON.parse(line.toString('utf8'))).toEqual({ say: 'listen' });
  return socket;
}

async function send(socket: Socket, word: unknown): Promise<void> {
  await new Promise<void>((done) => socket.write(`${JSON.stringify(word)}\n`, () => done()));
}

async function told(sensor: BrowserSensor) {
  return until('a word', () => sensor.tab());
}
