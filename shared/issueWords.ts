import type { z } from 'zod';

/**
 * What is wrong with a value, as a phrase for a person: `expected at most 200 characters`. Schemas that say it in words of
 * their own are believed; what zod says by itself names types and operators of a program. The value is never repeated.
 */
export function issueWords(issue: z.core.$ZodIssue): string {
  if (!ZODS_OWN.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.message.endsWith('received undefined') ? 'is missing; ' : ''}expected ${kindOf(issue.expected)}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'does not have the form that is expected';
    case 'invalid_value':
      return `expected ${choice(issue.values)}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `expected ${choice(issue.options)}`
        : 'is none of what is possible here';
    case 'unrecognized_keys':
      return 'is not known here';
    default:
      return 'is not valid';
  }
}

/** Messages of our own schemas are facts in lower case. */
const ZODS_OWN = /^(Invalid|Too big|Too small|Unrecognized)/;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'expected an id (UUID)',
  date: 'expected a day such as 2026-11-12',
  email: 'expected an e-mail address',
  url: 'expected an address such as https://daylight.example.com',
  base64: 'expected base64',
  base64url: 'expected base64url',
};

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};

function amount(bound: number | bigint, origin: string): string {
  const [one, many] = UNITS[origin] ?? ['', ''];
  return `${bound} ${Number(bound) === 1 ? one : many}`.trimEnd();
}

function choice(values: readonly unknown[]): string {
  const named = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return named.length === 1 ? String(named[0]) : `one of ${named.join(', ')}`;
}
