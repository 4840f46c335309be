import { z } from 'zod';
import { BackupId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { empty, route } from './route.ts';

/** What somebody has to see to. Whoever shows them has words for each. */
export const backupProblems = [
  'no_place', // the server was started without a place for backups
  'place_unreachable',
  'failed', // the last one that was begun
  'late', // none is complete, or the newest is much older than they are made
  'damaged',
  'images_missing', // the newest lacks images that the data should have and has not
  'orphans', // files at the place that no backup names
  'future', // files or backups that are from tomorrow or later
  'held_back', // past their day, and the clock is in doubt
  'left', // their key is destroyed, and their files are where the server does not reach them
  'recovery_set', // it cannot be written: no backup is complete and no deletion is over before it is
] as const;
export const BackupProblem = z.strictObject({
  kind: z.enum(backupProblems),
  count: z.int().min(0),
  /** The first few files, or what is wrong with the newest that is damaged; names of files of the server, and nothing of anybody. */
  names: z.array(z.string()),
});
export type BackupProblem = z.infer<typeof BackupProblem>;

export const BackupView = z.strictObject({
  backup: BackupId,
  at: UnixMs,
  /** From then on nobody can open it. */
  expires: UnixMs,
  /** `ended`: its key is destroyed. `failed`: it was never whole. */
  state: z.enum(['making', 'complete', 'failed', 'ended']),
  /** When the key was destroyed; null while it is there. */
  endedAt: UnixMs.nullable(),
  /** Of its own files, and of the images that it was the first to have. */
  bytes: z.int().min(0),
  images: z.int().min(0),
  /** The last check. `structure`: everything is there in its size. `all`: every byte of it opened. */
  checked: z.strictObject({ at: UnixMs, how: z.enum(['structure', 'all']), damaged: z.boolean() }).nullable(),
  allCheckedAt: UnixMs.nullable(),
});
export type BackupView = z.infer<typeof BackupView>;

export const BackupsView = z.strictObject({
  /** Where they are kept; null where the server was told of no place. */
  place: z.string().nullable(),
  everyMs: z.int().min(1),
  keepDays: z.int().min(1).max(90),
  /** When the next is begun by itself. */
  nextAt: UnixMs.nullable(),
  /** What is being done to them now, in bytes of bytes where these are known; null when nothing is. */
  job: z
    .strictObject({
      doing: z.enum(['copying', 'database', 'images', 'finishing', 'checking', 'ending']),
      since: UnixMs,
      done: z.int().min(0),
      of: z.int().min(0),
    })
    .nullable(),
  /**
   * The file that with a backup rebuilds a lost machine. `none`: nobody has begun one. `failing`: it cannot be written since then, for which the code stands; the
   * one of before may be there, with the keys of what was deleted since. `unreadable`: what says where it goes is damaged.
   */
  recovery: z.strictObject({
    state: z.enum(['none', 'written', 'failing', 'unreadable']),
    file: z.string().nullable(),
    writtenAt: UnixMs.nullable(),
    failing: z.strictObject({ since: UnixMs, code: z.string() }).nullable(),
  }),
  /** The newest first: all that can be opened, and of the others those of the last year. */
  backups: z.array(BackupView),
  problems: z.array(BackupProblem),
});
export type BackupsView = z.infer<typeof BackupsView>;

export const backupsRoutes = {
  backups: route({
    method: 'GET',
    path: '/backups',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The backups of this server: which there are, until when, when they were last checked, what is being done to them, whether the recovery set can be written, and what somebody has to see to (owner, admin).',
    body: null,
    response: BackupsView,
  }),
  makeBackup: route({
    method: 'POST',
    path: '/backups',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Begins a backup now and answers at once; `job` tells how far it is (owner, admin). `conflict` while something is being done to the backups, or where the server has no place for them.',
    body: null,
    response: BackupsView,
  }),
};
