import { en } from './en.ts';

export type StringKey = keyof typeof en;

/** The `{names}` in a string. */
type SlotsOf<S extends string> = S extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type Slots<K extends StringKey> = { readonly [S in SlotsOf<(typeof en)[K]>]: string | number };
type Values<K extends StringKey> = [SlotsOf<(typeof en)[K]>] extends [never] ? [] : [values: Slots<K>];

/** The string of a key with its slots filled. A key that does not exist, or a slot left open, does not compile. */
export function say<K extends StringKey>(key: K, ...[values]: Values<K>): string {
  const text: string = en[key];
  if (values === undefined) return text;
  const filled: Readonly<Record<string, string | number>> = values;
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => {
    const value = filled[name];
    if (value === undefined) return slot;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

type CountedKey = { [K in StringKey]: K extends `${infer Stem}.one` ? Stem : never }[StringKey];

/** The form of `stem.one` / `stem.other` that fits the count, with `{count}` filled in. */
export function count(stem: CountedKey, n: number): string {
  const form = plurals.select(n) === 'one' ? 'one' : 'other';
  const text: string = en[`${stem}.${form}` as StringKey];
  return text.replace('{count}', numbers.format(n));
}

const numbers = new Intl.NumberFormat('en');
const plurals = new Intl.PluralRules('en');
