import { countDigits, looksLikeToken } from './token.ts';

/** The longest title that is ever kept, in UTF-16 code units. */
export const LONGEST_TITLE = 512;

/**
 * A title as the level `full` keeps it: one line, without control, formatting and bidirectional characters, cut at 512
 * UTF-16 units between two characters. Null when nothing is left. Linear; never longer than what it was given.
 */
export function boundTitle(title: string): string | null {
  let bounded = '';
  let space = false;
  for (const char of title) {
    if (invisible.test(char)) continue;
    if (white.test(char)) {
      space = bounded !== '';
      continue;
    }
    const next = space ? ` ${char}` : char;
    if (bounded.length + next.length > LONGEST_TITLE) break;
    bounded += next;
    space = false;
  }
  return bounded === '' ? null : bounded;
}

/**
 * A title as the level `redacted` keeps it: e-mail addresses, handles, numbers of three and more digits, links, host
 * and file names, paths, quoted text and what looks like a token become `*`. Null when no letter is left. It is a
 * function of `boundTitle(title)`, and redacting twice changes nothing. docs/decisions/0004 says what it cannot catch.
 */
export function redactTitle(title: string): string | null {
  const bounded = boundTitle(title);
  if (bounded === null) return null;
  const words = withoutQuotes(withoutHalfWord(bounded)).split(' ');
  const kept = withoutSpacedNumbers(words.map((word) => (isTelling(word) ? REMOVED : word)));
  const redacted = kept.filter((word, at) => word !== '' && !(word === REMOVED && kept[at - 1] === REMOVED)).join(' ');
  return anyLetter.test(redacted) ? redacted : null;
}

const REMOVED = '*';
/** Not the white ones, which become a space. Unassigned and private-use characters are kept: fonts show them. */
const invisible = /[\p{Cf}\p{Cs}\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/u;
const white = /\s|\u0085/u;
const anyLetter = /\p{L}/u;
const anyAlphanumeric = /[\p{L}\p{N}\p{M}]/u;

/** A word that may have been cut could have been a number or an address: it goes. */
function withoutHalfWord(bounded: string): string {
  if (bounded.length < LONGEST_TITLE - 1) return bounded;
  return bounded.slice(0, Math.max(bounded.lastIndexOf(' '), 0));
}

const doubleQuotes = new Set('"“”„‟«»「」『』〝〞`＂');
const singleQuotes = new Set("'‘’‚‛‹›＇");

/** Stands for a quotation until its word is redacted as a whole. `boundTitle` has removed it from the text itself. */
const QUOTATION = '\u0000';

/** A quotation that is never closed goes on to the end. */
function withoutQuotes(text: string): string {
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const end = quotationEnd(text, at);
    kept += end === at ? text.charAt(at) : QUOTATION;
    at = Math.max(end, at + 1);
  }
  return kept;
}

/** Where the quotation that begins at `start` ends, exclusive; `start` itself when none begins there. */
function quotationEnd(text: string, start: number): number {
  const char = text[start] ?? '';
  if (doubleQuotes.has(char)) {
    const close = indexOfAny(text, doubleQuotes, start + 1);
    return close === -1 ? text.length : close + 1;
  }
  // Between letters it is an apostrophe.
  if (!singleQuotes.has(char) || anyAlphanumeric.test(text[start - 1] ?? '')) return start;
  for (let close = indexOfAny(text, singleQuotes, start + 1); close !== -1; ) {
    if (!anyAlphanumeric.test(text[close + 1] ?? '')) return close + 1;
    close = indexOfAny(text, singleQuotes, close + 1);
  }
  return start;
}

function indexOfAny(text: string, chars: ReadonlySet<string>, from: number): number {
  for (let at = from; at < text.length; at++) if (chars.has(text[at] ?? '')) return at;
  return -1;
}

const atSign = /@/;
const slashes = /[/\\⁄∕]/;
const encoded = /%[0-9a-f]{2}/i;
/** A dot or a colon inside a word makes a host, a file name, a version, a link or a time of it. */
const innerMark = /[\p{L}\p{N}\p{M}_-][.:。｡․‧]+[\p{L}\p{N}\p{M}_-]/u;
const LONG_NUMBER = 3;

function isTelling(word: string): boolean {
  if (word.includes(QUOTATION)) return true;
  const plain = word.normalize('NFKC');
  if (atSign.test(plain) || encoded.test(plain) || innerMark.test(plain) || innerMark.test(word)) return true;
  if (slashes.test(plain) && anyAlphanumeric.test(plain)) return true;
  return countDigits(plain) >= LONG_NUMBER || looksLikeToken(plain);
}

/**
 * `030 12 34 56` is one number, whatever stands between its parts. What was removed counts as a number, too: it may
 * have been the rest of one.
 */
function withoutSpacedNumbers(words: readonly string[]): readonly string[] {
  const kept = [...words];
  let run: number[] = [];
  let digits = 0;
  for (const [position, word] of [...words, 'end'].entries()) {
    if (anyLetter.test(word)) {
      if (digits >= LONG_NUMBER) for (const part of run) kept[part] = REMOVED;
      [run, digits] = [[], 0];
      continue;
    }
    const count = word === REMOVED ? LONG_NUMBER : countDigits(word.normalize('NFKC'));
    if (count > 0) run.push(position);
    digits += count;
  }
  return kept;
}
