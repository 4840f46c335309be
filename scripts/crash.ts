import process from 'node:process';
import { parseArgs } from 'node:util';
import { account } from '../test/support/crash/account.ts';
import { type Crashable, crashed } from '../test/support/crash/crash.ts';
import { keyRoll } from '../test/support/crash/keyRoll.ts';
import { organisation } from '../test/support/crash/organisation.ts';
import { rebuilding, restoring } from '../test/support/crash/restoring.ts';
import { rootRotation } from '../test/support/crash/rootRotation.ts';
import { build } from './build.ts';

const all: Readonly<Record<string, Crashable>> = {
  organisation,
  account,
  keyRoll,
  rootRotation,
  restoring,
  rebuilding,
};

/**
 * Builds, then lets the built commands die at a thousand of their writes, each, and sees whether they come to their right end: all of them, or those
 * that are named. `--points N` tries another number. Needs Linux and gcc.
 */
async function main(given: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: { points: { type: 'string', default: '1000' } },
  });
  const points = Number(values.points);
  if (!Number.isInteger(points) || points < 1) throw new Error(`--points: expected a number, found ${values.points}`);
  const unknown = positionals.find((name) => all[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(
      `${unknown}: there is nothing of this name that could crash; expected ${Object.keys(all).join(', ')}`,
    );
  }
  await build();
  for (const [name, one] of Object.entries(all)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const { changes, ends } = await crashed(one, { points, tell: progress });
    const each = Object.entries(ends).map(([end, many]) => `${many} ${end}`);
    console.log(`${one.name}: ${points} deaths over its ${changes} changes of the folder: ${each.join(', ')}`);
  }
}

function progress(done: number, of: number): void {
  if (done % 50 === 0 || process.stderr.isTTY)
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${done} of ${of}${process.stderr.isTTY ? '' : '\n'}`);
  if (done === of && process.stderr.isTTY) process.stderr.write('\n');
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
