/** The `{names}` in a string. */
type SlotsOf<S extends string> = S extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type Values<S extends string> = [SlotsOf<S>] extends [never]
  ? []
  : [values: { readonly [Slot in SlotsOf<S>]: string | number }];
type CountedKey<K> = K extends `${infer Stem}.one` ? Stem : never;

/** All that a face says, by key. `locale` is the BCP 47 tag in whose way numbers, dates and lists are written. */
type Catalogue = Readonly<Record<string, string>> & { readonly locale: string };

/** What a face says: all of its strings are in one catalogue, so that another language is another catalogue. */
export interface Speech<C extends Catalogue> {
  /** The string of a key with its slots filled. A key that does not exist, or a slot left open, does not compile. */
  say<K extends keyof C & string>(key: K, ...values: Values<C[K]>): string;
  /**
   * The form of `stem` that fits the count by the plural rules of the locale (CLDR: `stem.one`, `stem.few` …), with `{count}` filled
   * in; `stem.other` where the catalogue has no form of its own.
   */
  count(stem: CountedKey<keyof C>, n: number): string;
  /** `a, b and c`: part of a sentence. */
  joined(items: readonly string[]): string;
  /** `a, b, c`: an enumeration after a colon or in a cell of a table, as the language makes it. */
  listed(items: readonly string[]): string;
}

export function speechOf<const C extends Catalogue>(catalogue: C): Speech<C> {
  const texts: Readonly<Record<string, string>> = catalogue;
  const { locale } = catalogue;
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const conjunction = new Intl.ListFormat(locale);
  const enumeration = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });

  function filled(key: string, values: Readonly<Record<string, string | number>>): string {
    return (texts[key] ?? key).replace(/\{(\w+)\}/g, (slot, name: string) => {
      const value = values[name];
      if (value === undefined) return slot;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
  }

  function formOf(stem: string, n: number): string {
    const fitting = `${stem}.${plurals.select(n)}`;
    return Object.hasOwn(texts, fitting) ? fitting : `${stem}.other`;
  }

  return {
    say: (key, ...[values]) => filled(key, values ?? {}),
    count: (stem, n) => filled(formOf(stem, n), { count: n }),
    joined: (items) => conjunction.format(items),
    listed: (items) => enumeration.format(items),
  };
}
