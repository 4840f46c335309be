import { chmod, mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { askAgent, isRunning, listenLocally } from '../../../../agent/core/localSocket.ts';
import { removeSocketsElsewhere } from '../../../../agent/core/socketPlace.ts';
import type { WindowAnswer } from '../../../../shared/protocol/window.ts';
import { scratch } from '../../../support/agentKit.ts';

const onUnix = process.platform !== 'win32';
const answer = async (): Promise<WindowAnswer> => ({ ok: true, said: 'here' });

it.runIf(onUnix)('a client that keeps its half open does not keep the agent from ending', async () => {
  await using place = await scratch();
  const socket = await listenLocally(place.folder, answer);
  const client = connect({ path: join(place.folder, 'agent.sock'), allowHalfOpen: true });
  onTestFinished(() => void client.destroy());
  client.on('error', () => undefined);
  await new Promise((connected) => client.once('connect', connected));
  await sleep(100);
  const outcome = await Promise.race([socket.close().then(() => 'closed'), sleep(9_000).then(() => 'still open')]);
  expect(outcome).toBe('closed');
});

it.runIf(onUnix)('a folder in which nothing can be made is an error, not a wait for ever', async () => {
  await using place = await scratch();
  await using _short = await temporaryFolder();
  // Longer than a path may be, but only with the name of the gate behind it.
  let long = place.folder;
  while (long.length < 4_000) long = join(long, 'x'.repeat(Math.min(200, 4_085 - long.length - 1)));
  long = join(long, 'x'.repeat(4_085 - long.length - 1));
  const outcome = await Promise.race([
    listenLocally(long, answer).then(
      () => 'listens',
      (error: Error) => error.message,
    ),
    sleep(9_000).then(() => 'waits for ever'),
  ]);
  expect(outcome).toMatch(/"agent.starting" .* could not be made or removed \(ENAMETOOLONG\)/);
});

it.runIf(onUnix)('what stands in the way of starting and cannot be removed is an error as well', async () => {
  await using place = await scratch();
  const gate = join(place.folder, 'agent.starting');
  await mkdir(join(gate, 'something'), { recursive: true });
  await utimes(gate, new Date(0), new Date(0));
  const outcome = await Promise.race([
    listenLocally(place.folder, answer).catch((error: Error) => error.message),
    sleep(9_000).then(() => 'waits for ever'),
  ]);
  expect(outcome).toMatch(/could not be made or removed \(ENOTEMPTY\)/);
});

it.runIf(onUnix)('what a killed agent left before the clock was set back delays no start', async () => {
  await using place = await scratch();
  const gate = join(place.folder, 'agent.starting');
  await mkdir(gate);
  const later = new Date(Date.now() + 3_600_000);
  await utimes(gate, later, later);
  const outcome = await Promise.race([
    listenLocally(place.folder, answer).then((socket) => socket.close().then(() => 'started')),
    sleep(9_000).then(() => 'waits for ever'),
  ]);
  expect(outcome).toBe('started');
});

it.runIf(onUnix)('a socket whose path is too long is in a folder that only this account can enter', async () => {
  await using place = await scratch();
  await using short = await temporaryFolder();
  const data = join(place.folder, 'd'.repeat(120));
  const socket = await listenLocally(data, answer);
  expect(await askAgent(data, { command: 'status' })).toEqual({ ok: true, said: 'here' });
  expect((await stat(short.shared)).mode & 0o077).toBe(0);
  await socket.close();
  await removeSocketsElsewhere(data);
  await expect(stat(short.shared)).rejects.toThrow('ENOENT');
});

it.runIf(onUnix)(
  'an agent is neither opened nor asked in a folder that others can enter or that is no folder',
  async () => {
    await using place = await scratch();
    await using short = await temporaryFolder();
    const data = join(place.folder, 'd'.repeat(120));
    expect(await isRunning(data)).toBe(false);
    for (const make of [() => mkdir(short.shared, { mode: 0o777 }), () => writeFile(short.shared, '')]) {
      await rm(short.shared, { recursive: true, force: true });
      await make();
      await chmod(short.shared, 0o777);
      await expect(askAgent(data, { command: 'status' })).rejects.toThrow('belongs to someone else');
      await expect(isRunning(data)).rejects.toThrow('belongs to someone else');
      await expect(listenLocally(data, answer)).rejects.toThrow('belongs to someone else');
    }
  },
);

/** A folder for temporary files of this test alone, with a short path. */
async function temporaryFolder() {
  const folder = join(dirname(tmpdir()) === '/' ? tmpdir() : '/tmp', `dl-${process.pid}`);
  await mkdir(folder, { mode: 0o700 });
  vi.stubEnv('TMPDIR', folder);
  return {
    folder,
    shared: join(folder, `daylight-agent-${userInfo().uid}`),
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
