import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize, organisation } from '../../server/authorize.ts';
import { backupOnHost } from '../../server/backupOnHost.ts';
import type { Foundation } from '../../server/foundation.ts';
import { type RebuildOptions, rebuildOnHost } from '../../server/rebuildOnHost.ts';
import { beginRecovery, writeRecovery } from '../../server/recoveryOnHost.ts';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import { HOUR } from '../../shared/time.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { plantLeaf } from '../support/plantLeaf.ts';
import { runCli } from '../support/runCli.ts';
import { foundIn, surroundings } from '../support/twoOrganisations.ts';
import { endingsOn, leftOfPerson, piecesOfPerson, prepareTwoPeople, type TwoPeople } from '../support/twoPeople.ts';

// FAULTS 33: the machine is lost. The newest backup and the recovery set rebuild it elsewhere; nobody who was erased is back.

const DAYS = 6;

describe('a machine that is lost', () => {
  let folder: string;
  let two: TwoPeople;
  let given: RebuildOptions;
  let ofBob: readonly Buffer[];
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-lost-'));
    const data = at('data');
    two = await prepareTwoPeople(data, DAYS);
    const first = { file: at('set.age'), again: false };
    const { identity } = await beginRecovery(first, { data, ...surroundings });
    await writeFile(at('identity'), `# made on a day\n${identity}\n`, { mode: 0o600 });
    given = {
      ...{ ...surroundings, data: at('new'), backups: at('backups') },
      ...{ recoverySet: at('set.age'), identity: at('identity') },
    };
    await changed(data, async ({ store }) => {
      const event = {
        org: two.org,
        kind: 'refused_second_factor',
        person: two.bob,
        detail: 'before the backup',
      } as const;
      await store.recordSecurityEvent({ ...event, at: surroundings.clock.now() });
    });
    ofBob = await piecesOfPerson(data, two.bob);
    await backupOnHost({ ...surroundings, data, backups: at('backups') }, 30);
    await cp(at('set.age'), at('set of the backup.age'));
    await changed(data, async (foundation) => {
      const endings = await endingsOn(foundation);
      await endings.end({ org: two.org, person: two.bob, by: 'admin' });
      await endings.close();
      await foundation.store.changePerson(two.org, two.ann, { role: 'admin' });
    });
    await rename(data, at('lost'));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function changed<T>(data: string, work: (foundation: Foundation) => Promise<T>): Promise<T> {
    const foundation = await openFoundationIn(data);
    try {
      return await work(foundation);
    } finally {
      await foundation.close();
    }
  }

  async function withFile(file: string, work: (db: Connection) => Promise<unknown>): Promise<void> {
    const db = await connect(file);
    await work(db);
    await db.close();
  }

  it('is rebuilt with everything of who is there, their rights of the last day, and nothing of who ended since the backup', async () => {
    const rebuilt = await rebuildOnHost(given, 'newest');
    expect(rebuilt).toMatchObject({
      ended: 1,
      images: DAYS,
      missingImages: 0,
      missingPeople: 0,
      off: [],
      lostKeys: [],
    });
    await changed(at('new'), async (foundation) => {
      expect(await leftOfPerson(foundation, two.org, two.ann)).toMatchObject({ opened: DAYS });
      expect(await leftOfPerson(foundation, two.org, two.bob)).toEqual({ records: 0, keys: 0, opened: 0 });
      expect((await foundation.store.people(two.org)).map(({ role }) => role)).toEqual(['admin']);
      expect(await foundation.keyStore.mark('restore_epoch')).toBe(1);
      expect(await foundation.keyStore.mark('rebuilt')).toBe(1); // by it last days wait to be confirmed
      expect((await foundation.auditLog.checkpoint(two.org)).signed.payload).toContain('"epoch":1');
    });
    expect(await foundIn(at('new'), ofBob)).toBe(0);
    const verified = await runCli('server', ['verify-audit', '--data', at('new')]);
    expect([verified.code, verified.out], 'it is on record that his entries went').toEqual([
      0,
      expect.not.stringContaining('wrong'),
    ]);
    expect((await readdir(at('new'))).sort()).toEqual(
      expect.arrayContaining(['blobs', 'daylight.db', 'keys.db', 'ledger.ndjson', 'root.key']),
    );
    expect(await readdir(at('new'))).not.toContain('restore');
    await expect(rebuildOnHost(given, 'newest')).rejects.toThrow('something is here already');
  });

  it('is refused in one sentence by what does not belong together, and leaves nothing behind', async () => {
    const into = { ...given, data: at('refused') };
    const refused = async (change: Partial<RebuildOptions>, words: string | RegExp): Promise<void> => {
      await expect(rebuildOnHost({ ...into, ...change }, 'newest')).rejects.toThrow(words);
      const left = await readdir(at('refused')).catch(() => []);
      expect(left.filter((name) => !name.includes('.lock'))).toEqual([]);
    };
    const other = at('other');
    await prepareTwoPeople(other, 1);
    const begun = await beginRecovery({ file: at('other.age'), again: false }, { data: other, ...surroundings });
    await writeFile(at('other identity'), begun.identity, { mode: 0o600 });
    await writeFile(at('open identity'), begun.identity, { mode: 0o644 });
    await writeFile(at('other key'), Buffer.alloc(32, 7), { mode: 0o600 });
    await writeFile(at('damaged.age'), 'age-encryption.org/v1\n');
    await refused({ identity: at('other identity') }, 'does not open with this identity');
    await refused({ identity: at('open identity') }, 'others can read it');
    await refused({ recoverySet: at('other.age'), identity: at('other identity') }, 'of another server');
    await refused({ recoverySet: at('damaged.age') }, 'was changed or cut short');
    await refused({ recoverySet: at('nowhere.age') }, 'cannot be read');
    await refused({ rootKey: `file:${at('other key')}` }, 'another one than that of the recovery set');
    await refused({ rootKey: `passphrase:${at('other key')}` }, 'salted');
    await refused({ backups: at('no backups') }, 'are not here');
  });

  it('is refused with a recovery set that is older than the newest backup', async () => {
    const data = at('older');
    await cp(at('lost'), data, { recursive: true });
    await cp(at('backups'), at('newer backups'), { recursive: true });
    await backupOnHost({ ...surroundings, data, backups: at('newer backups') }, 30);
    const older = {
      ...given,
      data: at('refused'),
      recoverySet: at('set of the backup.age'),
      backups: at('newer backups'),
    };
    await expect(rebuildOnHost(older, 'newest')).rejects.toThrow('older than the backups');
  });

  it('is rebuilt from a backup of before erasures were signed: what was erased then is not called missing', async () => {
    const data = at('before');
    await cp(at('lost'), data, { recursive: true });
    const later = surroundings.clock.now() + HOUR;
    const edge = await changed(data, async ({ store }) => {
      const event = { org: two.org, at: later, kind: 'refused_second_factor', person: null, detail: 'erased' } as const;
      await store.recordSecurityEvent(event);
      return store.auditEdge(two.org);
    });
    const gone = edge.size - 1;
    await withFile(join(data, 'daylight.db'), async (db) => {
      await db.run('DELETE FROM security_event WHERE seq = ?', [gone]);
      await plantLeaf(db, two.org, edge, { kind: 'erased', seq: edge.size, at: later, entries: [[gone, gone]] });
    });
    const backups = at('backups of before');
    await cp(at('backups'), backups, { recursive: true });
    await backupOnHost({ ...surroundings, data, backups }, 30);
    await withFile(join(data, 'keys.db'), (db) =>
      db.run("UPDATE mark SET value = ? WHERE name = 'erasures_signed'", [later]),
    );
    const recoverySet = at('set of before.age');
    const { identity } = await beginRecovery({ file: recoverySet, again: true }, { data, ...surroundings });
    await writeFile(at('identity of before'), identity, { mode: 0o600 });
    const into = at('after');
    await rebuildOnHost({ ...given, data: into, backups, recoverySet, identity: at('identity of before') }, 'newest');
    const { code, out } = await runCli('server', ['verify-audit', '--data', into]);
    expect([code, out]).toEqual([0, expect.not.stringContaining('wrong')]);
  });

  it('collects nothing where policies were lost, until one is published above the last that any computer can have', async () => {
    const data = at('policies');
    await cp(at('lost'), data, { recursive: true });
    const file = at('policies.age');
    const { identity } = await beginRecovery({ file, again: true }, { data, ...surroundings });
    await writeFile(at('policies identity'), identity, { mode: 0o600 });
    const last = await changed(data, async ({ control }) => {
      const actor = { org: two.org, person: two.ann, role: 'owner', managesTeams: [], complete: true } as const;
      const leave = authorize(actor, 'policy.publish', organisation(two.org));
      if (leave.kind !== 'granted') throw new Error('an owner may publish');
      for (const level of ['category', 'name'] as const) {
        const { document } = await control.current(two.org);
        const change = { baseVersion: document.version, reason: 'for this test', parameters: { app: { level } } };
        await control.publish(leave.leave, change);
      }
      return control.current(two.org);
    });
    await writeRecovery({ data, ...surroundings });
    const options = { ...given, data: at('rebuilt'), recoverySet: file, identity: at('policies identity') };
    const rebuilt = await rebuildOnHost(options, 'newest');
    expect(rebuilt?.off).toEqual([{ org: two.org, name: 'Acme' }]);
    await changed(at('rebuilt'), async ({ control }) => {
      const { document, author } = await control.current(two.org);
      expect([document.version, document.previousHash, author]).toEqual([last.document.version + 1, last.hash, null]);
      expect(new Set(Object.values(document.parameters).map(({ level }) => level))).toEqual(new Set(['off']));
    });
  });
});
