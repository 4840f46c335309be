/**
 * Whether a word looks made by a machine to name one thing or open one door: identifiers, hashes, session tokens,
 * base64, UUIDs, JWTs, long numbers. Leans towards yes. Linear in the word's length.
 */
export function looksLikeToken(word: string): boolean {
  if (word.length > LONGEST_WORD || word.startsWith('eyJ')) return true;
  if (hasLongNumber(word)) return true;
  const joined = word.replaceAll(separators, '');
  if (joined.length >= 8 && onlyHex.test(joined) && (joined.length >= 16 || hasDigit.test(joined))) return true;
  return word.split(separators).some(isTokenPart);
}

/** Three digits in a row, of any script. */
export function hasLongNumber(word: string): boolean {
  return longNumber.test(word);
}

/** How many digits, of any script. */
export function countDigits(word: string): number {
  return word.match(everyDigit)?.length ?? 0;
}

function isTokenPart(part: string): boolean {
  if (part.length >= 32) return true;
  if (part.length >= 8 && hasDigit.test(part) && hasLetter.test(part)) return true;
  return part.length >= 12 && (part.match(everyRise)?.length ?? 0) >= 3;
}

const LONGEST_WORD = 64;
const separators = /[-_.~ ]+/g;
const onlyHex = /^[0-9a-f]*$/i;
const hasDigit = /\p{Nd}/u;
const everyDigit = /\p{Nd}/gu;
const longNumber = /\p{Nd}{3}/u;
const hasLetter = /\p{L}/u;
const everyRise = /[a-z][A-Z]/g;
