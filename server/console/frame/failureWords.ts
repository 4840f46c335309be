import { DaylightError } from '../../../shared/errors.ts';
import { capitalised } from '../../../shared/text.ts';
import { en } from '../strings/en.ts';
import { type StringKey, say } from '../strings/say.ts';

interface FailureWords {
  readonly message: string;
  readonly remedy: string | undefined;
}

/**
 * What to tell a person of an error; never more than the server meant to be read. What was entered wrongly is said in the
 * words of the catalogue, by code and field; of anything else the server's sentence, without the path of the field before it.
 */
export function wordsOf(error: unknown): FailureWords {
  if (!(error instanceof DaylightError)) return { message: say('error.unexpected'), remedy: say('error.reloadRemedy') };
  const key = `refused.${error.code}.${error.field ?? ''}`;
  if (isKey(key)) return { message: en[key], remedy: undefined };
  const remedy = error.code === 'forbidden' ? (error.remedy ?? say('error.forbiddenRemedy')) : error.remedy;
  return { message: capitalised(withoutPath(error)), remedy };
}

/** What is wrong with this field, with the remedy, to be shown beside it; undefined when the error is not about it. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!isAt(error, [field])) return undefined;
  const { message, remedy } = wordsOf(error);
  return remedy === undefined ? message : `${message.replace(/\.$/, '')}. ${remedy}`;
}

/** Whether the error is about one of these fields. */
export function isAt(error: unknown, fields: readonly string[]): boolean {
  if (!(error instanceof DaylightError)) return false;
  const { field: named = '' } = error;
  return fields.some((field) => named === field || named.endsWith(`.${field}`));
}

function isKey(key: string): key is StringKey {
  return Object.hasOwn(en, key);
}

function withoutPath({ message, field = '' }: DaylightError): string {
  const at = field === '' ? -1 : message.indexOf(`${field}: `);
  return at < 0 ? message : message.slice(at + field.length + 2);
}
