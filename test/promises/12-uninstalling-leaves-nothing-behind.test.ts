import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { EntryAnswer, WindowNews } from '../../shared/protocol/window.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, serverCli, start, startAgent } from '../support/agentProcess.ts';
import type { Started } from '../support/nodeProcess.ts';
import { until } from '../support/scriptedServer.ts';

const run = promisify(execFile);

test('wipe deletes spool, keys and identity, looks again, and the server refuses the id from then on', async () => {
  await using place = await scratch();
  const server = await trialServer(place.folder);
  const data = join(place.folder, 'agent');
  const kept = join(place.folder, 'kept');
  try {
    const enrolled = await command(agentCli, [
      'enrol',
      '--data',
      data,
      '--server',
      server.url,
      '--code',
      await server.code(),
      '--of-age',
      '--accept-notice',
      '1',
    ]);
    expect(enrolled).toMatchObject({ code: 0, err: '' });
    expect(enrolled.out).toContain('Working sessions');
    const again = await command(agentCli, [
      'enrol',
      '--data',
      data,
      '--server',
      server.url,
      '--code',
      await server.code(),
      '--of-age',
      '--later',
    ]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('enrolled already') });

    const agent = startAgent(data);
    await until(() => agent.out().includes('Connected.'));
    expect(await command(agentCli, ['start', '--data', data, '--project', 'Website'])).toMatchObject({ code: 0 });
    await copyIdentity(data, kept);
    const wiped = await command(agentCli, ['wipe', '--data', data, '--yes']);
    expect(wiped).toMatchObject({ code: 0, err: '' });
    expect(wiped.out).toContain('this will be deleted for good');
    expect(wiped.out).toContain('The server has retired this device');
    expect(await agent.exit).toBe(0);
    await expect(readdir(data)).rejects.toThrow('ENOENT');

    // Someone has kept a copy of identity and key: the server takes nothing from them, and has them deleted too.
    const copy = startAgent(kept);
    expect(await copy.exit).toBe(0);
    expect(copy.out()).toContain('By order of your organisation');
    await expect(readdir(kept)).rejects.toThrow('ENOENT');
  } finally {
    await server.close();
  }
});

test('a window that is open when the organisation retires the device says who ordered it, and what was deleted', async () => {
  await using place = await scratch();
  const server = await trialServer(place.folder);
  const data = join(place.folder, 'agent');
  try {
    const enrolment = ['--server', server.url, '--code', await server.code(), '--of-age', '--accept-notice', '1'];
    expect(await command(agentCli, ['enrol', '--data', data, ...enrolment])).toMatchObject({ code: 0 });
    const agent = startAgent(data);
    await until(() => agent.out().includes('Connected.'));
    const window = await command(agentCli, ['window', '--no-open', '--data', data]);
    const stream = await watchWindow(/http:\S+#\S+/.exec(window.out)?.[0] ?? '');
    const { device } = JSON.parse((await command(agentCli, ['status', '--json', '--data', data])).out);
    await server.retire(device);
    const last = WindowNews.parse(JSON.parse((await stream.text()).trim().split('\n').at(-1) ?? ''));
    const report = { retired: true, filesRemoved: expect.any(Number), left: [] };
    expect(last).toEqual({ kind: 'wiped', cause: 'retired', report });
    expect(await agent.exit).toBe(0);
    if (last.kind === 'wiped') expect(agent.out()).toContain(`${last.report.filesRemoved} files with keys and data`);
  } finally {
    await server.close();
  }
});

test('wipe without a running agent retires the device as well, and asks nobody who is not there', async () => {
  await using place = await scratch();
  const server = await trialServer(place.folder);
  const data = join(place.folder, 'agent');
  try {
    await command(agentCli, [
      'enrol',
      '--data',
      data,
      '--server',
      server.url,
      '--code',
      await server.code(),
      '--of-age',
      '--later',
    ]);
    const refused = await command(agentCli, ['wipe', '--data', data]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('nothing was deleted') });
    expect((await readdir(data)).sort()).toEqual(['device.key', 'identity.json', 'policy.json']);
    const wiped = await command(agentCli, ['wipe', '--data', data, '--yes']);
    expect(wiped.out).toContain('The server has retired this device');
    await expect(readdir(data)).rejects.toThrow('ENOENT');
  } finally {
    await server.close();
  }
});

