import type { DayReport } from '../../../shared/protocol/http/day.ts';

/** The app that was in front at that moment, as far as it is shown; null when it is not known. */
export function appAt({ apps }: Pick<DayReport, 'apps'>, at: number): string | null {
  return apps.find(({ from, to }) => from <= at && at < to)?.label ?? null;
}

/** The place in a list that a key leads to; null for a key that leads nowhere. */
export function placeByKey(key: string, place: number, places: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, place - 1);
    case 'ArrowRight':
      return Math.min(places - 1, place + 1);
    case 'Home':
      return 0;
    case 'End':
      return places - 1;
    default:
      return null;
  }
}
