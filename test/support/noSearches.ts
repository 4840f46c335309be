import type { Context } from '../../server/api/context.ts';

/** For an API of which nobody asks for a search. */
export const NO_SEARCHES: Context['specialSearches'] = {
  of: async () => ({ running: null, failed: false, look: null, erased: null }),
  look: () => undefined,
  erase: async () => undefined,
};

const noSet = { state: 'none', file: null, writtenAt: null, failing: null } as const;

/** Nor for a backup. */
export const NO_BACKUPS: Context['backups'] = {
  view: async () => ({
    place: null,
    everyMs: 1,
    keepDays: 30,
    nextAt: null,
    job: null,
    recovery: noSet,
    backups: [],
    problems: [],
  }),
  make: () => undefined,
};

/** For servers of tests in which nothing is swept, and the clock is believed. */
export const NO_SWEEPS: Pick<Context, 'brake' | 'sweeping'> = {
  brake: { check: () => 'free', release: async () => undefined },
  sweeping: () => ({ running: false, endedAt: null, held: 'nothing' }),
};

/** For those in which nobody's account ends. */
export const NO_ENDINGS: Pick<Context, 'endings' | 'leavingDates' | 'certificates'> = {
  endings: { end: unexpected, endOrganisation: unexpected, of: () => [], one: () => null },
  leavingDates: {
    of: async () => [],
    one: async () => null,
    deciding: async () => undefined,
    changed: () => undefined,
  },
  certificates: { of: async () => null, kindOf: async () => 'none', now: unexpected, token: unexpected },
};

function unexpected(): never {
  throw new Error('nobody was to end an account here');
}
