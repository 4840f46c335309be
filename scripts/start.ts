import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import { z } from 'zod';
import { codeOf } from '../agent/core/files.ts';
import { describeIssue } from '../shared/errors.ts';
import { tooOldNode } from '../shared/nodeVersion.ts';
import { build } from './build.ts';
import { runTrial } from './trial.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PORT = 'expected a whole number from 0 to 65535';

const Options = z.object({
  data: z.string().min(1),
  port: z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT),
});

function program(): Command {
  return new Command('npm start --')
    .description('Build what is out of date, and run a whole Daylight on this computer until Ctrl-C.')
    .addOption(
      new Option('--data <folder>', 'where it keeps everything; deleting this folder is a fresh start')
        .env('DAYLIGHT_HOME')
        .default(path.join(root, '.daylight'), '.daylight'),
    )
    .addOption(
      new Option('--port <number>', 'port of the server; 0 lets the system choose')
        .env('DAYLIGHT_PORT')
        .default('7410'),
    )
    .showHelpAfterError('(npm start -- --help says what is possible)')
    .allowExcessArguments(false)
    .exitOverride()
    .action(() => undefined);
}

async function start(): Promise<void> {
  const old = tooOldNode(process.versions.node);
  if (old !== null) throw new Error(old);
  const command = await program().parseAsync(process.argv);
  const given = Options.safeParse(command.opts());
  if (!given.success) {
    const { field, problem } = describeIssue(given.error);
    throw new Error(`${namesOf(field)}: ${problem}. Set it to another value, or leave it out.`);
  }
  const { data, port } = given.data;
  const home = path.resolve(data);
  await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    const why = codeOf(error);
    throw new Error(
      `${namesOf('data')}: no folder can be made at ${home} (${why}). Name another one, or leave it out.`,
    );
  });
  await build();
  await runTrial({ home, port });
}

function namesOf(field: string): string {
  return `--${field} (or ${field === 'data' ? 'DAYLIGHT_HOME' : 'DAYLIGHT_PORT'})`;
}

await start().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
