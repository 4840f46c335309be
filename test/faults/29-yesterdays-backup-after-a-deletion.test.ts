import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupOnHost } from '../../server/backupOnHost.ts';
import { systemClock } from '../../server/clock.ts';
import { cancelOrganisation } from '../../server/lifecycle/cancellation.ts';
import { openLedger } from '../../server/lifecycle/ledger.ts';
import { confirmOnHost, restoreDrill, restoreOnHost } from '../../server/restoreOnHost.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { ErasureId, type OrgId } from '../../shared/ids.ts';
import { DAY } from '../../shared/time.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import {
  foundIn,
  leftOf,
  piecesOf,
  prepareTwo,
  surroundings,
  type TwoOrganisations,
} from '../support/twoOrganisations.ts';

// FAULTS 29: what has ended does not come back with a backup from before.

const DAYS = 12;

describe('a backup from before a deletion', () => {
  let folder: string;
  let data: string;
  let backups: string;
  let two: TwoOrganisations;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-restoring-'));
    [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
    two = await prepareTwo(data, DAYS);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const options = (clock = systemClock) => ({ ...surroundings, clock, data, backups });
  const backup = () => backupOnHost(options(), 30);
  const nothing = { records: 0, keys: 0, opened: 0 };

  it('brings everything back but the organisation that was cancelled since, of which no byte is there', async () => {
    const ofBolt = await piecesOf(data, two.bolt);
    await backup();
    await cancelOrganisation(two.bolt, options());
    await loseRecords(data, two.acme);
    expect((await leftOf(data, two.acme)).opened).toBe(0);

    const restored = await restoreOnHost(options(), 'newest');
    expect(restored).toMatchObject({ ended: 1, images: DAYS, missingImages: 0, opened: 1 });
    expect(await leftOf(data, two.acme)).toMatchObject({ opened: DAYS });
    expect([await leftOf(data, two.bolt), await foundIn(data, ofBolt)]).toEqual([nothing, 0]);
    expect((await readdir(join(data, 'blobs', two.acme))).length).toBe(DAYS);
    await expect(restoreOnHost(options(), 'newest')).rejects.toThrow('still kept');
    expect([await confirmOnHost(data), await confirmOnHost(data)]).toEqual([true, false]);
    expect(await readdir(data)).not.toContain('before-restore');
  });

  it('brings nothing back of a person whose account ended since, though they were the only one', async () => {
    await backup();
    const foundation = await openFoundationIn(data);
    const [person] = await foundation.store.people(two.acme);
    await foundation.close();
    if (person === undefined) throw new Error('there is nobody');
    const ledger = await openLedger(data);
    const ended = { at: Date.now(), ending: ErasureId.parse(randomUUID()), org: two.acme, person: person.person };
    await ledger.append({ ...ended, state: 'committed', by: 'host', counts: {}, devices: [], leaseUntil: null });

    await restoreOnHost(options(), 'newest');
    const after = await openFoundationIn(data);
    expect(await after.store.people(two.acme)).toEqual([]);
    expect(await after.store.segments(two.acme, person.person, 'title', '2020-01-01', '2099-12-31')).toEqual([]);
    expect(await after.keyStore.countKeys(two.acme, person.person)).toBe(0);
    await after.close();
    expect((await leftOf(data, two.bolt)).opened).toBe(DAYS);
  });

  it('leaves rights, decisions and policies as they are now', async () => {
    await backup();
    const before = await openFoundationIn(data);
    const [owner] = await before.store.people(two.acme);
    if (owner === undefined) throw new Error('there is nobody');
    await before.store.changePerson(two.acme, owner.person, { role: 'employee' });
    const policies = await before.store.policies(two.acme);
    await before.close();
    await restoreOnHost(options(), 'newest');
    const after = await openFoundationIn(data);
    expect((await after.store.person(two.acme, owner.person))?.role).toBe('employee');
    expect(await after.store.policies(two.acme)).toEqual(policies);
    expect(await after.keyStore.mark('restore_epoch')).toBe(1);
    await after.close();
  });

  it('is refused in one sentence with a ledger that is missing, older, or another one', async () => {
    const older = join(folder, 'older');
    await cancelOrganisation(two.bolt, options());
    await backup();
    const ledger = join(data, 'ledger.ndjson');
    await cp(ledger, older);
    await rm(ledger);
    await expect(restoreOnHost(options(), 'newest')).rejects.toThrow(/^ledger.ndjson is missing: it does not know/);

    const lines = (await readFile(older, 'utf8')).split('\n');
    await writeFile(ledger, `${lines.slice(0, 2).join('\n')}\n`, { mode: 0o600 });
    await expect(restoreOnHost(options(), 'newest')).rejects.toThrow(/^ledger.ndjson is older/);
    await cp(older, ledger);
    await restoreOnHost(options(), 'newest');
    expect((await leftOf(data, two.acme)).opened).toBe(DAYS);
  });

  it('is refused once it has ended, and where nobody can say what must not go backwards', async () => {
    const made = await backup();
    const later = { ...systemClock, now: () => Date.now() + 31 * DAY };
    await expect(restoreOnHost(options(later), made.backup)).rejects.toMatchObject({ code: 'gone' });
    await writeFile(join(data, 'daylight.db'), 'this is no database');
    await expect(restoreOnHost(options(), 'newest')).rejects.toThrow(
      'it is not known which objections, withdrawals and roles',
    );
  });

  it('is tried by a drill beside whoever has the data open, which changes nothing', async () => {
    await backup();
    const foundation = await openFoundationIn(data);
    const before = (await readdir(data)).sort();
    expect(await restoreDrill(options(), 'newest')).toMatchObject({ images: 2 * DAYS, missingImages: 0, opened: 2 });
    expect((await readdir(data)).filter((name) => name !== 'backup.lock').sort()).toEqual(
      before.filter((name) => name !== 'backup.lock'),
    );
    expect(await foundation.keyStore.mark('restore_epoch')).toBeNull();
    await expect(restoreOnHost(options(), 'newest')).rejects.toMatchObject({ code: 'conflict' });
    await foundation.close();
  });
});

/** As a disk or an operator might. */
async function loseRecords(data: string, org: OrgId): Promise<void> {
  const connection = await connect(join(data, 'daylight.db'));
  for (const table of ['segment', 'image'])
    await connection.run(`DELETE FROM ${table} WHERE hex(org) = ?`, [org.replaceAll('-', '').toUpperCase()]);
  await connection.close();
  await rm(join(data, 'blobs', org), { recursive: true });
}
