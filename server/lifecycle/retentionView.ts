import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { ClockView, KeptView, RetentionPreview } from '../../shared/protocol/http/retention.ts';
import { addDays, type Day, type UnixMs } from '../../shared/time.ts';
import type { Keeping } from '../control/keeping.ts';
import type { StoredAge } from '../store/store.ts';
import type { BrakeState } from './clockBrake.ts';

/** Of each parameter how long it is kept and what of it is stored, in the order of the register. */
export function keptViews(ages: readonly StoredAge[], keeping: Keeping, today: Day): KeptView[] {
  return parameterIds.map((parameter) => {
    const own = ages.filter((one) => one.parameter === parameter);
    const most = catalog[parameter].retentionDays.ceiling;
    return { parameter, days: keeping.days(parameter), most, stored: storedOf(own, keeping, today) };
  });
}

function storedOf(ages: readonly StoredAge[], keeping: Keeping, today: Day): KeptView['stored'] {
  const [oldest] = ages.map(({ day }) => day).toSorted();
  const [next] = ages.map((age) => keeping.until(age)).toSorted();
  if (oldest === undefined || next === undefined) return null;
  const past = ages.filter((age) => keeping.isPast(age, today));
  return { ...amountOf(ages), oldest, next, past: amountOf(past).days };
}

function amountOf(ages: readonly StoredAge[]) {
  const sum = (of: (age: StoredAge) => number): number => ages.reduce((all, age) => all + of(age), 0);
  return { days: sum(({ people }) => people), pieces: sum((age) => age.segments), images: sum((age) => age.images) };
}

/** Throws DaylightError `bad_request` for days that no policy can have: what would go then is nothing that can come to pass. */
export function requireKeepable({ parameter, days }: { readonly parameter: ParameterId; readonly days: number }): void {
  const { ceiling } = catalog[parameter].retentionDays;
  if (days >= 1 && days <= ceiling) return;
  throw new DaylightError('bad_request', `days: expected a whole number from 1 to ${ceiling}`, {
    field: 'days',
    remedy: `No policy keeps this parameter shorter than a day or longer than ${ceiling} days: ask for a number between.`,
  });
}

/** What is not past its day, and would be if the parameter were kept for so many days. */
export function previewOf(
  ages: readonly StoredAge[],
  keeping: Keeping,
  today: Day,
  { parameter, days }: { readonly parameter: ParameterId; readonly days: number },
): RetentionPreview {
  const goes = ages.filter(
    (age) => age.parameter === parameter && !keeping.isPast(age, today) && addDays(age.day, days) < today,
  );
  const of = goes.map(({ day }) => day).toSorted();
  return { parameter, goes: { ...amountOf(goes), oldest: of[0] ?? null, newest: of.at(-1) ?? null } };
}

export function clockView(state: BrakeState, now: UnixMs): ClockView {
  if (state === 'free') return { state: 'right', now, expected: null };
  return { state: state.pulled.way, now: state.pulled.now, expected: state.pulled.expected };
}
