import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { batchFile, shellScript } from '../../../../agent/platform/launcher.ts';

const run = promisify(execFile);

test.runIf(process.platform !== 'win32')(
  'on Linux and macOS each word arrives as it is, whatever is in it, with what the browser adds after them',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-launcher-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const words = ["it's here", '$HOME `id` "x"', 'a\\b%c&d;e|f', 'Jürgen 日本', '-n', 'line\nbreak'];
    const echo = ['-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--'];
    await writeFile(join(folder, 'host'), shellScript([process.execPath, ...echo, ...words]), { mode: 0o700 });
    const { stdout } = await run(join(folder, 'host'), ['chrome-extension://x/', '$(id)']);
    expect(JSON.parse(stdout)).toEqual([...words, 'chrome-extension://x/', '$(id)']);
  },
);

test('on Windows spaces, &, ^ and parentheses stand between quotes, % is doubled, and the browser’s words are quoted anew', () => {
  const node = 'C:\\Program Files (x86)\\nodejs\\node.exe';
  expect(batchFile([node, 'C:\\100% R&D ^ !x!\\nativeHost.js', 'D:\\'])).toBe(
    [
      '@echo off',
      'setlocal DisableDelayedExpansion',
      '"C:\\Program Files (x86)\\nodejs\\node.exe" "C:\\100%% R&D ^ !x!\\nativeHost.js" "D:\\\\" "%~1" "%~2"',
      '',
    ].join('\r\n'),
  );
});

test('on Windows a path in other letters is read as UTF-8, and nothing is printed that the browser would take for a message', () => {
  const text = batchFile(['node.exe', 'C:\\Users\\Jürgen Łoś\\native.js']);
  expect(text.split('\r\n').slice(1)).toEqual([
    'setlocal DisableDelayedExpansion',
    'chcp 65001 >nul',
    '"node.exe" "C:\\Users\\Jürgen Łoś\\native.js" "%~1" "%~2"',
    '',
  ]);
  expect(text.startsWith('@echo off\r\n')).toBe(true);
});

test.each(['C:\\a" & calc "', 'C:\\a\nb', 'C:\\a\rb'])(
  'on Windows a path that could end its quotes is refused: %j',
  (path) => {
    expect(() => batchFile(['node.exe', path])).toThrow('cannot be started by a browser');
  },
);
