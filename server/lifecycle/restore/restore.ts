import { createHash } from 'node:crypto';
import { link, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import { type BackupId, OrgId } from '../../../shared/ids.ts';
import { DAY, dayOf } from '../../../shared/time.ts';
import { syncFolder, writeDurably } from '../../durable.ts';
import { segmentScope } from '../../ingest/scopes.ts';
import { readHeld } from '../../records/holds.ts';
import type { BroughtBack, HeldDays } from '../../store/sqlite/broughtBack.ts';
import { openBroughtBack } from '../../store/sqlite/broughtBack.ts';
import { storeError } from '../../store/sqlite/failure.ts';
import { openSqliteStore } from '../../store/sqlite/store.ts';
import { type NamedImage, requireWhole } from '../../store/sqlite/wholeCopy.ts';
import type { KeyStore, Store } from '../../store/store.ts';
import { unlessLost, type Vault } from '../../vault/vault.ts';
import type { Backup } from '../backup/catalogue.ts';
import { writeDatabase } from '../backup/checkBackup.ts';
import { DamagedBackup } from '../backup/damage.ts';
import { endOf } from '../backup/expireBackups.ts';
import {
  fromTarget,
  type ListedImage,
  type Manifest,
  type Opened,
  pooledName,
  readImages,
  readManifest,
} from '../backup/manifest.ts';
import { type BackupParts, openedBackup, type Progress } from '../backup/parts.ts';
import { lookAtClock } from '../clockBrake.ts';
import { endingsIn, isLetGo } from '../ended.ts';
import { firstKept } from '../keptForHold.ts';
import { type Ledger, openLedger } from '../ledger.ts';
import { clearQuarantine, imagesIn, organisationsIn, QUARANTINE, requireConfirmed, swapIn } from './swap.ts';

export interface RestoreParts extends Pick<BackupParts, 'folder' | 'clock' | 'random' | 'target'> {
  readonly keyStore: KeyStore;
  readonly vault: Vault;
  /**
   * Brings what must not go backwards into what is brought back: rights, decisions, policies, signatures, who looked; returns the images that come
   * along from the data that is there.
   */
  readonly carryForward: (back: BroughtBack) => Promise<readonly NamedImage[]>;
}

export interface Restoring {
  /** Where the database is brought back to. */
  readonly quarantine: string;
  /** Where the images are; null: they are only looked at. */
  readonly images: string | null;
  readonly tell?: (progress: Progress) => void;
}

export interface Restored {
  readonly backup: BackupId;
  readonly at: number;
  /** Entries of what was recorded that nobody can read any more, and of what is past its day: they were not brought back. */
  readonly unreadable: number;
  /** Null: the clock is in doubt, and nothing was left out because of its date. */
  readonly expired: number | null;
  /** Persons and organisations that had ended, none of whom is there. */
  readonly ended: number;
  readonly images: number;
  readonly missingImages: number;
  /** Of so many people an entry was opened, to see that what is there can be. */
  readonly opened: number;
}

/**
 * Brings the data back as a backup has it, in quarantine: what has ended since is taken out, what must not go backwards is carried forward,
 * nothing erased can be opened; only then it takes the place of what is there, which is kept until it is confirmed. Only for who has the data and the
 * backups alone. Whatever ends it before that leaves the data as it was. Throws DaylightError: `gone` for a backup that has ended, `conflict` for
 * a ledger that does not go on from what a backup knows of it, `unavailable` for a damaged backup.
 */
export async function restore(
  parts: RestoreParts,
  record: Backup,
  known: readonly Backup[],
  { tell }: Pick<Restoring, 'tell'>,
): Promise<Restored> {
  const { folder, clock, keyStore } = parts;
  await requireConfirmed(folder);
  await clearQuarantine(folder);
  const [quarantine, images] = [join(folder, QUARANTINE), imagesIn(folder, 'quarantine')];
  try {
    const { organisations, ...restored } = await bringBack(parts, record, known, {
      ...{ quarantine, images },
      ...(tell && { tell }),
    });
    await keyStore.raiseMark('restore_epoch', ((await keyStore.mark('restore_epoch')) ?? 0) + 1);
    const all = [...new Set([...organisations, ...(await organisationsIn(join(folder, 'blobs')))])];
    await swapIn(folder, { backup: record.backup, at: clock.now(), organisations: all });
    return restored;
  } catch (cause) {
    // It would leave the server no room on a disk that is full. Once it was decided it stays.
    await clearQuarantine(folder).catch(() => undefined);
    throw asFull(cause);
  }
}

/** A disk that is full says so in one sentence with its remedy, whatever was being written; everything else is thrown as it is. */
export function asFull(cause: unknown): unknown {
  const failure = storeError(cause);
  return failure.code === 'full' ? failure : cause;
}

/** Does all of it but to put it in the place of what is there. */
export async function bringBack(
  parts: RestoreParts,
  record: Backup,
  known: readonly Backup[],
  restoring: Restoring,
): Promise<Restored & { readonly organisations: readonly OrgId[] }> {
  const { folder, clock, keyStore, vault, target } = parts;
  const { quarantine } = restoring;
  requireOpenable(record, clock.now());
  const opened = openedBackup(vault, record);
  const manifest = await readManifest(target, opened);
  const ledger = await openLedger(folder);
  await requireLedger(parts, ledger, known);

  await mkdir(quarantine, { recursive: true, mode: 0o700 });
  const file = join(quarantine, 'daylight.db');
  await writeDatabase({ target }, opened, manifest, file, restoring);
  await requireWhole(file);
  await bringToPresentFormat(parts, quarantine);
  const back = await openBroughtBack(file);
  try {
    const along = await parts.carryForward(back);
    // Of one whose keys are not destroyed yet the server does that at its start: what is held may have to be sealed anew first.
    const endings = endingsIn(ledger.entries).filter(isLetGo);
    for (const { org, person, kept } of endings) {
      const below = kept === null ? undefined : firstKept(kept);
      // Its keys first: whatever of it is found anywhere from now on, nobody opens it.
      await (person === null ? vault.endOrganisation(org) : vault.endPerson(org, person, below));
      await back.forget(org, person, below);
    }
    const unreadable = await back.dropUnreadable(join(folder, 'keys.db'));
    const expired = await dropExpired(parts, quarantine, back);
    const images = await bringImages(parts, { opened, manifest, along }, back, restoring);
    await requireEnded(keyStore, endings);
    const samples = await openSamples(parts, quarantine);
    return {
      backup: record.backup,
      at: record.at,
      unreadable,
      expired,
      ended: endings.length,
      images: images.count,
      missingImages: images.missing,
      opened: samples,
      organisations: images.organisations,
    };
  } finally {
    await back.close();
  }
}

function requireOpenable(record: Backup, now: number): void {
  const { backup, wrapped, at } = record;
  if (wrapped === null || endOf(record) <= now) {
    throw new DaylightError(
      'gone',
      `the backup ${backup} has ended: what was deleted since it was made must not come back`,
      {
        remedy: 'Use a newer one; `daylight-server backups` lists them.',
      },
    );
  }
  if (at <= now + DAY) return;
  throw new DaylightError(
    'conflict',
    `the backup ${backup} is from the future: it was made while the clock was wrong`,
    {
      remedy: 'Set the clock right, or use another one.',
    },
  );
}

/** The ledger has to know all that had ended when any of the backups was made. */
async function requireLedger({ vault, target }: RestoreParts, ledger: Ledger, known: readonly Backup[]): Promise<void> {
  for (const one of known) {
    if (one.wrapped === null || one.state !== 'complete' || one.detail.place !== target.place) continue;
    const head = await headOf(target, openedBackup(vault, one));
    if (head === null || ledger.extends(head)) continue;
    const what =
      ledger.head.entries === 0
        ? 'is missing'
        : ledger.head.entries < head.entries
          ? 'is older than the backup'
          : 'is another one';
    throw new DaylightError(
      'conflict',
      `ledger.ndjson ${what}: it does not know all that had ended when the backup of ${new Date(one.at).toISOString()} was made`,
      {
        remedy: 'Put the newest ledger.ndjson back that you have, or take it from the recovery set.',
      },
    );
  }
}

/** One that is damaged says nothing; the one that is to be restored was read before. */
async function headOf(target: RestoreParts['target'], opened: Opened): Promise<Manifest['ledger'] | null> {
  try {
    return (await readManifest(target, opened)).ledger;
  } catch (cause) {
    if (cause instanceof DamagedBackup) return null;
    throw cause;
  }
}

async function bringToPresentFormat(parts: RestoreParts, quarantine: string): Promise<void> {
  await withStore(parts, { folder: quarantine, alone: true }, async () => undefined);
}

async function withStore<T>(
  { random, vault }: Pick<RestoreParts, 'random' | 'vault'>,
  where: { readonly folder: string; readonly alone?: true },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openSqliteStore({
    ...where,
    randomBytes: (length) => random.bytes(length),
    fromStore: (bytes) => vault.fromStore(bytes),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** As the sweep would, which takes the rest when it may: nothing that is held, and nothing while the date is in doubt. */
async function dropExpired(parts: RestoreParts, quarantine: string, back: BroughtBack): Promise<number | null> {
  const now = parts.clock.now();
  if ((await lookAtClock(parts.keyStore, now)).state !== 'free') return null;
  const held = await withStore(parts, { folder: quarantine }, async (store) => {
    const found: HeldDays[] = [];
    for (const { org } of await store.organisations()) {
      const those = await readHeld(store, parts.vault, org, now, 'trusted');
      for (const person of await store.holders(org))
        found.push(...those.of(person).map((days) => ({ org, person, ...days })));
    }
    return found;
  });
  return back.dropExpired(dayOf(now), held);
}

interface BroughtImages {
  readonly count: number;
  readonly missing: number;
  readonly organisations: readonly OrgId[];
}

interface ToBring {
  readonly opened: Opened;
  readonly manifest: Manifest;
  /** From the data itself. */
  readonly along: readonly NamedImage[];
}

/** Each that is still named: from the data itself where it is what it was, otherwise from the backups. */
async function bringImages(
  { folder, target }: RestoreParts,
  { opened, manifest: { images }, along }: ToBring,
  back: BroughtBack,
  { images: into, tell }: Restoring,
): Promise<BroughtImages> {
  const missing: NamedImage[] = [];
  const comingAlong = new Map(along.map((image) => [nameOf(image), image]));
  const organisations = new Set<OrgId>();
  let [count, done] = [0, 0];
  let named: ReadonlySet<string> = new Set();
  let some: ListedImage[] = [];
  const bringSome = async (): Promise<void> => {
    named = await back.namedImages(some);
    for (const image of some.filter((one) => named.has(nameOf(one)))) {
      comingAlong.delete(nameOf(image));
      const bytes = await bytesOf(folder, target, image);
      if (bytes === null) missing.push(image);
      else {
        count += 1;
        organisations.add(image.org);
        if (into !== null) await bringOne(folder, into, image, bytes);
      }
    }
    done += some.reduce((sum, { size }) => sum + size, 0);
    tell?.({ doing: 'images', done, of: images.bytes });
    some = [];
  };
  for await (const image of readImages(target, opened)) {
    some.push(image);
    if (some.length === 500) await bringSome();
  }
  await bringSome();
  named = await back.namedImages([...comingAlong.values()]);
  for (const image of [...comingAlong.values()].filter((one) => named.has(nameOf(one)))) {
    const isHere = await stat(join(folder, 'blobs', nameOf(image))).catch(() => null);
    if (isHere === null) missing.push(image);
    else {
      count += 1;
      organisations.add(image.org);
      if (into !== null) await bringOne(folder, into, image, { kind: 'here' });
    }
  }
  if (into !== null) for (const org of organisations) await syncFolder(join(into, org));
  await back.dropImages(missing);
  return { count, missing: missing.length, organisations: [...organisations] };
}

function nameOf({ org, file }: NamedImage): string {
  return `${org}/${file}`;
}

type Found = { readonly kind: 'here' } | { readonly kind: 'brought'; readonly bytes: Uint8Array };

async function bytesOf(folder: string, target: RestoreParts['target'], image: ListedImage): Promise<Found | null> {
  const here = await readFile(join(folder, 'blobs', image.org, image.file)).catch(() => null);
  if (here !== null && hashOf(here) === image.hash) return { kind: 'here' };
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of fromTarget(target, pooledName(image))) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    return hashOf(bytes) === image.hash ? { kind: 'brought', bytes } : null;
  } catch (cause) {
    if (cause instanceof DamagedBackup) return null;
    throw cause;
  }
}

async function bringOne(folder: string, into: string, { org, file }: NamedImage, found: Found): Promise<void> {
  const own = join(into, org);
  await mkdir(own, { recursive: true, mode: 0o700 });
  if (found.kind === 'brought') await writeDurably(own, file, found.bytes);
  else await link(join(folder, 'blobs', org, file), join(own, file));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Nobody opens anything of whoever has ended: there is no key. */
async function requireEnded(keyStore: KeyStore, endings: ReturnType<typeof endingsIn>): Promise<void> {
  for (const { org, person, kept } of endings) {
    if (kept !== null) continue; // a legal hold keeps some
    const keys = person === null ? await keyStore.countKeys(org) : await keyStore.countKeys(org, person);
    if (keys > 0) throw new Error('somebody who has ended has a key');
  }
}

const SAMPLED = 200;

/** What is there can be opened: of so many people one entry is. Throws DaylightError `unavailable` where none of them can. */
async function openSamples(parts: RestoreParts, quarantine: string): Promise<number> {
  const { asked, opened } = await withStore(parts, { folder: quarantine }, async (store) => {
    let [asked, opened] = [0, 0];
    for (const { org } of await store.organisations()) {
      for (const { person } of (await store.people(org)).slice(0, SAMPLED)) {
        const [held] = await store.held(org, person);
        if (held === undefined) continue;
        const [segment] = await store.segments(org, person, held.parameter, held.day, held.day);
        if (segment === undefined) continue;
        asked += 1;
        if ((await unlessLost(parts.vault.open(segmentScope(segment), segment.sealed))) !== null) opened += 1;
      }
    }
    return { asked, opened };
  });
  if (asked === 0 || opened > 0) return opened;
  throw new DaylightError('unavailable', 'nothing of what the backup has can be opened with the keys that are here', {
    remedy: 'See that keys.db and root.key are those of this data, or take them from the recovery set.',
  });
}