test('wipe finds what a killed agent left, and what was written into browsers, and leaves what is not its own', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'agent');
  const [mine, moved] = [join(place.folder, 'chromium'), join(place.folder, 'brave')];
  for (const profile of [mine, moved]) {
    await mkdir(profile);
    expect(await command(agentCli, ['extension', '--data', data, '--profile', profile])).toMatchObject({ code: 0 });
  }
  // The second browser was paired with another agent since.
  expect(
    await command(agentCli, ['extension', '--data', join(place.folder, 'other'), '--profile', moved]),
  ).toMatchObject({ code: 0 });
  await killedListening(data);
  const leftovers = ['browser-token.0123456789ab.new', 'native-host.0123456789ab.new', 'policy.json.0123456789ab.tmp'];
  for (const name of [...leftovers, 'spool.key']) await writeFile(join(data, name), 'x');
  for (const name of ['agent.starting', 'daylight-captures']) await mkdir(join(data, name));
  await writeFile(join(data, 'daylight-captures', 'screen.png'), 'a picture');
  await writeFile(join(data, 'my own notes.txt'), 'mine');

  const wiped = await command(agentCli, ['wipe', '--data', data, '--yes']);
  expect(wiped).toMatchObject({ code: 0, err: '' });
  expect(wiped.out).toContain(join(mine, 'NativeMessagingHosts'));
  expect(wiped.out).toContain('my own notes.txt');
  expect(wiped.out).toContain('remove it on chrome://extensions');
  expect(await readdir(data)).toEqual(['my own notes.txt']);
  expect(await readdir(mine)).toEqual([]);
  expect(await readdir(join(moved, 'NativeMessagingHosts'))).toEqual(['org.daylight.agent.json']);
});

/** Leaves the sockets of an agent that was killed: files that nobody listens at. */
async function killedListening(folder: string): Promise<void> {
  const script = `const net = require('node:net'); let open = 0;
    for (const name of ['agent.sock', 'browser.sock'])
      net.createServer().listen(require('node:path').join(process.argv[1], name), () => ++open === 2 && process.kill(process.pid, 'SIGKILL'));`;
  await run(process.execPath, ['-e', script, folder]).catch(() => undefined);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['agent.sock', 'browser.sock']));
}

/** Opens the page's stream as the page does. */
async function watchWindow(address: string): Promise<Response> {
  const { origin, hash } = new URL(address);
  const headers = { 'content-type': 'application/json' };
  const entered = await fetch(`${origin}/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token: hash.slice(1) }),
  });
  const { secret } = EntryAnswer.parse(await entered.json());
  return fetch(`${origin}/watch`, { headers: { authorization: `Bearer ${secret}` } });
}

async function copyIdentity(from: string, to: string): Promise<void> {
  const [source, target] = [await openFolder(from), await openFolder(to)];
  for (const name of ['identity.json', 'device.key', 'policy.json']) {
    await target.write(name, (await source.read(name)) ?? '');
  }
}

interface TrialServer {
  readonly url: string;
  code(): Promise<string>;
  retire(device: string): Promise<void>;
  close(): Promise<void>;
}

/** The built server with a new organisation; codes are made by its owner, over REST. */
async function trialServer(folder: string): Promise<TrialServer> {
  const data = join(folder, 'server');
  const owner = [
    '--organisation',
    'Trial',
    '--owner-name',
    'Owner',
    '--owner-email',
    'owner@example.com',
    '--reaction-days',
    '0',
  ];
  const made = await command(serverCli, ['init', '--data', data, ...owner, '--json']);
  const { token, person } = JSON.parse(made.out) as { token: string; person: string };
  const running: Started = start(serverCli, ['serve', '--data', data, '--port', '0', '--json']);
  await until(() => running.out().includes('listening'));
  const { url } = JSON.parse(running.out().split('\n')[0] ?? '') as { url: string };
  let cookie = '';
  const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', 'x-daylight': 'test', cookie };
    const response = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    const set = response.headers.getSetCookie()[0]?.split(';')[0];
    if (set !== undefined) cookie = set;
    if (!response.ok) throw new Error(await response.text());
    return response.status === 204 ? null : response.json();
  };
  await call('POST', '/session/link', { token });
  await call('PUT', '/account/password', { password: 'correct horse battery staple' });
  return {
    url,
    code: async () => ((await call('POST', `/people/${person}/enrolment-codes`, {})) as { code: string }).code,
    async retire(device) {
      await call('DELETE', `/people/${person}/devices/${device}`, {});
    },
    async close() {
      running.process.kill('SIGTERM');
      await running.exit;
    },
  };
}
