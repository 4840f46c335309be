import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Foundation } from '../../server/foundation.ts';
import { type Backup, catalogued } from '../../server/lifecycle/backup/catalogue.ts';
import { checkBackup, type How } from '../../server/lifecycle/backup/checkBackup.ts';
import { type Expired, expireBackups } from '../../server/lifecycle/backup/expireBackups.ts';
import { makeBackup } from '../../server/lifecycle/backup/makeBackup.ts';
import type { BackupParts } from '../../server/lifecycle/backup/parts.ts';
import { backupPartsOf } from '../../server/lifecycle/backup/partsOf.ts';
import { aloneWithBackups } from '../../server/lifecycle/backup/workFolder.ts';
import { systemRandom } from '../../server/random.ts';
import { DAY } from '../../shared/time.ts';
import { createMemoryTarget } from './memoryTarget.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { temporaryFolder } from './openedSqliteStore.ts';
import { prepareTwo, type TwoOrganisations } from './twoOrganisations.ts';

/** A data folder of two organisations, a place of backups in memory, and a clock that can be set. */
export interface BackedUp extends TwoOrganisations {
  readonly data: string;
  readonly foundation: Foundation;
  readonly parts: BackupParts;
  readonly target: ReturnType<typeof createMemoryTarget>;
  /** Lets so much time pass. */
  pass(ms: number): void;
  make(keepDays?: number): Promise<Backup>;
  check(one: Backup, how: How): Promise<readonly string[]>;
  expire(held?: string | null): Promise<Expired>;
  all(): Promise<readonly Backup[]>;
  dispose(): Promise<void>;
}

export async function backedUp(days = 3): Promise<BackedUp> {
  const { folder, remove } = await temporaryFolder();
  const data = join(folder, 'data');
  await mkdir(data);
  const two = await prepareTwo(data, days);
  let now = Date.now();
  const clock = { now: () => now, mono: () => now };
  const foundation = await openFoundationIn(data);
  const target = createMemoryTarget(() => now);
  const parts = { ...backupPartsOf(foundation, { clock, random: systemRandom }), target };
  return {
    ...two,
    data,
    foundation,
    parts,
    target,
    pass: (ms) => {
      now += ms;
    },
    make: (keepDays = 30) => aloneWithBackups(data, (work) => makeBackup(parts, work, { keepDays })),
    check: async (one, how) => {
      const checked = await aloneWithBackups(data, (work) => checkBackup(parts, one, work, { how }));
      return checked.detail.checked?.damage ?? ['not checked'];
    },
    expire: (held = null) => aloneWithBackups(data, () => expireBackups({ ...parts, held: async () => held })),
    all: () => catalogued(foundation.keyStore),
    dispose: async () => {
      await foundation.close();
      await remove();
    },
  };
}

export const days = (many: number): number => many * DAY;
