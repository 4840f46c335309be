import { z } from 'zod';

/**
 * Text of people, one schema for every door: well-formed Unicode (no lone surrogates) without control characters, which
 * are C0, DELETE and C1 (U+0000–U+001F, U+007F–U+009F). Lengths are in UTF-16 code units.
 */

/** Several lines: tab and line feed are allowed. */
export function text(min: number, max: number, tooShort?: string) {
  return (
    z
      .string()
      .min(min, tooShort)
      .max(max)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what this refuses
      .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]*$/u, 'control characters are not allowed')
  );
}

/** One line: no tab and no line feed either; white space around it is dropped. */
export function line(min: number, max: number) {
  return (
    z
      .string()
      .trim()
      .min(min)
      .max(max)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what this refuses
      .regex(/^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u, 'expected one line without control characters')
  );
}

/** The explicit formatting characters of UAX #9: they turn the order of what stands beside them, to the end of the line or for good. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu;

/** The same text in the order that its own letters have: for what was taken in before anybody could refuse it. */
export function withoutTurning(text: string): string {
  return text.replace(TURNING, '');
}

/** For text that others read between words of ours. */
export function turnsNothing(text: string): boolean {
  return withoutTurning(text) === text;
}

/** What people, teams and organisations are told apart by: one line that shows something, and nothing in it that turns what stands beside it. */
export function name(max: number) {
  return line(1, max)
    .regex(/(?!\p{DI})[\p{L}\p{N}]/u, 'expected a letter or digit in it')
    .refine(turnsNothing, 'expected a name without characters that turn the direction of text');
}

/** What is the same here can hardly be told apart: width, case, white space, and what shows nothing (UAX #15, UAX #31) make no difference. */
export function asSeen(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{DI}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** Anything that is Unicode at all: for secrets, which nobody reads. */
export function wellFormed(min: number, max: number, tooShort?: string) {
  return z
    .string()
    .min(min, tooShort)
    .max(max)
    .regex(/^[^\ud800-\udfff]*$/u, 'expected well-formed Unicode');
}

/** As a sentence begins: parts of the program answer in phrases, which also stand after a colon. */
export function capitalised(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
