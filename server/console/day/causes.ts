import { en } from '../strings/en.ts';
import { type StringKey, say } from '../strings/say.ts';

/** Why a session stopped or has a gap, in words. A cause that this console does not know is shown as it is. */
export function causeText(cause: string): string {
  const key = `cause.${cause}`;
  return isKey(key) ? say(key as CauseKey) : cause;
}

type CauseKey = Extract<StringKey, `cause.${string}`>;

function isKey(key: string): key is StringKey {
  return Object.hasOwn(en, key);
}
