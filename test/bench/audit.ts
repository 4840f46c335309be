import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileLayer } from '../support/unsynced/unsynced.ts';
import type { AuditRates } from './auditProcess.ts';
import type { Bench } from './report.ts';
import { text } from './statistics.ts';

/** Looks recorded in the audit tree, durable, on this disk and on one whose every fsync takes 4 ms longer. */
export const audit: Bench = async ({ quick, say }) => {
  const layer = await mkdtemp(join(tmpdir(), 'daylight-slow-'));
  try {
    const library = await compileLayer('slow', layer);
    for (const [disk, slowUs] of [
      ['this disk', 0],
      ['each fsync 4 ms longer', 4_000],
    ] as const) {
      for (const callers of [64, 256]) {
        const rates = await measured(callers, quick ? 3 : 15, slowUs === 0 ? {} : slowed(library, slowUs));
        const where = `${disk} (${text(rates.syncMs, 1)} ms), ${callers} callers`;
        say(`audit entries, durable, ${where}`, `${text(rates.perSecond)}/s, p99 ${text(rates.p99Ms)} ms`, '≥ 2,000/s');
        say(`… proof of consistency over ${text(rates.entries)} entries, p99`, `${text(rates.proofMs, 1)} ms`);
      }
    }
  } finally {
    await rm(layer, { recursive: true });
  }
};

function slowed(library: string, us: number): Record<string, string> {
  return { LD_PRELOAD: library, SLOW_SYNC_US: String(us) };
}

/** In a process of its own: a layer is preloaded when one begins. */
async function measured(callers: number, seconds: number, env: Record<string, string>): Promise<AuditRates> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-audit-'));
  try {
    const script = fileURLToPath(new URL('./auditProcess.ts', import.meta.url));
    const args = ['--import', 'tsx', script, folder, String(callers), String(seconds)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
    return JSON.parse(stdout) as AuditRates;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
