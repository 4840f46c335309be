import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initialise } from '../../../../server/initialise.ts';
import { startServer, type TestServer } from '../../../support/api.ts';
import { signInOwner } from '../../../support/daylight.ts';
import { eventuallyBy, openShell } from '../../../support/shellKit.ts';

test('a computer that is not enrolled shows who invites and what would be collected, and enrols on an acknowledgement', async () => {
  await using kit = await openShell({ enrolled: false });
  const server = await startServer();
  try {
    const code = await codeFor(kit, server);

    expect(kit.fake.window().loaded).toEqual(['app://daylight/enrol/']);
    expect(kit.fake.tray().words()).toEqual([
      '· This computer is not enrolled: nothing is recorded.',
      'Enrol this computer…',
      'Quit Daylight',
    ]);
    expect(await kit.fake.invoke({ command: 'status' })).toMatchObject({
      ok: false,
      problem: 'The agent is not running.',
    });
    expect(await kit.fake.invoke({ command: 'enrol', acknowledge: 1, autostart: false, ofAge: true })).toMatchObject({
      ok: false,
      problem: 'No notice has been shown yet.',
    });

    const shown = await kit.fake.invoke({ command: 'invitation', server: server.url, code });
    expect(shown).toMatchObject({
      ok: true,
      invitation: {
        organisation: 'Nordlicht',
        person: 'Olga Brandt',
        fingerprint: expect.stringMatching(/^([0-9a-f]{4} ?){16}$/),
      },
    });
    expect(await kit.fake.invoke({ command: 'enrol', acknowledge: 7, autostart: false, ofAge: true })).toMatchObject({
      ok: false,
      problem: 'The notice that was shown is another one.',
    });
    expect(existsSync(join(kit.folder, 'identity.json'))).toBe(false);

    expect(await kit.fake.invoke({ command: 'enrol', acknowledge: 1, autostart: true, ofAge: true })).toEqual({
      ok: true,
      said: 'Enrolled Olga Brandt at Nordlicht.',
    });
    expect(kit.fake.window().loaded.at(-1)).toBe('app://daylight/');
    expect(await kit.fake.invoke({ command: 'status' })).toMatchObject({
      ok: true,
      status: { person: 'Olga Brandt', state: 'stopped', key: 'encrypted under a key in the keyring of your desktop' },
    });
    await eventuallyBy(kit.clock, () => kit.fake.tray().words().includes('✓ Start Daylight when I sign in'));
  } finally {
    await server.close();
  }
});

test('a data folder that others can enter is closed before anything is kept in it, and one with something foreign in it is refused', async () => {
  await using kit = await openShell({ enrolled: false });
  const server = await startServer();
  try {
    const code = await codeFor(kit, server);
    await mkdir(kit.folder, { mode: 0o755 });
    await writeFile(join(kit.folder, 'thesis.txt'), 'of somebody');
    await kit.fake.invoke({ command: 'invitation', server: server.url, code });
    expect(await kit.fake.invoke({ command: 'enrol', acknowledge: 1, autostart: false, ofAge: true })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('something is here that Daylight did not make (thesis.txt)'),
    });
    expect(await readdir(kit.folder)).toEqual(['thesis.txt']);
    await rm(join(kit.folder, 'thesis.txt'));
    expect(await kit.fake.invoke({ command: 'enrol', acknowledge: 1, autostart: false, ofAge: true })).toMatchObject({
      ok: true,
    });
    expect((await stat(kit.folder)).mode & 0o777).toBe(0o700);
  } finally {
    await server.close();
  }
});

test('an address that nobody answers at is a sentence, and nothing is left behind', async () => {
  await using kit = await openShell({ enrolled: false });
  const asked = { command: 'invitation', server: 'http://localhost:9', code: '7K2QM-XV4ZD-N8TRC-0A5BE' };
  expect(await kit.fake.invoke(asked)).toMatchObject({ ok: false, kind: 'failed', problem: expect.any(String) });
  expect(await kit.fake.invoke({ ...asked, code: 'guess' })).toMatchObject({
    ok: false,
    kind: 'bad_request',
    problem: expect.stringContaining('expected a code like'),
  });
  expect(existsSync(kit.folder)).toBe(false);
});

/** An organisation with its owner, in whose time the shell is from then on, and a code for the owner's computer. */
async function codeFor(kit: Awaited<ReturnType<typeof openShell>>, server: TestServer): Promise<string> {
  const owner = {
    organisation: 'Nordlicht',
    ownerName: 'Olga Brandt',
    ownerEmail: 'olga@example.com',
    reactionDays: 0,
  };
  const { token, person } = await initialise(server.data, owner, { clock: server.clock });
  kit.clock.jump(server.clock.now() - kit.clock.now());
  const { code } = await (await signInOwner(server.url, token)).ok('POST', `/people/${person}/enrolment-codes`, {});
  return code;
}
