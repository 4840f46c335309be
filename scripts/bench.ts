import { cpus, loadavg, totalmem } from 'node:os';
import process from 'node:process';
import { agent } from '../test/bench/agent.ts';
import { audit } from '../test/bench/audit.ts';
import { backup } from '../test/bench/backup.ts';
import { cancellation } from '../test/bench/cancellation.ts';
import { connected } from '../test/bench/connected.ts';
import { day } from '../test/bench/day.ts';
import { ingest } from '../test/bench/ingest.ts';
import type { Bench } from '../test/bench/report.ts';
import { build } from './build.ts';

const benches: Readonly<Record<string, Bench>> = { ingest, connected, day, cancellation, backup, audit, agent };

/**
 * Builds, then measures the built programs: everything, or the benchmarks that are named. `--quick` makes them short.
 * Prints lines of a Markdown table. What the numbers mean is in docs/BENCHMARKS.md.
 */
async function main(given: readonly string[]): Promise<void> {
  const quick = given.includes('--quick');
  const named = given.filter((name) => name !== '--quick');
  const unknown = named.find((name) => benches[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`${unknown}: there is no such benchmark; expected --quick, ${Object.keys(benches).join(', ')}`);
  }
  await build();
  console.log(`\n${machine()}${quick ? '\nQuick: these numbers are for trying out, not for keeping.' : ''}`);
  for (const [name, bench] of Object.entries(benches)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(
      `\n${name}, from ${new Date().toISOString()}, load average ${loadAverage()}\n\n| what | measured | bar |\n|---|---|---|`,
    );
    await bench({ quick, say: (what, value, bar = '') => console.log(`| ${what} | ${value} | ${bar} |`) });
    console.log(`\nload average at the end ${loadAverage()}`);
  }
}

function machine(): string {
  const [first] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${gib} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** Over the last minute; it contains the benchmark itself. */
function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
