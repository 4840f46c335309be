import type { Level } from '../../shared/catalog.ts';
import { en } from './en.ts';
import { say } from './say.ts';

/** A level in a word; one that this version does not know as it is. */
export function levelWord(level: string): string {
  const key = `level.${level}`;
  return isLevel(key) ? say(key) : level;
}

function isLevel(key: string): key is `level.${Level}` {
  return key.startsWith('level.') && Object.hasOwn(en, key);
}
