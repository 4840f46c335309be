/** The `{names}` in a string. */
type SlotsOf<S extends string> = S extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type Values<S extends string> = [SlotsOf<S>] extends [never]
  ? []
  : [values: { readonly [Slot in SlotsOf<S>]: string | number }];
type CountedKey<K> = K extends `${infer Stem}.one` ? Stem : never;

/** What a page says: all of its strings are in one catalogue, so that another language is another catalogue. */
export interface Speech<C extends Readonly<Record<string, string>>> {
  /** The string of a key with its slots filled. A key that does not exist, or a slot left open, does not compile. */
  say<K extends keyof C & string>(key: K, ...values: Values<C[K]>): string;
  /** The form of `stem.one` / `stem.other` that fits the count, with `{count}` filled in. */
  count(stem: CountedKey<keyof C>, n: number): string;
}

export function speechOf<const C extends Readonly<Record<string, string>>>(catalogue: C): Speech<C> {
  const texts: Readonly<Record<string, string>> = catalogue;
  const numbers = new Intl.NumberFormat('en');
  const plurals = new Intl.PluralRules('en');

  function filled(key: string, values: Readonly<Record<string, string | number>>): string {
    return (texts[key] ?? key).replace(/\{(\w+)\}/g, (slot, name: string) => {
      const value = values[name];
      if (value === undefined) return slot;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
  }

  return {
    say: (key, ...[values]) => filled(key, values ?? {}),
    count: (stem, n) => filled(`${stem}.${plurals.select(n) === 'one' ? 'one' : 'other'}`, { count: n }),
  };
}
