import { setTimeout } from 'node:timers/promises';
import { DaylightError } from '../../../shared/errors.ts';
import type { BackupProblem, BackupsView, BackupView } from '../../../shared/protocol/http/backups.ts';
import { DAY, HOUR, MINUTE, type UnixMs } from '../../../shared/time.ts';
import { createLanes } from '../../lanes.ts';
import type { RecoverySet } from '../recovery/recoverySet.ts';
import { type Backup, catalogued } from './catalogue.ts';
import { checkBackup, type How } from './checkBackup.ts';
import { type Expired, type ExpireParts, endOf, expireBackups } from './expireBackups.ts';
import { makeBackup } from './makeBackup.ts';
import type { BackupParts, Progress } from './parts.ts';
import { type Strangers, strangersAt } from './strangers.ts';
import { aloneWithBackups } from './workFolder.ts';

/** The backups of a running server: made on their day, checked, and ended on theirs. */
export interface Backups {
  view(): Promise<BackupsView>;
  /** Begins one, and does not wait for it. Throws DaylightError `conflict` while something else is being done, or where there is no place for it. */
  make(): void;
  /** Ends what is being done; a backup that is being made is given up. */
  close(): Promise<void>;
}

export interface BackupSettings {
  readonly everyMs: number;
  readonly keepDays: number;
}

