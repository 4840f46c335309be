import { german } from './de.ts';
import { english } from './en.ts';
import type { Phrases } from './phrases.ts';

/** The languages that notices are made in, the one that counts first. */
export const languages: readonly Phrases[] = [english, german];

/** In a language that somebody else translated a notice into there are none: English ones then. */
export function phrasesIn(language: string): Phrases {
  return languages.find((one) => one.language === language) ?? english;
}
