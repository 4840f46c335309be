import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createBrowserSensor } from '../../../agent/platform/browser.ts';
import { pairingTokenPath } from '../../../agent/platform/browserWord.ts';
import { EXTENSION_ID, EXTENSION_ORIGIN, FIREFOX_ID } from '../../../agent/platform/extensionId.ts';
import { installNativeHost } from '../../../agent/platform/installNativeHost.ts';
import { createNativeDecoder, encodeNativeFrame } from '../../../agent/platform/nativeFrame.ts';
import { chromiumIn } from '../../../agent/platform/pairableBrowsers.ts';
import { createSystemClock } from '../../../agent/platform/system.ts';
import { until } from '../../support/desktop.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-host-'));
  return () => rm(folder, { recursive: true, force: true });
});

const word = { browser: 'chromium', private: false, focused: true, url: 'https://example.org/', title: 'Example' };

it('the id that the host allows is that of the key in the extension’s manifest', async () => {
  const { key }: { key: string } = JSON.parse(
    await readFile(join(root, 'agent/browser-extension/manifest.json'), 'utf8'),
  );
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
  const id = digest.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
  expect(EXTENSION_ID).toBe(id);
});

it('passes words on while the agent listens; what was said before and after is gone for good', async () => {
  const host = await startHost();
  host.say({ ...word, title: 'before' });
  await sleep(300);
  const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
  const stop = await sensor.start();
  await until('the host to be told to listen', () => (host.said.at(-1) === 'listen' ? true : null));
  expect(sensor.tab()).toBeNull();
  host.say(word);
  expect(await until('the word', () => sensor.tab())).toMatchObject({ title: 'Example', focused: true });
  await stop();
  await until('the host to be told to rest', () => (host.said.at(-1) === 'rest' ? true : null));
  host.say({ ...word, title: 'after' });
  const again = await sensor.start();
  onTestFinished(again);
  await until('the host to be told to listen again', () => (host.said.at(-1) === 'listen' ? true : null));
  await sleep(200);
  expect(sensor.tab()).toBeNull();
});

it('ends when the browser closes its input', async () => {
  const host = await startHost();
  host.child.stdin?.end();
  expect(await host.ended).toBe(0);
});

it.each([
  ['an unknown field', encodeNativeFrame({ ...word, keys: 3 })],
  ['a private address', encodeNativeFrame({ browser: 'chromium', private: true, url: 'https://example.org/' })],
  ['a frame that is too long', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
])('ends with a sentence, without quoting it, when the browser says %s', async (_what, bytes) => {
  const host = await startHost();
  host.child.stdin?.write(bytes);
  expect(await host.ended).toBe(2);
  expect(host.errors()).toBe(
    'daylight native host: the browser said something that is not a word of the Daylight extension\n',
  );
});

it('does not serve another extension', async () => {
  const host = await startHost('chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/');
  expect(await host.ended).toBe(2);
  expect(host.errors()).toContain('is for the Daylight browser extension');
});

it('serves the extension in Firefox, which names itself by the path of the manifest and its id', async () => {
  const host = await startHost('/home/me/.mozilla/native-messaging-hosts/org.daylight.agent.json', FIREFOX_ID);
  const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
  onTestFinished(await sensor.start());
  await until('the host to be told to listen', () => (host.said.at(-1) === 'listen' ? true : null));
  host.say({ ...word, browser: 'firefox' });
  expect(await until('the word', () => sensor.tab())).toMatchObject({ browser: 'firefox', title: 'Example' });
  host.say(word);
  expect(await host.ended).toBe(2);
  expect(host.errors()).toContain('not a word of the Daylight extension');
});

it('a Chromium cannot speak for Firefox', async () => {
  const host = await startHost();
  host.say({ ...word, browser: 'firefox' });
  expect(await host.ended).toBe(2);
});

it('finds an agent that has been started again, and is heard there', async () => {
  const host = await startHost();
  const clock = createSystemClock();
  for (const title of ['first run', 'second run']) {
    const sensor = createBrowserSensor({ folder, clock });
    const stop = await sensor.start();
    const heard = host.said.length;
    await until('the host to be told to listen', () => (host.said.slice(heard).includes('listen') ? true : null));
    host.say({ ...word, title });
    expect(await until('the word', () => sensor.tab())).toMatchObject({ title });
    await stop();
    await until('the host to be told to rest', () => (host.said.at(-1) === 'rest' ? true : null));
  }
});

it('is not heard with the secret of an earlier pairing, and is again once it has the new one', async () => {
  const host = await startHost();
  const token = await readFile(pairingTokenPath(folder), 'utf8');
  const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
  onTestFinished(await sensor.start());
  await until('the host to be told to listen', () => (host.said.at(-1) === 'listen' ? true : null));
  await writeFile(pairingTokenPath(folder), `${'0'.repeat(64)}\n`);
  const again = await startHost();
  await sleep(1_500);
  expect(again.said).toEqual([]);
  await writeFile(pairingTokenPath(folder), token);
  await until('the other host to be told to listen', () => (again.said.at(-1) === 'listen' ? true : null));
});

/** Starts the host as the browser does: by the launcher in the manifest, with the origin of the extension. */
async function startHost(...from: string[]) {
  const { launcher } = await installNativeHost({
    browser: chromiumIn(join(folder, 'profile')),
    agentFolder: folder,
    hostCommand: [process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'agent/nativeHost.ts')],
  });
  const child: ChildProcess = spawn(launcher, from.length === 0 ? [EXTENSION_ORIGIN] : from, {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  const decode = createNativeDecoder();
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const message of decode(chunk)) said.push((message as { say: string }).say);
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  child.stdin?.on('error', () => undefined);
  return {
    child,
    said,
    errors: () => errors,
    ended: once(child, 'close').then(([code]) => code as number | null),
    say: (message: unknown) => void child.stdin?.write(encodeNativeFrame(message)),
  };
}