export interface BackupsDeps extends Omit<ExpireParts, 'target'>, Pick<BackupParts, 'ledgerHead'> {
  /** Null: none are made, and what there is of earlier ones ends all the same. */
  readonly target: BackupParts['target'] | null;
  readonly settings: BackupSettings;
  readonly recovery: Pick<RecoverySet, 'status' | 'look'>;
  readonly made: (backup: Backup) => void;
  readonly ended: (backups: readonly Backup[]) => void;
  /** Told of what somebody has to see to, once when it begins. */
  readonly alarmed: (problem: BackupProblem) => void;
  /** Told what kept something from being done; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

export interface BackupsTiming {
  readonly quietMs: number;
  readonly everyMs: number;
}

/** From the start to the first look, as people are served first, and from one look to the next. */
const timing: BackupsTiming = { quietMs: 10_000, everyMs: MINUTE };
const ENDING_MS = HOUR;
const STRUCTURE_MS = DAY;
const ALL_MS = 7 * DAY;
/** After one that failed. */
const AGAIN_MS = HOUR;

export function startBackups(deps: BackupsDeps, { quietMs, everyMs } = timing): Backups {
  const { clock, target, settings } = deps;
  const closing = new AbortController();
  const { signal } = closing;
  let job: BackupsView['job'] = null;
  const lane = createLanes<'backups'>();
  let expired: Expired | null = null;
  let expiredAt: number | null = null;
  let strangers: Strangers | null = null;
  let isReached = true;
  let told = new Set<string>();

  const doing = (what: NonNullable<BackupsView['job']>['doing']): ((progress?: Progress) => void) => {
    const since = clock.now();
    job = { doing: what, since, done: 0, of: 0 };
    return (progress) => {
      if (progress !== undefined)
        job = { doing: what === 'checking' ? what : progress.doing, since, done: progress.done, of: progress.of };
    };
  };
  /** Where another process is at it, it is done another time. */
  const alone = async (work: (folder: string) => Promise<void>): Promise<'done' | 'busy' | 'failed'> => {
    try {
      await aloneWithBackups(deps.folder, work);
      return 'done';
    } catch (cause) {
      if (cause instanceof DaylightError && cause.code === 'conflict') return 'busy';
      if (!signal.aborted) deps.failed(cause);
      return 'failed';
    } finally {
      job = null;
    }
  };

  const end = async (): Promise<void> => {
    const outcome = await alone(async () => {
      doing('ending');
      expired = await expireBackups(deps);
      expiredAt = clock.mono();
      if (expired.ended.length > 0) deps.ended(expired.ended);
      strangers = target === null ? null : await strangersAt(target, await catalogued(deps.keyStore), clock.now());
    });
    isReached = outcome !== 'failed';
  };
  const makeOne = async (parts: BackupParts): Promise<void> => {
    await alone(async (folder) => {
      const tell = doing('copying');
      deps.made(await makeBackup(parts, folder, { keepDays: settings.keepDays, tell, signal }));
    });
  };
  const checkDue = async (parts: BackupParts): Promise<void> => {
    for (const { one, how } of dueChecks(await catalogued(deps.keyStore), parts, clock.now())) {
      if (signal.aborted) return;
      await alone(async (folder) => {
        const tell = doing('checking');
        await checkBackup(parts, one, folder, { how, tell, signal });
      });
    }
  };
  const round = async (): Promise<void> => {
    if (expiredAt === null || clock.mono() - expiredAt >= ENDING_MS) await end();
    if (target !== null) {
      const parts = { ...deps, target };
      const next = nextOf(await catalogued(deps.keyStore), settings, clock.now());
      if (next <= clock.now()) await makeOne(parts);
      if (!signal.aborted) await checkDue(parts);
    }
    await deps.recovery.look().catch(() => undefined); // what `status` says of it then is shown
    await alarm();
  };
  const alarm = async (): Promise<void> => {
    // Without a place for them no backups are wanted: the page says it, and nobody is woken up.
    const problems = (await problemsNow()).filter(({ kind }) => kind !== 'no_place');
    for (const problem of problems) if (!told.has(problem.kind)) deps.alarmed(problem);
    told = new Set(problems.map(({ kind }) => kind));
  };
  const problemsNow = async (): Promise<BackupProblem[]> =>
    problemsOf(await catalogued(deps.keyStore), {
      ...{ target, settings, expired, strangers, isReached, now: clock.now() },
      recovery: await recoveryOf(deps.recovery),
    });

  const rested = (ms: number): Promise<boolean> => setTimeout(ms, true, { signal, ref: false }).catch(() => false);
  const loop = (async () => {
    for (let wait = quietMs; await rested(wait); wait = everyMs)
      await lane.run('backups', () => round().catch(deps.failed));
  })();

  return {
    async view() {
      const all = await catalogued(deps.keyStore);
      const now = clock.now();
      return {
        place: target?.place ?? null,
        everyMs: settings.everyMs,
        keepDays: settings.keepDays,
        nextAt: target === null ? null : Math.max(nextOf(all, settings, now), now),
        job,
        recovery: await recoveryOf(deps.recovery),
        backups: all.filter(({ wrapped, at }) => wrapped !== null || at > now - 365 * DAY).map(viewOf),
        problems: await problemsNow(),
      };
    },
    make() {
      if (target === null) throw noPlace();
      if (job !== null) throw busy();
      const parts = { ...deps, target };
      doing('copying');
      void lane.run('backups', () => makeOne(parts).then(alarm)).catch(deps.failed);
    },
    async close() {
      closing.abort();
      await loop;
      await lane.idle();
    },
  };
}

/** When the next is to be begun. One that failed is tried again sooner. */
export function nextOf(all: readonly Backup[], { everyMs }: BackupSettings, now: UnixMs): UnixMs {
  const complete = all.find(({ state, wrapped, at }) => state === 'complete' && wrapped !== null && at <= now);
  const [newest] = all;
  if (newest?.state === 'failed' && newest.at <= now) return newest.at + Math.min(everyMs, AGAIN_MS);
  return complete === undefined ? now : complete.at + everyMs;
}

function dueChecks(
  all: readonly Backup[],
  { target }: Pick<BackupParts, 'target'>,
  now: UnixMs,
): readonly { readonly one: Backup; readonly how: How }[] {
  const howDue = ({ at, state, wrapped, detail, ...one }: Backup): How | null => {
    const isHere = state === 'complete' && wrapped !== null && detail.place === target.place;
    if (!isHere || endOf({ at, ...one }) <= now) return null;
    if (now - (detail.allCheckedAt ?? at) >= ALL_MS) return 'all';
    return now - (detail.checked?.at ?? at) >= STRUCTURE_MS ? 'structure' : null;
  };
  return all.flatMap((one) => {
    const how = howDue(one);
    return how === null ? [] : [{ one, how }];
  });
}

interface Known {
  readonly target: BackupParts['target'] | null;
  readonly settings: BackupSettings;
  readonly expired: Expired | null;
  readonly strangers: Strangers | null;
  readonly isReached: boolean;
  readonly recovery: BackupsView['recovery'];
  readonly now: UnixMs;
}

function problemsOf(all: readonly Backup[], known: Known): BackupProblem[] {
  const { target, settings, expired, strangers, isReached, recovery, now } = known;
  const live = all.filter(({ state, wrapped }) => state === 'complete' && wrapped !== null);
  const [newest] = live;
  const damaged = live.filter(({ detail }) => (detail.checked?.damage.length ?? 0) > 0);
  const problems: BackupProblem[] = [];
  const add = (kind: BackupProblem['kind'], count: number, names: readonly string[] = []): void => {
    if (count > 0) problems.push({ kind, count, names: [...names] });
  };
  add('no_place', target === null ? 1 : 0);
  add('place_unreachable', isReached ? 0 : 1);
  const [last] = all;
  add('failed', last?.state === 'failed' ? 1 : 0, [last?.detail.failure ?? []].flat());
  const isLate = newest === undefined ? all.length > 0 : now - newest.at > 2 * settings.everyMs;
  add('late', target !== null && isLate ? 1 : 0);
  add('damaged', damaged.length, damaged[0]?.detail.checked?.damage.slice(0, NAMES));
  add('images_missing', newest?.detail.missing ?? 0);
  add('orphans', strangers?.orphans ?? 0, strangers?.orphanNames);
  add('future', strangers?.future ?? 0, strangers?.futureNames);
  add('held_back', expired?.heldBack ?? 0);
  add('left', expired?.left ?? 0);
  add('recovery_set', ['failing', 'unreadable'].includes(recovery.state) ? 1 : 0, [recovery.file ?? []].flat());
  return problems;
}

const NAMES = 5;

async function recoveryOf({ status }: Pick<RecoverySet, 'status'>): Promise<BackupsView['recovery']> {
  const nothing = { file: null, writtenAt: null, failing: null };
  try {
    const settings = await status();
    if (settings === null) return { state: 'none', ...nothing };
    const { file, written, failing } = settings;
    return { state: failing === null ? 'written' : 'failing', file, writtenAt: written?.at ?? null, failing };
  } catch {
    return { state: 'unreadable', ...nothing };
  }
}

function viewOf(one: Backup): BackupView {
  const { backup, at, state, wrapped, changedAt, detail } = one;
  const { checked, allCheckedAt } = detail;
  return {
    backup,
    at,
    expires: endOf(one),
    state: state === 'failed' ? 'failed' : wrapped === null ? 'ended' : state === 'begun' ? 'making' : 'complete',
    endedAt: wrapped === null ? (detail.endedAt ?? changedAt) : null,
    bytes: detail.bytes + detail.newImageBytes,
    images: detail.images,
    checked: checked === null ? null : { at: checked.at, how: checked.how, damaged: checked.damage.length > 0 },
    allCheckedAt,
  };
}

function noPlace(): DaylightError {
  return new DaylightError('conflict', 'this server has no place for backups', {
    remedy: 'Start it with --backups FOLDER, on another disk than the data.',
  });
}

function busy(): DaylightError {
  return new DaylightError('conflict', 'something is being done to the backups already', {
    remedy: 'Wait until it is finished.',
  });
}
