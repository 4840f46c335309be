import type { ReadPurposeName } from './purposes.ts';

interface Place {
  readonly person: string;
  readonly own: boolean;
  readonly day: string;
  readonly purpose: ReadPurposeName | null;
}

/** Where a day is opened, for the purpose that was chosen already. */
export function dayPath({ person, own, day, purpose }: Place): string {
  return own ? `/my-day/${day}` : `/people/${person}/day/${day}${queryOf(purpose)}`;
}

/** Where the week is opened that a day is in. */
export function weekPath({ person, own, day, purpose }: Place): string {
  return own ? `/my-week/${day}` : `/people/${person}/week/${day}${queryOf(purpose)}`;
}

function queryOf(purpose: ReadPurposeName | null): string {
  return purpose === null ? '' : `?purpose=${purpose}`;
}
