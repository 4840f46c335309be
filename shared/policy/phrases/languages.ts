import { german } from './de.ts';
import { english } from './en.ts';
import type { Phrases } from './phrases.ts';

/** The languages that notices are made in, the one that counts first. */
export const languages: readonly Phrases[] = [english, german];
