import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { scratch } from '../../support/agentKit.ts';
import { finished, fromSource, startNode } from '../../support/nodeProcess.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const starting = fileURLToPath(new URL('../../../scripts/start.ts', import.meta.url));
const trial = fileURLToPath(new URL('../../support/trialProcess.ts', import.meta.url));

it.each([
  [['--port', 'abc'], {}],
  [['--port', '70000'], {}],
  [[], { DAYLIGHT_PORT: '65536' }],
  [[], { DAYLIGHT_PORT: '' }],
])('npm start refuses the port of %j %j before it builds anything', async (args, env) => {
  const ended = await run(starting, args, env);
  expect([ended.code, ended.out]).toEqual([1, '']);
  const words = '--port (or DAYLIGHT_PORT): expected a whole number from 0 to 65535.';
  expect(ended.err).toBe(`${words} Set it to another value, or leave it out.\n`);
});

it.each([[['frob']], [['--frob']], [['--data']]])('npm start refuses %j in a sentence', async (args) => {
  const ended = await run(starting, args);
  expect([ended.code, ended.out]).toEqual([2, '']);
  expect(ended.err).toMatch(/^error: .*\n.*npm start -- --help/);
});

it('npm start says what can be given to it', async () => {
  const { code, out, err } = await run(starting, ['--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /--data <folder> .*env: DAYLIGHT_HOME.* --port <number> .*env: DAYLIGHT_PORT/,
  );
});

it('npm start says so when its folder cannot be made, before it builds anything', async () => {
  await using place = await scratch();
  const file = join(place.folder, 'file');
  await writeFile(file, '');
  const ended = await run(starting, [], { DAYLIGHT_HOME: file, DAYLIGHT_PORT: '0' });
  expect([ended.code, ended.out]).toEqual([1, '']);
  expect(ended.err).toMatch(
    /^--data \(or DAYLIGHT_HOME\): no folder can be made at .*\. Name another one, or leave it out\.\n$/,
  );
});

it('npm start ends, and its server with it, when the agent cannot be enrolled', async () => {
  await using place = await scratch();
  await writeFile(join(place.folder, 'agent'), 'in the place of the folder of the agent');
  const ended = await run(trial, [place.folder]);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain(`${join(place.folder, 'agent')} is not a folder`);
  expect(ended.err).toContain('the agent could not be enrolled; its own words are above');
  const url = /http:\/\/localhost:\d+/.exec(ended.out)?.[0] ?? '';
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it('npm start ends with the words of the server when its port is taken', async () => {
  await using place = await scratch();
  await mkdir(join(place.folder, 'home'));
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  const address = taken.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const ended = await run(trial, [join(place.folder, 'home'), port]);
  taken.close();
  expect(ended.code).toBe(1);
  expect(ended.err).toContain('another program listens there');
  expect(ended.err).toMatch(/the server did not start; its own words are above\n$/);
});

/** To its end, which is at once where it fails; a start that hangs is ended, and what it has started with it. */
async function run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = startNode([...fromSource, script, ...args], { cwd: root, env: { ...process.env, ...env } });
  const limit = setTimeout(() => started.process.kill('SIGINT'), 100_000);
  return finished(started).finally(() => clearTimeout(limit));
}
