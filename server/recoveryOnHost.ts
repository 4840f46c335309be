import { rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { DaylightError } from '../shared/errors.ts';
import type { UnixMs } from '../shared/time.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { openLedger } from './lifecycle/ledger.ts';
import { headsBeside } from './lifecycle/ledgerWitness.ts';
import { createPatience } from './lifecycle/recovery/patience.ts';
import type { RecoveryWritten } from './lifecycle/recovery/recoverySet.ts';
import {
  type RecoverySettings,
  readRecoverySettings,
  writeRecoverySettings,
} from './lifecycle/recovery/recoverySettings.ts';
import type { HostOptions } from './rotateOnHost.ts';

export interface BegunRecovery {
  /** Opens every recovery set that is written from now on. It is kept nowhere here. */
  readonly identity: string;
  readonly recipient: string;
  readonly file: string;
  readonly at: UnixMs;
}

/**
 * Begins the recovery set, or with `again` begins it anew for another identity, and writes the first one. Throws DaylightError `conflict` where one was
 * begun, `bad_request` for a file within the data folder, `unavailable` where it cannot be written: then nothing was begun.
 */
export function beginRecovery(
  { file, again }: { readonly file: string; readonly again: boolean },
  options: HostOptions,
): Promise<BegunRecovery> {
  return opened(options, async ({ folder, recovery }) => {
    const before = await readRecoverySettings(folder);
    if (before !== null && !again) throw begunAlready(before);
    const target = resolve(file);
    if (!relative(folder, target).startsWith('..')) throw withinData(target);
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const begunAt = options.clock.now();
    await writeRecoverySettings(folder, { recipient, file: target, begunAt, written: null, failing: null });
    const written = await recovery.write();
    if (written.kind !== 'written') {
      if (before === null) await rm(join(folder, 'recovery.json'));
      else await writeRecoverySettings(folder, before);
      throw notWritten(target, written);
    }
    return { identity, recipient, file: target, at: written.at };
  });
}

export type RecoveryState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'whole' | 'failing' | 'missing' | 'other_ledger';
      readonly settings: RecoverySettings;
    };

/**
 * Changes nothing, and works beside a server. `missing`: the file is not there, or is not the one that was written. `other_ledger`: the ledger
 * of the folder does not go on from the one in it.
 */
export async function recoveryState(data: string): Promise<RecoveryState> {
  const settings = await readRecoverySettings(resolve(data));
  if (settings === null) return { kind: 'none' };
  const { within } = createPatience();
  const known = await within(() => headsBeside(settings)).catch(() => null);
  // Of a disk that does not answer nothing is known but that.
  if (known === null)
    return { kind: 'failing', settings: { ...settings, failing: settings.failing ?? noAnswerSince(settings) } };
  const ledger = await openLedger(resolve(data));
  if (!known.every((head) => ledger.extends(head))) return { kind: 'other_ledger', settings };
  if (settings.failing !== null) return { kind: 'failing', settings };
  const size = await within(() => stat(settings.file)).then(
    (found) => found.size,
    () => null,
  );
  return { kind: size !== null && size === settings.written?.bytes ? 'whole' : 'missing', settings };
}

function noAnswerSince({ written, begunAt }: RecoverySettings): RecoverySettings['failing'] {
  return { since: written?.at ?? begunAt, code: 'ETIMEDOUT' };
}

/** Throws DaylightError `not_found` where none was begun, `unavailable` where it cannot be written. */
export function writeRecovery(options: HostOptions): Promise<RecoverySettings> {
  return opened(options, async ({ folder, recovery }) => {
    const written = await recovery.write();
    const settings = await readRecoverySettings(folder);
    if (settings === null || written.kind === 'none') {
      throw new DaylightError('not_found', 'no recovery set was begun here', {
        remedy: 'Begin one with `daylight-server recovery begin --file FILE`.',
      });
    }
    if (written.kind === 'failed') throw notWritten(settings.file, written);
    return settings;
  });
}

function begunAlready({ file, begunAt }: RecoverySettings): DaylightError {
  const since = new Date(begunAt).toISOString();
  return new DaylightError('conflict', `a recovery set was begun here already, on ${since}: ${file}`, {
    remedy:
      'Give --again to begin it anew for another identity; the one of before opens then only what was written before.',
  });
}

function withinData(file: string): DaylightError {
  return new DaylightError('bad_request', `--file: ${file} is in the data folder, and would be lost with it`, {
    field: 'file',
    remedy: 'Name a file on another disk, such as one that is mounted from another machine.',
  });
}

function notWritten(file: string, written: RecoveryWritten): DaylightError {
  const cause = written.kind === 'failed' ? written.cause : undefined;
  if (cause instanceof DaylightError) return cause;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new DaylightError('unavailable', `${file}: the recovery set cannot be written there${code}`, {
    remedy: `See that the folder ${dirname(file)} is there, its disk answers and has room, and that this account may write to it.`,
    cause,
  });
}

async function opened<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}
