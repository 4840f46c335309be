import { DAY, type UnixMs } from '../../../shared/time.ts';
import type { Backup } from './catalogue.ts';
import { FILES, folderOf, POOL } from './manifest.ts';
import { MARK } from './place.ts';
import type { BackupTarget } from './target.ts';

/** What lies at the place of the backups and should not. It is said, and never taken away: somebody has to look at it. */
export interface Strangers {
  /** Files that no backup of ours names, and links, whatever their name; and of these the first few by name. */
  readonly orphans: number;
  readonly orphanNames: readonly string[];
  /** Files and backups that are from tomorrow or later: a clock was set, or somebody put them there. */
  readonly future: number;
  readonly futureNames: readonly string[];
  /** When the newest was put there of what looks like a backup that the key store does not know. */
  readonly newestUnknownBackup: UnixMs | null;
}

const NAMES = 5;
const IMAGE = /^images\/[0-9a-f-]{36}\/[0-9a-f]{32}$/;

export async function strangersAt(target: BackupTarget, known: readonly Backup[], now: UnixMs): Promise<Strangers> {
  const ours = new Set(known.flatMap((one) => FILES.map((file) => `${folderOf(one)}/${file}`)));
  const orphans: string[] = [];
  const future = known.filter((one) => one.wrapped !== null && one.at > now + DAY).map(folderOf);
  let newestUnknownBackup: UnixMs | null = null;
  for await (const { name, at, isLink } of target.list('')) {
    if (at > now + DAY) future.push(name);
    // What no backup names any more of the images goes by itself.
    if (!isLink && (ours.has(name) || name === MARK || IMAGE.test(name))) continue;
    orphans.push(isLink ? `${name} (link)` : name);
    if (!isLink && name.startsWith('backups/')) newestUnknownBackup = Math.max(newestUnknownBackup ?? 0, at);
  }
  return {
    orphans: orphans.length,
    orphanNames: orphans.slice(0, NAMES),
    future: future.length,
    futureNames: future.slice(0, NAMES),
    newestUnknownBackup,
  };
}

export function isImage(name: string): boolean {
  return name.startsWith(POOL) && IMAGE.test(name);
}
