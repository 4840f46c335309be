import { printable } from '../../shared/printable.ts';
import { asTyped, howTyped } from '../../shared/typed.ts';
import type { Migration } from '../store/sqlite/format.ts';
import type { Given } from './options.ts';

/** What the exit code of a command means; also in --help. */
export const exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  unsafe: 3,
  notFound: 4,
  conflict: 5,
  attention: 6,
  unproven: 7,
} as const;

export function say(options: Given, json: object, lines: readonly string[]): void {
  process.stdout.write(options['json'] === true ? `${JSON.stringify(json)}\n` : `${lines.map(words).join('\n')}\n`);
}

/** On standard error: it is no part of what the command was asked for. */
export function migrated({ file, from, to }: Migration): void {
  process.stderr.write(
    `daylight-server: brought ${file} from format ${from} to ${to}; a Daylight from before refuses it now.\n`,
  );
}

/** Commands as they can be typed here, and nothing that moves the cursor: what is said may come from a file of others. */
export function words(text: string): string {
  const { argv, env, platform } = process;
  const how = howTyped('daylight-server', { argv, env, platform, cwd: process.cwd() });
  return text
    .split('\n')
    .map((line) => printable(asTyped(line, how)))
    .join('\n');
}
