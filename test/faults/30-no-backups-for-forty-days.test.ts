import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupOnHost } from '../../server/backupOnHost.ts';
import { type BackedUp, backedUp, days } from '../support/backedUp.ts';
import { fakedTime } from '../support/faketime.ts';
import { fromSource, startNode } from '../support/nodeProcess.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { leftOf, prepareTwo, surroundings } from '../support/twoOrganisations.ts';

// FAULTS 30: the end of a backup is a ceiling, whether or not there is a newer one.

describe('when no backup is made for 40 days', () => {
  let backed: BackedUp;
  beforeEach(async () => {
    backed = await backedUp();
  });
  afterEach(() => backed.dispose());

  it('every one there was has ended: no key, no file, and its entry stays', async () => {
    for (const keepDays of [1, 30, 90]) {
      await backed.make(keepDays);
      backed.pass(1_000);
    }
    backed.pass(days(40));
    await backed.expire();
    expect((await backed.all()).map(({ state, wrapped }) => [state, wrapped === null])).toEqual([
      ['complete', false],
      ['expired', true],
      ['expired', true],
    ]);
    backed.pass(days(50));
    await backed.expire();
    expect((await backed.all()).every(({ wrapped }) => wrapped === null)).toBe(true);
    expect([...backed.target.files.keys()]).toEqual(['daylight-backups.json']);
    expect(await backed.all()).toHaveLength(3);
  });
});

describe('the real server, 40 days later by the clock of the machine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-forty-days-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('ends them, and says of what somebody else put there that nobody knows it, and of what is from the future that it is', async () => {
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
    const { acme } = await prepareTwo(data, 2);
    const made = await backupOnHost({ data, backups, ...surroundings }, 30);
    await writeFile(join(backups, 'theirs.txt'), 'theirs');
    await writeFile(join(backups, 'of-another-year.txt'), 'theirs');
    const later = new Date(Date.now() + days(300));
    await utimes(join(backups, 'of-another-year.txt'), later, later);
    const cli = join(import.meta.dirname, '../../server/cli.ts');
    const serve = [cli, 'serve', '--data', data, '--port', '0', '--backups', backups, '--backup-every', '744'];
    const env = { ...process.env, ...fakedTime('+40d') };
    const server = startNode([...fromSource, ...serve], { env, limitMs: 90_000 });
    await expect
      .poll(() => server.err(), { timeout: 80_000 })
      .toContain(`"event":"backup_ended","backup":"${made.backup}"`);
    await expect.poll(() => server.err(), { timeout: 80_000 }).toContain('"problem":"orphans"');
    await expect.poll(() => server.err(), { timeout: 80_000 }).toContain('"problem":"future"');
    server.process.kill('SIGTERM');
    await server.exit;

    const foundation = await openFoundationIn(data);
    const records = await foundation.keyStore.backups();
    expect(records.find(({ backup }) => backup === made.backup)).toMatchObject({ state: 'expired', wrapped: null });
    const events = await foundation.store.securityEvents(acme, 50);
    const alarms = events.filter(({ kind }) => kind === 'backup_strangers').map(({ detail }) => detail);
    expect(alarms).toContain('files lie with the backups that are from tomorrow or later');
    expect(alarms).toHaveLength(2);
    await foundation.close();
    expect((await readdir(join(backups, 'backups'))).some((name) => name.includes(made.backup))).toBe(false);
    expect(await readFile(join(backups, 'theirs.txt'), 'utf8')).toBe('theirs');
    expect((await leftOf(data, acme)).opened).toBe(2);
  }, 120_000);
});
