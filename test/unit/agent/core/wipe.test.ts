import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openFolder } from '../../../../agent/core/files.ts';
import { Identity, makeDeviceKey, writeIdentity } from '../../../../agent/core/identity.ts';
import { publicKeyOf } from '../../../../agent/core/signing.ts';
import { whatIsThere, wipeFolder } from '../../../../agent/core/wipe.ts';
import { createRegistrar } from '../../../../agent/platform/registrar.ts';
import { scratch } from '../../../support/agentKit.ts';
import { agentCli, command, startAgent } from '../../../support/agentProcess.ts';
import { until } from '../../../support/scriptedServer.ts';

const OTHERS = [
  'captures/holiday.png',
  'daylight-captures/holiday.png',
  'spool/mail/inbox',
  'spool/batch-000000000001.spool',
  'agent.starting/note',
  'policy.json',
];

test('a folder that is somebody else’s stays as it is, whatever its files are called: run and wipe only say so', async () => {
  await using place = await scratch();
  await fill(place.folder, OTHERS);
  const before = await tree(place.folder);
  const ran = await command(agentCli, ['run', '--data', place.folder]);
  expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('not enrolled') });
  expect(await tree(place.folder)).toEqual(before);
  const wiped = await command(agentCli, ['wipe', '--yes', '--data', place.folder]);
  expect(wiped).toMatchObject({ code: 0, err: '', out: `There is nothing of Daylight in ${place.folder}.\n` });
  expect(await tree(place.folder)).toEqual(before);
});

test('a folder whose identity, key, policy and spool are another program’s stays as it is', async () => {
  await using place = await scratch();
  const theirs = {
    'identity.json': '{"name":"another program","schema":1}',
    'device.key': 'the TLS key of something else',
    'policy.json': '{"Version":"2012-10-17","Statement":[]}',
    'browser-token': 'a token',
    'native-host': '#!/bin/sh',
    'native-manifests.json': '["/etc/hostname"]',
    'spool.key': 'a key',
    'spool/batch-000000000001.spool': 'mail',
    'daylight-captures/holiday.png': 'a picture',
  };
  for (const folder of ['spool', 'daylight-captures']) await mkdir(join(place.folder, folder));
  for (const [name, content] of Object.entries(theirs)) await writeFile(join(place.folder, name), content);
  const wiped = await wipeFolder(place.folder, createRegistrar());
  expect([await whatIsThere(place.folder, createRegistrar()), wiped]).toEqual([[], { filesRemoved: 0, left: [] }]);
  for (const [name, content] of Object.entries(theirs)) {
    expect(await readFile(join(place.folder, name), 'utf8')).toBe(content);
  }
});

test.each([
  [
    'its policy',
    'policy.json',
    async () => JSON.stringify({ policy: null, lease: null, highest: { version: 0, hash: null } }),
  ],
  ['a begun enrolment', 'enrolment.sealed', async () => randomBytes(64)],
  ['the journal', 'recorder.sealed', async () => randomBytes(64)],
  ['what it was told', 'heard.sealed', async () => randomBytes(64)],
  ['a batch of its spool', 'spool/batch-000000000001.spool', async () => `DLSPOOL1${randomBytes(64).toString('hex')}`],
])(
  'a folder of Daylight whose identity is damaged can still be wiped: %s shows whose it is',
  async (_what, name, made) => {
    await using place = await scratch();
    await mkdir(join(place.folder, 'spool'));
    for (const broken of ['identity.json', 'device.key']) await writeFile(join(place.folder, broken), '');
    await writeFile(join(place.folder, name), await made());
    expect(await wipeFolder(place.folder, createRegistrar())).toEqual({ filesRemoved: 3, left: [] });
    await expect(readdir(place.folder)).rejects.toThrow('ENOENT');
  },
);

test('who was killed in its turn leaves nothing that a wipe does not take; what else is there stays', async () => {
  await using place = await scratch();
  await fill(place.folder, ['recorder.sealed', 'agent.starting/turn-0123456789ab', 'agent.starting/note']);
  expect(await wipeFolder(place.folder, createRegistrar())).toEqual({ filesRemoved: 2, left: [] });
  expect(await readdir(place.folder, { recursive: true })).toEqual(['agent.starting', 'agent.starting/note']);
});

test('a wipe deletes what Daylight wrote and nothing else, and needs no address that can be asked', async () => {
  await using place = await scratch();
  await enrolled(place.folder, 'http://daylight.example.com');
  await fill(place.folder, [
    ...['spool/batch-000000000001.spool', 'spool/batch-000000000001.damaged', 'spool/state.spool.tmp', 'spool.key'],
    ...[`spool/image-${randomUUID()}.spool`, 'daylight-captures/screenCapture/screen.png', 'daylight-captures/one.png'],
    'policy.json.0123456789ab.tmp',
  ]);
  const others = ['spool/mail/inbox', 'spool/batches.txt', 'captures/holiday.png', 'notes.tmp'];
  await fill(place.folder, others);
  const wiped = await command(agentCli, ['wipe', '--yes', '--data', place.folder]);
  expect(wiped).toMatchObject({ code: 0, err: '' });
  expect(wiped.out).toContain('The server could not be told');
  expect(wiped.out).toContain('Files that Daylight did not write stay there: captures, notes.tmp, spool');
  expect((await tree(place.folder)).filter((name) => /\..+$/.test(name) || name.endsWith('inbox'))).toEqual(
    others.toSorted(),
  );
});

test('what an agent left half done that was killed is gone when the next one runs, and other files are not', async () => {
  await using place = await scratch();
  await enrolled(place.folder, 'http://127.0.0.1:1');
  await fill(place.folder, [
    'daylight-captures/screen.png',
    'policy.json.0123456789ab.tmp',
    'captures/holiday.png',
    'a.tmp',
  ]);
  const agent = startAgent(place.folder);
  await until(() => agent.out().includes('Daylight runs for'));
  const left = await tree(place.folder);
  agent.process.kill('SIGINT');
  await agent.exit;
  expect(left.filter((name) => name.startsWith('daylight-captures') || name.endsWith('.tmp'))).toEqual(['a.tmp']);
  expect(left).toContain('captures/holiday.png');
});

async function enrolled(folder: string, server: string): Promise<void> {
  const files = await openFolder(folder);
  const key = await makeDeviceKey(files);
  const [org, person, device] = [randomUUID(), randomUUID(), randomUUID()];
  const [organisation, personName, serverKey] = ['Example', 'Mia', publicKeyOf(key)];
  const rest = { organisation, personName, serverKey, policyKey: serverKey, ca: null, enrolledAt: 1_795_212_000_000 };
  await writeIdentity(files, Identity.parse({ schema: 1, server, org, person, device, ...rest }), key, randomBytes(12));
}

async function fill(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), name.endsWith('.key') ? randomBytes(32) : 'x', { mode: 0o600 });
  }
}

async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
