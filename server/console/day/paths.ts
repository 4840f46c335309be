import { type Look, lookFor, type ReadPurposeName } from './purposes.ts';

interface Place {
  readonly person: string;
  /** Who follows the link. */
  readonly viewer: string;
  readonly day: string;
  /** What was chosen already; null where it is to be asked. */
  readonly purposes: readonly ReadPurposeName[] | null;
}

/** A link within the console: the purpose goes along beside the address, so that no address can hold one. */
export interface Lead {
  readonly to: string;
  readonly state: Look | null;
}

/** To a person's day. */
export function toDay({ person, viewer, day, purposes }: Place): Lead {
  if (person === viewer) return { to: `/my-day/${day}`, state: null };
  return { to: `/people/${person}/day/${day}`, state: lookFor(viewer, purposes) };
}

/** To the week that a day is in. */
export function toWeek({ person, viewer, day, purposes }: Place): Lead {
  if (person === viewer) return { to: `/my-week/${day}`, state: null };
  return { to: `/people/${person}/week/${day}`, state: lookFor(viewer, purposes) };
}
