import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { codeOf } from '../agent/core/files.ts';
import { describeIssue } from '../shared/errors.ts';
import { build } from './build.ts';
import { runTrial } from './trial.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PORT = 'expected a whole number from 0 to 65535';

const Environment = z.object({
  /** Where the trial keeps everything; deleting this folder is a fresh start. */
  DAYLIGHT_HOME: z.string().min(1).default(path.join(root, '.daylight')),
  DAYLIGHT_PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT)
    .default(7_410),
});

/** Builds what is out of date, and runs it. */
async function start(): Promise<void> {
  const env = Environment.safeParse(process.env);
  if (!env.success) {
    const { field, problem } = describeIssue(env.error);
    throw new Error(`${field}: ${problem}. Set it to another value, or leave it out.`);
  }
  const { DAYLIGHT_HOME: home, DAYLIGHT_PORT: port } = env.data;
  await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    const why = codeOf(error);
    throw new Error(`DAYLIGHT_HOME: no folder can be made at ${home} (${why}). Name another one, or leave it out.`);
  });
  await build();
  await runTrial({ home, port });
}

await start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
