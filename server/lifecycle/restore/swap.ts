import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DaylightError } from '../../../shared/errors.ts';
import { BackupId, OrgId } from '../../../shared/ids.ts';
import { UnixMs } from '../../../shared/time.ts';
import { isMissing, syncFolder, writeDurably } from '../../durable.ts';

// What is brought back lies in quarantine, in the data folder itself: that may be a disk of its own, and a file is moved in one step on one
// disk alone. Images may be on another one, and lie in quarantine beside those that are in use.
//
//     restore/daylight.db      quarantine        blobs/.restore/<organisation>/
//     restore/plan.json        from then on it is swapped in, whatever happens
//     before-restore/          what was there    blobs/.before-restore/<organisation>/

export const QUARANTINE = 'restore';
export const BEFORE = 'before-restore';
export const PLAN = 'plan.json';
const DATABASE = ['daylight.db', 'daylight.db-wal', 'daylight.db-shm'] as const;

const Plan = z.union([
  z.strictObject({ backup: BackupId, at: UnixMs, organisations: z.array(OrgId).readonly() }).readonly(),
  /** Of a lost machine: everything lies in quarantine, the keys as well, and there is nothing in whose place it comes. */
  z.strictObject({ backup: BackupId, at: UnixMs, rebuilt: z.literal(true) }).readonly(),
]);
export type Plan = z.infer<typeof Plan>;

export function imagesIn(folder: string, where: 'quarantine' | 'before'): string {
  return join(folder, 'blobs', where === 'quarantine' ? '.restore' : '.before-restore');
}

/** Takes away what an attempt has left that was not decided yet. Throws DaylightError `conflict` where one was: it has to be finished. */
export async function clearQuarantine(folder: string): Promise<void> {
  if ((await planIn(folder)) !== null) throw underWay(folder);
  await rm(join(folder, QUARANTINE), { recursive: true, force: true });
  await rm(imagesIn(folder, 'quarantine'), { recursive: true, force: true });
}

/** Throws DaylightError `conflict` while what was there before the last restore is still kept: also whoever has ended since is in there. */
export async function requireConfirmed(folder: string): Promise<void> {
  if (!(await isBeforeKept(folder))) return;
  throw new DaylightError('conflict', `${join(folder, BEFORE)}: what was here before the last restore is still kept`, {
    remedy: 'See that everything is there, then run `daylight-server restore --confirm`, which deletes it.',
  });
}

/** Whether what was there before the last restore is still there. */
export async function isBeforeKept(folder: string): Promise<boolean> {
  return exists(join(folder, BEFORE));
}

/** Decides it: from here on what is in quarantine takes the place of what is there, also after a crash. */
export async function swapIn(folder: string, plan: Plan): Promise<void> {
  await writeDurably(join(folder, QUARANTINE), PLAN, Buffer.from(JSON.stringify(plan)));
  await syncFolder(join(folder, QUARANTINE));
  await finishRestore(folder);
}

/**
 * Finishes what was decided, and does nothing where nothing was; each step can be repeated. Only for who has the data alone. Returns the plan
 * of what it finished.
 */
export async function finishRestore(folder: string): Promise<Plan | null> {
  const plan = await planIn(folder);
  if (plan === null) return null;
  const [quarantine, before] = [join(folder, QUARANTINE), join(folder, BEFORE)];
  if ('rebuilt' in plan) {
    await moveAll(quarantine, folder);
    return plan;
  }
  await mkdir(before, { recursive: true, mode: 0o700 });
  // As long as it is in quarantine, what stands in its place is what was there before.
  if (await exists(join(quarantine, 'daylight.db'))) {
    for (const name of DATABASE) await moved(join(folder, name), join(before, name));
    await syncFolder(before);
    await moved(join(quarantine, 'daylight.db'), join(folder, 'daylight.db'));
    await syncFolder(folder);
  }
  const [fresh, former] = [imagesIn(folder, 'quarantine'), imagesIn(folder, 'before')];
  await mkdir(former, { recursive: true, mode: 0o700 });
  for (const org of plan.organisations) {
    const own = join(folder, 'blobs', org);
    if (!(await exists(join(former, org)))) await moved(own, join(former, org));
    await moved(join(fresh, org), own);
  }
  await syncFolder(join(folder, 'blobs'));
  await rm(fresh, { recursive: true, force: true });
  await rm(quarantine, { recursive: true, force: true });
  await syncFolder(folder);
  return plan;
}

/** What was moved before an interruption is not in quarantine any more. Locks stay: somebody holds those of the folder. */
async function moveAll(quarantine: string, folder: string): Promise<void> {
  const names = (await readdir(quarantine)).filter((name) => name !== PLAN && !/\.lock/.test(name));
  for (const name of names) await moveOnto(join(quarantine, name), join(folder, name));
  await syncFolder(folder);
  await rm(quarantine, { recursive: true, force: true });
  await syncFolder(folder);
}

/** Where the power failed, a disk may have a folder under both of its names. */
async function moveOnto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && ['ENOTEMPTY', 'EEXIST'].includes(String(cause.code));
    if (!isThere) throw cause;
    for (const name of await readdir(from)) await moveOnto(join(from, name), join(to, name));
    await syncFolder(to);
    await rm(from, { recursive: true, force: true });
  }
}

/** Deletes what was there before the last restore. False where nothing is kept. */
export async function confirmRestore(folder: string): Promise<boolean> {
  if ((await planIn(folder)) !== null) throw underWay(folder);
  if (!(await exists(join(folder, BEFORE)))) return false;
  await rm(imagesIn(folder, 'before'), { recursive: true, force: true });
  await rm(join(folder, BEFORE), { recursive: true, force: true });
  await syncFolder(folder);
  return true;
}

/** Null where none was decided. */
export async function planIn(folder: string): Promise<Plan | null> {
  try {
    return Plan.parse(JSON.parse(await readFile(join(folder, QUARANTINE, PLAN), 'utf8')));
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
}

/** The organisations that images lie of in a folder. */
export async function organisationsIn(folder: string): Promise<readonly OrgId[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => OrgId.safeParse(name).data ?? []);
}

export function underWay(folder: string): DaylightError {
  return new DaylightError('conflict', `${folder}: a restore is under way here, and not finished`, {
    remedy: 'Start the server, or run `daylight-server restore` again: either finishes it first.',
  });
}

async function moved(from: string, to: string): Promise<void> {
  await rename(from, to).catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
