import { execFile, execFileSync } from 'node:child_process';
import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../shared/time.ts';
import { scratch } from '../support/agentKit.ts';
import { addMember } from '../support/api.ts';
import {
  enrolOwnDevice,
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  type Serving,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { sendNumbered } from '../support/numberedSender.ts';
import { compileLayer } from '../support/unsynced/unsynced.ts';

// FAULTS 24, as a process: the disk is full, or fails, while batches come in. What was acknowledged survives, the server says
// what is wrong, and goes on by itself when the disk does.

interface Trouble {
  readonly serving: Partial<Serving>;
  begin(pid: number): Promise<void>;
  end(pid: number): Promise<void>;
  /** Small files cannot be written either, which is what the health check looks at. */
  readonly isForAll: boolean;
}

async function survives(data: string, trouble: Trouble): Promise<void> {
  const port = await freePort();
  const token = await initialiseData(data);
  const serving = { ...trouble.serving, data, port };
  let server = await startServerProcess(serving);
  let sender: ReturnType<typeof sendNumbered> | null = null;
  try {
    const { url } = server;
    const owner = await signInOwner(url, token);
    const notice = await publishLevels(owner, { notes: 'on' });
    const clock = { now: () => Date.now(), advance: () => undefined };
    const person = await addMember({ url, clock }, owner, 'employee', { name: 'Rae', email: 'rae@example.com' });
    const device = await enrolOwnDevice(url, owner, person.person, notice);
    const began = dayOf(Date.now());
    const contentOf = (seq: number) => [0, 1].map((part) => noteOf(`n-${seq}-${part}`));
    sender = sendNumbered({ port, device, policyVersion: notice, inFlight: 8, contentOf });
    const { acknowledged } = sender;
    await eventually('batches are acknowledged', () => acknowledged.size > 20);

    const welcomed = sender.connections();
    const pid = Number(server.child.pid);
    await trouble.begin(pid);
    await eventually('the server refuses', () => server.err().includes('agent_failed'));
    expect(server.err()).toContain('"name":"StoreError","code":"full"');
    const health = async () => (await fetch(`${url}/healthz`)).status;
    if (trouble.isForAll) await eventually('it says that it is not well', async () => (await health()) === 503);
    const during = acknowledged.size;

    await trouble.end(pid);
    await eventually('batches are acknowledged again', () => acknowledged.size > during + 20);
    await eventually('it says that it is well', async () => (await health()) === 200);
    // The same process, and the agent was told to come again rather than left hanging.
    expect([server.child.exitCode, sender.connections() > welcomed]).toEqual([null, true]);
    const last = await sender.finish();
    expect([sender.violations, acknowledged.size]).toEqual([[], last]);

    await server.kill();
    server = await startServerProcess({ data, port });
    const found: unknown[] = [];
    for (const day of new Set([began, dayOf(Date.now())])) {
      const query = `day=${day}&parameter=notes&purpose=own_data`;
      const { observations } = await person.client.ok('GET', `/people/${person.person}/observations?${query}`);
      found.push(...observations.map(({ note }: { note: string }) => note));
    }
    const expected = Array.from({ length: last }, (_, index) => [`n-${index + 1}-0`, `n-${index + 1}-1`]).flat();
    expect(found.length).toBe(expected.length);
    expect(new Set(found)).toEqual(new Set(expected));
  } finally {
    sender?.stop();
    await server.kill();
  }
}

function noteOf(note: string) {
  return { parameter: 'notes', level: 'on', note };
}

test('a disk that fails to write: what was acknowledged survives, and the server goes on when the disk does', async () => {
  await using place = await scratch();
  const folder = await realpath(place.folder);
  const [data, broken] = [join(folder, 'data'), join(folder, 'broken')];
  const library = await compileLayer('failing', folder);
  await survives(data, {
    serving: { env: { LD_PRELOAD: library, FAILING_FOLDER: data, FAILING_SWITCH: broken } },
    begin: () => writeFile(broken, ''),
    end: () => rm(broken),
    isForAll: true,
  });
}, 600_000);

test('a limit on the size of files: what was acknowledged survives, and the server goes on when it is lifted', async () => {
  await using place = await scratch();
  const limit = (pid: number, size: string) =>
    promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${size}:`]).then(() => undefined);
  await survives(join(place.folder, 'data'), {
    // The signal that comes with the refusal is ignored, so that the write fails instead.
    serving: { through: ['bash', '-c', `trap '' XFSZ; exec "$@"`, 'server'] },
    begin: (pid) => limit(pid, '1024'),
    end: (pid) => limit(pid, 'unlimited'),
    isForAll: false,
  });
}, 600_000);

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(canMount)('on a small disk of its own (needs root on Linux to mount one)', () => {
  test('a full disk: what was acknowledged survives, and the server goes on when there is room', async () => {
    await using place = await scratch();
    const disk = join(place.folder, 'disk');
    execFileSync('mkdir', [disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'daylight-test', disk]);
    try {
      await survives(join(disk, 'data'), {
        serving: {},
        // All that is left, to the last block.
        begin: () => fill(join(disk, 'ballast')),
        end: () => rm(join(disk, 'ballast')),
        isForAll: true,
      });
    } finally {
      execFileSync('umount', [disk]);
    }
  }, 600_000);
});

async function fill(path: string): Promise<void> {
  await promisify(execFile)('dd', ['if=/dev/zero', `of=${path}`, 'bs=4k']).catch(() => undefined);
}
