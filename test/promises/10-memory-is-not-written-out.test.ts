import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spillingSwitches } from '../../shared/keptInMemory.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, serverCli } from '../support/agentProcess.ts';
import { createClient } from '../support/api.ts';
import { eventually, freePort, initialiseData, startServerProcess } from '../support/daylight.ts';
import { newMarker } from '../support/markers.ts';
import { fromSource } from '../support/nodeProcess.ts';

// PROMISES 10: what a process has in memory is written out by nobody: no core file, no report of Node, no snapshot, no debugger.

describe('the server on Linux, where the system would write core files', () => {
  test('leaves none when it crashes', async () => {
    await using place = await scratch();
    expect(await crashed(place.folder, process.env['PATH'] ?? '')).toEqual([]);
  });

  test('leaves one without any of its memory where the limit cannot be set', async () => {
    await using place = await scratch();
    const bin = join(place.folder, 'bin');
    await mkdir(bin);
    for (const program of ['sh', 'bash', 'env']) await symlink(`/bin/${program}`, join(bin, program));
    for (const core of await crashed(place.folder, bin)) expect(core.length).toBeLessThan(1_000_000);
  });

  /** What core files there are after it was asked something and ended by SIGSEGV. */
  async function crashed(folder: string, path: string): Promise<Buffer[]> {
    const [data, cwd, marker] = [join(folder, 'data'), join(folder, 'cwd'), newMarker()];
    await mkdir(cwd);
    await initialiseData(data);
    const through = ['/bin/bash', '-c', `cd '${cwd}' && ulimit -c unlimited && exec "$0" "$@"`];
    const server = await startServerProcess({ data, port: await freePort(), through, env: { PATH: path } });
    await createClient(server.url).send('POST', '/session', { email: `${marker}@example.com`, password: marker });
    server.child.kill('SIGSEGV');
    await eventually('it has ended', () => server.child.exitCode !== null || server.child.signalCode !== null);
    const files = await Promise.all((await readdir(cwd)).map((name) => readFile(join(cwd, name))));
    for (const file of files) expect(file.includes(marker)).toBe(false);
    return files;
  }
});

describe('what would have Node write out memory, requests or keys', () => {
  test.each([
    [['--inspect'], {}, ['--inspect']],
    [['--inspect-brk=0.0.0.0:9229', '--import', 'tsx'], {}, ['--inspect-brk']],
    [[], { NODE_OPTIONS: '--max-old-space-size=4096 --report_on_fatalerror' }, ['--report-on-fatalerror']],
    [[], { NODE_OPTIONS: '"--heapsnapshot-signal=SIGUSR2"' }, ['--heapsnapshot-signal']],
    [['--abort-on-uncaught-exception', '--heap-prof'], {}, ['--abort-on-uncaught-exception', '--heap-prof']],
    [['--tls-keylog=/tmp/keys'], {}, ['--tls-keylog']],
    [[], { NODE_DEBUG: 'http' }, ['NODE_DEBUG']],
    [[], { DEBUG: 'express:*' }, ['DEBUG']],
    [['--import', 'tsx', '--conditions=x'], { NODE_OPTIONS: '', DEBUG: 'mine', NODE_DEBUG: '' }, []],
  ] as const)('%j %j', (execArgv, env, found) => {
    expect(spillingSwitches({ execArgv, env })).toEqual(found);
  });

  test('is refused at the start by server and agent, with what to do', async () => {
    await using place = await scratch();
    const data = join(place.folder, 'data');
    await initialiseData(data);
    const env = { NODE_OPTIONS: '--report-on-fatalerror' };
    const server = await command(serverCli, ['serve', '--data', data, '--port', '0'], env);
    expect([server.code, server.out]).toEqual([3, '']);
    expect(server.err).toMatch(/--report-on-fatalerror: with this set, Node writes out.*NODE_OPTIONS/);
    const agent = await command(agentCli, ['run', '--data', join(place.folder, 'agent')], env);
    expect(agent.code).toBeGreaterThan(0);
    expect(agent.err).toMatch(/--report-on-fatalerror: with this set, Node writes out.*NODE_OPTIONS/);
  });

  describe('and a signal', () => {
    test('opens no debugger', async () => {
      await using place = await scratch();
      const data = join(place.folder, 'data');
      await initialiseData(data);
      const server = await startServerProcess({ data, port: await freePort() });
      server.child.kill('SIGUSR1');
      await createClient(server.url).send('GET', '/session');
      expect(server.err()).not.toContain('Debugger');
      expect(await server.stop()).toBe(0);
    });
  });
});

test('an error that nobody caught ends the server with a line that says nothing of it', async () => {
  const marker = newMarker();
  const program = `await import(${JSON.stringify(serverCli)}); throw new Error(${JSON.stringify(marker)} );`;
  const child = spawn(process.execPath, [...fromSource, '--input-type=module', '-e', program, '--', '--help']);
  let heard = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, heard.includes(marker)]).toEqual([1, false]);
  expect(heard).toContain('"event":"crashed"');
});
