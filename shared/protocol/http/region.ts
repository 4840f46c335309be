import { z } from 'zod';

/** Where data is kept: a country (ISO 3166-1 alpha-2), or a part of one (ISO 3166-2), such as `DE` or `DE-BE`. */
export const Region = z
  .string()
  .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'expected a country or a part of one, such as DE or DE-BE')
  .refine(isCountry, 'expected the code of a country that there is (ISO 3166-1), such as DE');
export type Region = z.infer<typeof Region>;

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

function isCountry(region: string): boolean {
  const code = region.slice(0, 2);
  return (
    /^[A-Z]{2}$/.test(code) && !['ZZ', 'XA', 'XB', 'EU', 'UN', 'EZ'].includes(code) && countries.of(code) !== undefined
  );
}
