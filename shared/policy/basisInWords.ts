import { english } from './phrases/en.ts';
import { LawfulBasis } from './policy.ts';

/** What somebody wrote as the ground of something: where it is what programs call a lawful basis, the words for that. */
export function basisInWords(written: string): string {
  const named = LawfulBasis.safeParse(written.trim());
  return named.success ? english.bases[named.data] : written;
}
