import { en } from '../strings/en.ts';
import { type StringKey, say } from '../strings/say.ts';

/** A kind of security event that this console has no words for is shown as the server names it. */
export function kindText(kind: string): string {
  const key = `event.${kind}`;
  return Object.hasOwn(en, key) ? say(key as Extract<StringKey, `event.${string}`>) : kind;
}
