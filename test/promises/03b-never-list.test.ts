import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { type HookEvent, listenForKinds } from '../../agent/platform/input.ts';
import { importsOf, readSource, type SourceWord, sourceFiles, wordsOf } from '../support/sourceScan.ts';

/** What no part of the agent may name: the interfaces by which such data would be had. */
const never = [
  ['webcam', /getUserMedia|getDisplayMedia|enumerateDevices|MediaRecorder|MediaStream|ImageCapture|webcam|\bcamera/i],
  ['audio', /AudioContext|AudioWorklet|SpeechRecognition|microphone|\baudio/i],
  ['key content', /key_?code|raw_?code|key_?char|key_?sym|^charCode$|UiohookKey|getModifierState|\bkeyTap\b/i],
  ['clipboard', /clipboard|pasteboard|xclip|xsel|execCommand/i],
  ['location', /geo_?location|geo_?ip|latitude|longitude|maxmind|getCurrentPosition|CLLocation/i],
  ['content of pages', /content_scripts|executeScript|scripting|<all_urls>|webRequest|debugger/],
  ['pointer position', /\b(client|page|screen|offset|movement)[XY]$/],
] as const;

/** Words that are allowed, each with its reason. */
const allowed: readonly { readonly file: string; readonly word: RegExp; readonly why: string }[] = [
  {
    file: 'shared/policy/phrases/en.ts',
    word: /^Never, whatever the settings: /,
    why: 'the sentence of the notice that promises this very list',
  },
  {
    file: 'agent/platform/activeWindow.ts',
    word: /Screen & System Audio Recording/,
    why: 'the name that macOS gives to the permission for window titles; no audio is recorded',
  },
  {
    file: 'agent/desktop/page.ts',
    word: /^webRequest$/,
    why: 'cancels every request of the shell’s own page that is not for its own files; it sees no other program’s',
  },
  {
    file: 'agent/desktop/electron.ts',
    word: /^webRequest$/,
    why: 'the part of Electron that the line above uses',
  },
  {
    file: 'agent/platform/screen.ts',
    word: /^offset[XY]$/,
    why: 'where a monitor stands among the others',
  },
];

const agentFiles = sourceFiles(['agent', 'shared'], ['.ts', '.tsx', '.js', '.mjs', '.json']);

const words = agentFiles.flatMap((file) => wordsOf(file, asSource(file, readSource(file))));

it('no source of the agent names an interface for webcam, audio, key content, clipboard, location or pages', () => {
  expect(words.length).toBeGreaterThan(5_000);
  expect(violations(words)).toEqual([]);
});

it.each([
  ['navigator.mediaDevices.getUserMedia({ video: true })', 'webcam'],
  ['const context = new AudioContext();', 'audio'],
  ["hook.on('keydown', ({ keycode }) => log(keycode))", 'key content'],
  ["hook.on('keydown', (event) => log(event['keycode']))", 'key content'],
  ["import { clipboard } from 'electron';", 'clipboard'],
  ["spawn('xclip', ['-o'])", 'clipboard'],
  ['navigator.geolocation.watchPosition(log)', 'location'],
  ['chrome.scripting.executeScript({})', 'content of pages'],
  ['window.onmousemove = (event) => log(event.clientX)', 'pointer position'],
])('the scan finds what it looks for: %s', (source, subject) => {
  expect(violations(wordsOf('planted.ts', source)).map((found) => found.subject)).toContain(subject);
});

it('each word that is allowed is in fact there, so that the list cannot outlive its reasons', () => {
  const unused = allowed.filter(
    (entry) => !words.some((word) => word.file === entry.file && entry.word.test(word.word)),
  );
  expect(unused).toEqual([]);
});

it('each native package is imported by exactly one file', () => {
  const natives = ['active-win', 'uiohook-napi', 'screenshot-desktop', 'sharp', 'get-windows'];
  const importers = natives.map((name) => [
    name,
    agentFiles.filter((file) => /\.[tj]sx?$/.test(file) && importsOf(readSource(file)).includes(name)),
  ]);
  expect(Object.fromEntries(importers)).toEqual({
    'active-win': ['agent/platform/activeWindow.ts'],
    'uiohook-napi': ['agent/platform/input.ts'],
    'screenshot-desktop': ['agent/platform/screen.ts'],
    sharp: ['agent/platform/picture.ts'],
    'get-windows': [],
  });
});

it('the browser extension asks for tabs and native messaging, and for no site', () => {
  const manifest: Record<string, unknown> = JSON.parse(readSource('agent/browser-extension/manifest.json'));
  expect(Object.keys(manifest).sort()).toEqual([
    'background',
    'default_locale', // where its words are
    'description',
    'incognito',
    'key',
    'manifest_version',
    'minimum_chrome_version',
    'name',
    'permissions',
    'version',
  ]);
  expect(manifest.permissions).toEqual(['tabs', 'nativeMessaging']);
});

it('the input adapter reads nothing of an event: its listeners take no parameter and touch no property', () => {
  const hook = new EventEmitter();
  const heard: string[] = [];
  const stop = listenForKinds(hook, (kind) => heard.push(kind));
  for (const [event, kind] of events) {
    for (const listener of hook.listeners(event)) expect(listener.length).toBe(0);
    hook.emit(event, untouchable());
    expect(heard.splice(0)).toEqual([kind]);
  }
  stop();
  for (const [event] of events) expect(hook.listenerCount(event)).toBe(0);
});

it('the event that must not be touched does say so when it is', () => {
  const event = untouchable();
  expect(() => Reflect.get(event, 'keycode')).toThrow('read');
  expect(() => Object.keys(event)).toThrow('read');
  expect(() => JSON.stringify(event)).toThrow('read');
});

const events: readonly (readonly [HookEvent, string])[] = [
  ['keyup', 'key'],
  ['mousedown', 'click'],
  ['wheel', 'scroll'],
  ['mousemove', 'move'],
];

/** An event that throws whatever is done with it. */
function untouchable(): object {
  const refuse = (): never => {
    throw new Error('the event was read');
  };
  return new Proxy({}, Object.fromEntries(proxyTraps.map((trap) => [trap, refuse])));
}

const proxyTraps = [
  ...['get', 'set', 'has', 'deleteProperty', 'ownKeys', 'getOwnPropertyDescriptor', 'defineProperty'],
  ...['getPrototypeOf', 'setPrototypeOf', 'isExtensible', 'preventExtensions'],
];

function violations(words: readonly SourceWord[]): { file: string; word: string; subject: string }[] {
  return words
    .filter(({ file, word }) => !allowed.some((entry) => entry.file === file && entry.word.test(word)))
    .flatMap(({ file, word }) =>
      never.filter(([, pattern]) => pattern.test(word)).map(([subject]) => ({ file, word, subject })),
    );
}

/** JSON is read as an expression, so that its keys and values are words too. */
function asSource(file: string, text: string): string {
  return file.endsWith('.json') ? `(${text})` : text;
}
