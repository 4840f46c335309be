import type { Context } from '../../server/api/context.ts';

/** For an API of which nobody asks for a search. */
export const NO_SEARCHES: Context['specialSearches'] = {
  of: async () => ({ running: null, failed: false, look: null, erased: null }),
  look: () => undefined,
  erase: async () => undefined,
};
