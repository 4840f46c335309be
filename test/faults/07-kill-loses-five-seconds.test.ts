import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { writeIdentity } from '../../agent/core/identity.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { SECOND } from '../../shared/time.ts';
import { scratch, systemRandom } from '../support/agentKit.ts';
import { agentCli, command } from '../support/agentProcess.ts';
import { runAgent } from '../support/daylight.ts';
import { startScriptedServer, until } from '../support/scriptedServer.ts';

// DESIGN 5: kill -9 loses at most five seconds. What is counted from: the last tick before the kill. A tick comes every
// five seconds and its own work (a reading of the window, one fsync) takes a moment; that moment is allowed for here.
const MOST_LOST_MS = 5 * SECOND + 1_000;
const KEY_EVERY_MS = 100;
const clock = createSystemClock();
const script = {
  name: 'one program, one key every tenth of a second',
  machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
  timezone: 'Europe/Berlin',
  events: [
    { at: 0, do: 'front', app: 'Code', program: 'code', title: 'afternoon.ts - Code' },
    { at: 10, do: 'input', kind: 'key', count: 1_000, everyMs: KEY_EVERY_MS },
  ],
};

interface Sent {
  readonly parameter: string;
  readonly at: number;
  readonly span: number;
  readonly event?: string;
  readonly cause?: string;
  readonly keys?: number;
}

test.each([8_500, 23_400])(
  'kill -9 after %i ms of a session: at most five seconds of programs, titles and keys are missing, nothing twice',
  async (after) => {
    await using place = await scratch();
    const data = join(place.folder, 'agent');
    const day = join(place.folder, 'day.json');
    await writeFile(day, JSON.stringify(script));
    const server = await startScriptedServer(() => clock.now());
    try {
      const files = await openFolder(data);
      await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
      await writeIdentity(files, server.identity, server.deviceKey, systemRandom.bytes(12));
      server.publish((policy) => {
        policy.parameters.app.level = 'name';
        policy.parameters.title.level = 'full';
        policy.parameters.activity.level = 'counts';
      });
      const first = await runAgent(data, day);
      await until(() => server.receipts.length > 0);
      expect(await command(agentCli, ['start', '--data', data])).toMatchObject({ code: 0, err: '' });
      await setTimeout(after);
      const killedAt = Date.now();
      first.process.kill('SIGKILL');
      await first.exit;
      expect(await inTheClear(data, ['afternoon', 'Code', 'lastEvidence', 'unfinished'])).toEqual([]);

      const second = await runAgent(data, day);
      const all = (): Sent[] =>
        [...new Map(server.batches.map((b) => [b.seq, b])).values()].flatMap(
          ({ observations }) => observations as unknown as Sent[],
        );
      // What the dead process left is closed and sent when this one ends.
      await until(() => second.out().includes('Connected.'));
      second.process.kill('SIGTERM');
      await second.exit;

      const sessions = all().filter(({ parameter }) => parameter === 'session');
      expect(sessions.map(({ event, cause }) => `${event} ${cause}`)).toEqual(['start employee', 'stop crash']);
      const started = sessions[0]?.at ?? 0;
      expect(killedAt - (sessions[1]?.at ?? 0)).toBeLessThanOrEqual(MOST_LOST_MS);
      for (const parameter of ['app', 'title'] as const) {
        const readings = all().filter((one) => one.parameter === parameter);
        const seconds = readings.reduce((sum, { span }) => sum + span, 0);
        expect([parameter, killedAt - started - seconds <= MOST_LOST_MS]).toEqual([parameter, true]);
        expect(seconds).toBeLessThanOrEqual(killedAt - started);
      }
      const counts = all().filter(({ parameter }) => parameter === 'activity');
      const keys = counts.reduce((sum, one) => sum + (one.keys ?? 0), 0);
      const pressed = (killedAt - started) / KEY_EVERY_MS;
      expect(keys).toBeGreaterThanOrEqual(pressed - MOST_LOST_MS / KEY_EVERY_MS - 5);
      expect(keys).toBeLessThanOrEqual(pressed + 1);
    } finally {
      await server.close();
    }
  },
);

/** Files of the data folder, but those of policy and identity, in which one of the words stands. */
async function inTheClear(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (words.some((word) => bytes.includes(word))) found.push(entry.name);
  }
  return found;
}
