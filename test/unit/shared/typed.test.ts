import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { asTyped, howTyped } from '../../../shared/typed.ts';

const at = (script: string, args: readonly string[] = [], env: Record<string, string> = {}, platform = 'linux') =>
  howTyped('daylight-agent', { argv: ['/usr/bin/node', script, ...args], env, cwd: '/home/ada/daylight', platform });
const NOTICE = 'Read it with "daylight-agent notice", then "daylight-agent notice accept 3".';

test.each([
  ['installed', at('/usr/bin/daylight-agent'), 'daylight-agent'],
  [
    'by npx',
    at('/home/ada/.npm/_npx/1/node_modules/.bin/daylight-agent', [], { npm_command: 'exec' }),
    'npx daylight-agent',
  ],
  ['as it was built', at('/home/ada/daylight/dist/agent/cli.js'), 'node dist/agent/cli.js'],
  ['as it was built, elsewhere', at('/srv/my daylight/cli.js'), "node '/srv/my daylight/cli.js'"],
  ['from its sources', at('/home/ada/daylight/agent/cli.ts'), 'daylight-agent'],
])('a command that is %s is said as it can be typed', (_, typed, start) => {
  expect(asTyped(NOTICE, typed)).toBe(`Read it with "${start} notice", then "${start} notice accept 3".`);
});

test('a data folder that was given as an option stands in every command', () => {
  const script = '/home/ada/daylight/dist/agent/cli.js';
  for (const args of [
    ['run', '--data', '/home/ada/daylight/.daylight/agent'],
    ['run', '--data=.daylight/agent'],
  ]) {
    expect(asTyped('Run "daylight-agent extension", then start again.', at(script, args))).toBe(
      'Run "node dist/agent/cli.js extension --data .daylight/agent", then start again.',
    );
  }
  const elsewhere = at(script, ['run', '--data', '/srv/my data']);
  expect(asTyped('`daylight-agent idle keep`', elsewhere)).toBe(
    "`node dist/agent/cli.js idle keep --data '/srv/my data'`",
  );
});

test('of data folders that are given twice, in whatever form, every command says the last, as the program takes it', () => {
  for (const args of [
    ['run', '--data', '/first', '--data=/last'],
    ['run', '--data=/first', '--data', '/last'],
  ]) {
    expect(asTyped('"daylight-agent notice"', at('/usr/bin/daylight-agent', args))).toBe(
      '"daylight-agent notice --data /last"',
    );
  }
});

test.runIf(process.platform !== 'win32')('a shell reads every folder as it was given', () => {
  for (const data of [
    "/home/o'neil/d x",
    '/srv/back\\slash',
    '/srv/~x',
    '/srv/$HOME `id` "a"',
    "'",
    '~',
    'plain/one',
  ]) {
    const line = asTyped('"daylight-agent notice"', at('/usr/bin/daylight-agent', ['run', '--data', data])).slice(
      1,
      -1,
    );
    const script = `${line.replace(/^daylight-agent/, 'set --')}; printf %s "$3"`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8', cwd: '/' })).toBe(data);
  }
});

test('on Windows a folder is quoted as its shells and programs read it', () => {
  const said = (data: string) =>
    asTyped('"daylight-agent notice"', at('C:\\npm\\daylight-agent', ['run', '--data', data], {}, 'win32'));
  expect(['C:\\data', "C:\\o'neil", 'C:\\my data\\', 'C:\\PROGRA~1'].map(said)).toEqual([
    '"daylight-agent notice --data C:\\data"',
    `"daylight-agent notice --data "C:\\o'neil""`,
    '"daylight-agent notice --data "C:\\my data\\\\""',
    '"daylight-agent notice --data C:\\PROGRA~1"',
  ]);
});

test('what already says its folder, and what asks for help, is left without a second one', () => {
  const typed = at('/usr/bin/daylight-agent', ['status', '--data', 'mine']);
  const lines = ['"daylight-agent run --data theirs"', '"daylight-agent --help"'];
  expect(lines.map((line) => asTyped(line, typed))).toEqual(lines);
});

test('JSON stays JSON, and the other program keeps its name', () => {
  const typed = at('/srv/my daylight/cli.js', ['status', '--data', 'mine']);
  const lines = [JSON.stringify({ why: NOTICE }), 'run "daylight-server init"', 'the package daylight-agent'];
  expect(lines.map((line) => asTyped(line, typed))).toEqual(lines);
});
