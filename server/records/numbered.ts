import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';

/** Of a register with many matters: which one an entry is about. */
export const number = z.int().min(1);
export type Numbered<E> = E & { readonly number: number };

/** One matter in a register that has many: the newest entry with its number holds, and those before it are its history. */
export interface Item<E> {
  /** The revision of the entry that it began with. */
  readonly number: number;
  readonly now: E;
  readonly changes: readonly Change<E>[];
}

export interface Change<E> {
  readonly revision: number;
  readonly at: UnixMs;
  readonly by: PersonId;
  readonly reason: string;
  readonly said: E;
}

interface Entry<E> {
  readonly revision: number;
  readonly at: UnixMs;
  readonly said: {
    readonly author: PersonId;
    readonly reason: string;
    readonly entry: Numbered<E>;
  } | null;
}

/** In the order in which they began. What cannot be read is in none of them. */
export function itemsOf<E>(written: readonly Entry<E>[]): readonly Item<E>[] {
  const items = new Map<number, Change<E>[]>();
  for (const { revision, at, said } of written) {
    if (said === null) continue;
    const { number, ...entry } = said.entry;
    const change = { revision, at, by: said.author, reason: said.reason, said: entry as E };
    items.set(number, [...(items.get(number) ?? []), change]);
  }
  return [...items].flatMap(([number, changes]) => {
    const last = changes.at(-1);
    return last === undefined ? [] : [{ number, now: last.said, changes }];
  });
}

/** Entries that were damaged in the store: nobody can say what they were about. */
export function unreadableOf(written: readonly { readonly said: unknown }[]): number {
  return written.filter(({ said }) => said === null).length;
}

/** Throws DaylightError `not_found` where nothing in the register has this number. */
export function requireItem<E>(items: readonly Item<E>[], number: number): Item<E> {
  const found = items.find((one) => one.number === number);
  if (found !== undefined) return found;
  throw new DaylightError('not_found', 'number: nothing in this register has it', {
    field: 'number',
    remedy: 'Look at the register again, and name one that stands there.',
  });
}
