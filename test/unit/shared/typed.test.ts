import { expect, test } from 'vitest';
import { asTyped, howTyped } from '../../../shared/typed.ts';

const at = (script: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  howTyped('daylight-agent', { argv: ['/usr/bin/node', script, ...args], env, cwd: '/home/ada/daylight' });
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
