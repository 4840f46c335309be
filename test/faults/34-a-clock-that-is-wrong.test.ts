import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../server/initialise.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { addDays, DAY, type Day, dayOf, HOUR } from '../../shared/time.ts';
import { fakedTime } from '../support/faketime.ts';
import { finished, fromSource, type Started, startNode } from '../support/nodeProcess.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { plant } from '../support/plantedPerson.ts';

// FAULTS 34: the real server, in a process whose clock is another one.

const cli = fileURLToPath(new URL('../../server/cli.ts', import.meta.url));

let folder: string;
let data: string;
let org: OrgId;
let owner: PersonId;
let days: readonly Day[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-clock-'));
  data = join(folder, 'data');
  const begun = { organisation: 'Acme', ownerName: 'Ada', ownerEmail: 'ada@example.com' };
  const made = await initialise(data, begun);
  ({ org, person: owner } = made);
  // Notes are kept for 60 days, app names for 60, titles for 30, pictures for 14.
  days = [-3, -2, -1].map((ago) => addDays(dayOf(Date.now()), ago));
  await plant(data, { org, person: owner, canary: 'ada', days });
}, 120_000);
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `by`: as faketime reads it, such as +365d. */
function startAt(by: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  return startNode([...fromSource, cli, ...args, '--data', data], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...fakedTime(by), ...env },
    limitMs: 120_000,
  });
}

/** Serves until `isDone` says so of what it has written. */
async function serve(by: string, isDone: (log: string) => boolean): Promise<string> {
  const server = startAt(by, ['serve', '--port', '0']);
  const until = Date.now() + 80_000;
  while (!isDone(server.out() + server.err()) && Date.now() < until && server.process.exitCode === null)
    await setTimeout(100);
  server.process.kill('SIGTERM');
  if (server.process.exitCode === null) await once(server.process, 'exit');
  await server.exit;
  return server.err();
}

const isServing = (said: string) => said.includes('Daylight listens');

async function stored(): Promise<readonly string[]> {
  const foundation = await openFoundationIn(data);
  const ages = await foundation.store.ages(org);
  await foundation.close();
  return parameterIds.flatMap((id) => ages.filter((one) => one.parameter === id).map(({ day }) => `${id} ${day}`));
}

describe('a server whose clock is wrong', () => {
  test.each(['+365d', '-365d'])(
    '%s destroys nothing, says so in its log and to whoever asks on the host',
    async (by) => {
      await serve('+0d', isServing);
      const before = await stored();
      const log = await serve(`${by} x10`, (text) => text.includes('"event":"clock"'));
      expect(log).toContain(`"state":"clock_${by.startsWith('+') ? 'ahead' : 'behind'}"`);
      expect(await stored()).toEqual(before);
      const asked = await finished(startAt(by, ['clock']));
      expect([asked.code, asked.err]).toEqual([6, '']);
      expect(asked.out).toContain('daylight-server clock --confirm');
    },
    240_000,
  );
});

describe('a server that runs on', () => {
  test('sweeps on the day after the last one, and not on that day; a year ahead it waits until the clock is confirmed', async () => {
    await serve('+0d', isServing);
    const before = await stored();
    const titles = before.filter((one) => one.startsWith('title'));
    expect(titles).toHaveLength(3);
    // Within what is believed after a stop: by less than a day at a time the clock goes on to the last day of the oldest.
    const [oldest = ''] = days;
    const midnight = Date.parse(`${addDays(oldest, 31)}T00:00:00Z`);
    const ahead = (at: number) => `+${Math.round((at - Date.now()) / 1_000)}s x10`;
    await finished(startAt(ahead(midnight - 2 * HOUR).split(' ')[0] ?? '', ['clock', '--confirm']));
    await serve(ahead(midnight - 2 * HOUR), isSwept);
    expect((await stored()).filter((one) => one.startsWith('title'))).toEqual(titles);
    await serve(ahead(midnight + HOUR), isSwept);
    expect((await stored()).filter((one) => one.startsWith('title'))).toEqual(titles.slice(1));
    const rest = await stored();
    await serve(ahead(midnight + 365 * DAY), (log) => log.includes('"event":"clock"'));
    expect(await stored()).toEqual(rest);
    await finished(startAt(ahead(midnight + 365 * DAY).split(' ')[0] ?? '', ['clock', '--confirm']));
    await serve(ahead(midnight + 365 * DAY), isSwept);
    expect(await stored()).toEqual([]);
  }, 400_000);
});

const isSwept = (log: string) => log.includes('"event":"retention"');
