import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { REQUEST_BYTES } from '../../../../shared/protocol/window.ts';
import { preventable } from '../../../support/electronFake.ts';
import { eventuallyBy, openShell } from '../../../support/shellKit.ts';

test('the window is isolated, sandboxed and without Node, in a session that is kept in memory', async () => {
  await using kit = await openShell();
  const { webPreferences } = kit.fake.window().options;
  expect(webPreferences).toEqual({
    preload: '/opt/Daylight/preload.cjs',
    partition: 'daylight',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  });
  expect(kit.fake.window().loaded[0]).toBe('app://daylight/');
  expect(kit.fake.windows).toHaveLength(1);
  expect(kit.fake.schemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
});

test('every permission, device, download, dictionary and request to elsewhere is refused', async () => {
  await using kit = await openShell();
  const session = kit.fake.sessions.get('daylight')!;
  const granted: boolean[] = [];
  session.request!({}, 'media', (isGranted) => void granted.push(isGranted));
  expect({ granted, check: session.check!(), device: session.device!() }).toEqual({
    granted: [false],
    check: false,
    device: false,
  });
  expect(session.spellChecker).toBe(false);
  const download = preventable();
  session.emit('will-download', download);
  expect(download.prevented()).toBe(true);
  for (const url of [
    'https://example.com/',
    'http://localhost/',
    'file:///etc/passwd',
    'app://daylight.evil/',
    'blob:https://a/1',
    'data:text/html,a',
    'devtools://x/',
  ]) {
    expect([url, session.isCancelled(url)]).toEqual([url, true]);
  }
  for (const url of ['app://daylight/', 'app://daylight/a.js', 'blob:app://daylight/1']) {
    expect([url, session.isCancelled(url)]).toEqual([url, false]);
  }
});

test('the page goes nowhere else, opens no window and embeds nothing', async () => {
  await using kit = await openShell();
  const { webContents } = kit.fake.window();
  expect(webContents.openHandler!({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    const away = preventable({ url: 'https://example.com/' });
    webContents.emit(event, away);
    const home = preventable({ url: 'app://daylight/' });
    webContents.emit(event, home);
    expect([event, away.prevented(), home.prevented()]).toEqual([event, true, false]);
  }
  const webview = preventable();
  webContents.emit('will-attach-webview', webview);
  expect(webview.prevented()).toBe(true);
});

test('the one link out, to the server that this computer is enrolled at, opens in the browser of the person', async () => {
  await using kit = await openShell();
  const { webContents } = kit.fake.window();
  const answer = await kit.fake.invoke({ command: 'status' });
  const { server } = (answer as { status: { server: string } }).status;
  const home = new URL(server).href;
  for (const url of ['https://example.com/', `${home}api/v1/me`, 'file:///etc/passwd', 'app://daylight/', home]) {
    expect(webContents.openHandler!({ url })).toEqual({ action: 'deny' });
  }
  expect(kit.fake.openedOutside).toEqual([home]);
});

test('only the files of the two pages are answered, under a policy that lets nothing else in', async () => {
  await using kit = await openShell();
  const answer = kit.fake.sessions.get('daylight')!.handlers.get('app')!;
  const page = await answer(new Request('app://daylight/'));
  expect([page.status, await page.text(), page.headers.get('content-type')]).toEqual([
    200,
    'the window',
    'text/html; charset=utf-8',
  ]);
  expect(await (await answer(new Request('app://daylight/enrol/'))).text()).toBe('the enrolment');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(policy).not.toMatch(/unsafe|http|\*|data:|connect-src/);
  for (const url of [
    'app://daylight/../../etc/passwd',
    'app://daylight/%2e%2e/identity.json',
    'app://daylight/nothing',
    'app://elsewhere/',
  ]) {
    expect([url, (await answer(new Request(url))).status]).toEqual([url, 404]);
  }
  expect((await answer(new Request('app://daylight/', { method: 'POST' }))).status).toBe(404);
});

test('only the main frame of the window, on one of our pages, is answered', async () => {
  await using kit = await openShell();
  const { webContents } = kit.fake.window();
  const { mainFrame } = webContents;
  const request = { command: 'status' };
  expect(await kit.fake.invoke(request)).toMatchObject({ ok: true, status: { person: 'Mia Sommer' } });
  const foreign = [
    { sender: webContents, senderFrame: { url: 'app://daylight/' } },
    { sender: webContents, senderFrame: null },
    { sender: {}, senderFrame: mainFrame },
  ];
  for (const from of foreign)
    await expect(kit.fake.invoke(request, from)).rejects.toThrow('only the window of Daylight');
  for (const from of foreign) kit.fake.watch(from);
  mainFrame.url = 'https://example.com/';
  await expect(kit.fake.invoke(request)).rejects.toThrow('only the window of Daylight');
  kit.fake.watch();
  await kit.clock.advance(10_000);
  expect(webContents.sent).toEqual([]);
});

test('what is malformed, too long or not for a page to ask is refused with a sentence, and does nothing', async () => {
  await using kit = await openShell();
  const bad = [
    null,
    'status',
    [],
    { command: 'evil' },
    { command: 'status', more: 1 },
    { command: 'wipe' },
    { command: 'window' },
    { command: 'note', text: 'x'.repeat(3_000) },
  ];
  for (const request of bad) {
    expect([request, await kit.fake.invoke(request)]).toEqual([
      request,
      {
        ok: false,
        kind: 'bad_request',
        problem: expect.stringMatching(/^(this request is none|note: )/),
        remedy: expect.any(String),
      },
    ]);
  }
  const long = await kit.fake.invoke({ command: 'status', more: 'x'.repeat(REQUEST_BYTES) });
  expect(long).toMatchObject({ ok: false, problem: `request: expected at most ${REQUEST_BYTES} bytes` });
  const round: { command: string; self?: unknown } = { command: 'status' };
  round.self = round;
  expect(await kit.fake.invoke(round)).toMatchObject({ ok: false, kind: 'bad_request' });
  expect(kit.shell.host.state().kind).toBe('running');
});

test('who watches hears the status at once and whenever it changes, until the window is closed', async () => {
  await using kit = await openShell();
  const { webContents } = kit.fake.window();
  kit.fake.watch();
  expect(webContents.sent[0]).toMatchObject(['daylight:status', { state: 'stopped' }]);
  await kit.fake.invoke({ command: 'start', project: null, task: null });
  await eventuallyBy(kit.clock, () => webContents.sent.length > 1);
  kit.fake.window().destroy();
  await kit.clock.advance(10_000);
});

test('the preload gives the page two functions and neither Electron nor its events', async () => {
  const source = await readFile('agent/desktop/preload.cts', 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exposed: Record<
    string,
    { ask: (request: unknown) => Promise<unknown>; watch: (on: (...heard: unknown[]) => void) => () => void }
  > = {};
  const log: unknown[] = [];
  const listeners = new Map<string, (...args: unknown[]) => void>();
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: never) => void (exposed[name] = api) },
    ipcRenderer: {
      invoke: async (...args: unknown[]) => void log.push(args),
      send: (...args: unknown[]) => void log.push(args),
      on: (channel: string, listener: () => void) => void listeners.set(channel, listener),
      off: (channel: string) => void listeners.delete(channel),
    },
  };
  const required: string[] = [];
  runInNewContext(outputText, { exports: {}, require: (name: string) => (required.push(name), electron) });
  expect(required).toEqual(['electron']);
  expect(Object.keys(exposed)).toEqual(['daylight']);
  const { ask, watch, ...others } = exposed['daylight']!;
  expect(others).toEqual({});
  await ask({ command: 'status' });
  const heard: unknown[][] = [];
  const stop = watch((...args) => void heard.push(args));
  listeners.get('daylight:status')!({ sender: 'an event' }, 'the status');
  expect(log).toEqual([['daylight:ask', { command: 'status' }], ['daylight:watch']]);
  expect(heard).toEqual([['the status']]);
  stop();
  expect(listeners.size).toBe(0);
});
