import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../server/clock.ts';
import { linkAddress, makeSignInLink } from '../server/initialise.ts';
import {
  type CancellationOptions,
  cancelOrganisation,
  finishCancellations,
  lookAtOrganisation,
  type ToCancel,
} from '../server/lifecycle/cancellation.ts';
import { cancellationSayer, whatWillGo } from '../server/lifecycle/cancellationWords.ts';
import { systemRandom } from '../server/random.ts';
import { openServer } from '../server/server.ts';
import { DaylightError } from '../shared/errors.ts';
import { asWord } from '../shared/typed.ts';
import { build } from './build.ts';
import { type AtWork, goToWork } from './demo/atWork.ts';
import { cast, ORGANISATION } from './demo/cast.ts';
import { begin, computersOf, dataOf, finish, lookInto, type Made, remove } from './demo/demoFolder.ts';
import { drawScreens } from './demo/drawings.ts';
import { fill } from './demo/fill.ts';
import { createProgress, lengthWords } from './demo/progress.ts';
import { removeLeftBehind } from './demo/quickFolder.ts';
import { workdaysUntil } from './demo/workdays.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const WEEKS_3 = 15;

interface Options {
  readonly data: string;
  readonly port: number;
  readonly people: number;
  readonly days: number;
  readonly serve: boolean;
  readonly build: boolean;
  readonly remove: boolean;
  readonly yes: boolean;
}

/** Makes the demo where there is none, and serves it until Ctrl-C. */
async function demo(options: Options): Promise<void> {
  const folder = path.resolve(options.data);
  if (options.remove) return removeDemo(folder, options.yes);
  const found = await lookInto(folder);
  if (found.kind === 'foreign') throw new Error(foreign(folder, found.what));
  if (found.kind === 'unfinished') {
    const again = `Remove it with "npm run demo -- --remove${dataOption(folder)}", then make it again.`;
    throw new Error(`${folder}: a demo was begun here and not finished. ${again}`);
  }
  if (options.build && options.serve) await build();
  const made = found.kind === 'made' ? found.made : await makeDemo(folder, options);
  if (options.serve) await serveDemo(folder, made, options.port);
  else say(`Look at it with:  npm run demo${folder === DEFAULT ? '' : ` --${dataOption(folder)}`}`);
}

const DEFAULT = path.join(root, '.daylight', 'demo');

/** What names this demo in another command; nothing where it is in its usual place. */
function dataOption(folder: string): string {
  return folder === DEFAULT ? '' : ` --data ${asWord(folder, process.platform === 'win32')}`;
}

function foreign(folder: string, what: string): string {
  return `${folder}: something is here that the demo did not make (${what}). Name an empty folder, or one that does not exist, with --data.`;
}

async function makeDemo(folder: string, { people, days: count }: Options): Promise<Made> {
  const now = Date.now();
  const days = workdaysUntil(now, count);
  const from = new Date(days[0] ?? now).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
  say(`Making "${ORGANISATION}" in ${folder}: ${people} made-up people, ${count} working days since ${from}.`);
  say('What is raised in it counts as soon as it is acknowledged: its reaction period is 0 days (14 by default).');
  say('Everybody is invented, every screen is drawn; agents, server, sockets and encryption are the real ones.');
  const began = performance.now();
  await begin(folder);
  const progress = createProgress();
  const filled = await uninterrupted(folder, (signal) =>
    fill({ data: dataOf(folder), computers: computersOf(folder), people, days, now, onProgress: progress, signal }),
  );
  const { owner, manager, employee } = filled;
  const made: Made = {
    ownerEmail: owner.email,
    manager: manager && { email: manager.email, password: manager.password, recoveryCodes: [...manager.recoveryCodes] },
    employee: employee && { email: employee.email, password: employee.password },
  };
  await finish(folder, made);
  const stored = filled.stored.toLocaleString('en-GB');
  say(
    `Done in ${lengthWords(performance.now() - began)}: ${stored} observations stored, ${filled.discarded} refused by the server.`,
  );
  return made;
}

async function uninterrupted<T>(folder: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const stop = (): void => giveUp.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(giveUp.signal);
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    throw new Error(
      `Interrupted: the demo in ${folder} is not finished. Remove it with "npm run demo -- --remove${dataOption(folder)}".`,
    );
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function serveDemo(folder: string, made: Made, port: number): Promise<void> {
  const stopped = stopSignal();
  const server = await openServer({ data: dataOf(folder), port });
  try {
    const { token } = await makeSignInLink(dataOf(folder), made.ownerEmail);
    sayEntries(made, server.url, token);
    say(`Data      ${folder}`);
    say(`Remove    npm run demo -- --remove${dataOption(folder)}`);
    say('Stop      Ctrl-C. The demo stays; running this again serves it at once');
    await whileAtWork(computersOf(folder), server.url, stopped);
  } finally {
    await server.close();
  }
  say('Stopped.');
}

function sayEntries({ manager, employee }: Made, url: string, token: string): void {
  say(`\nOwner     ${linkAddress(url, token)}`);
  say('          (works once, for an hour. Run this again for another)');
  if (manager !== null) {
    const { email, password, recoveryCodes } = manager;
    say(`Manager   ${url}   ${email}   password ${password}`);
    say(
      `          second factor: one of these recovery codes, each works once: ${recoveryCodes.slice(0, 4).join('  ')}`,
    );
  }
  if (employee !== null) say(`Employee  ${url}   ${employee.email}   password ${employee.password}`);
}

/** Some of the people work meanwhile, so that there is a present to look at. What keeps them from it does not end the demo. */
async function whileAtWork(folder: string, server: string, stopped: Promise<void>): Promise<void> {
  const giveUp = new AbortController();
  const going = drawScreens()
    .then((screens) => goToWork({ folder, server, screens, signal: giveUp.signal }))
    .catch((error: unknown) => nobody(`Nobody is at work: ${wordsOf(error)}`));
  void going.then((atWork) => (giveUp.signal.aborted ? undefined : sayAtWork(atWork)));
  await stopped;
  giveUp.abort();
  await (await going).close();
}

function nobody(problem: string): AtWork {
  return { names: [], problems: [problem], close: async () => undefined };
}

function sayAtWork({ names, problems }: AtWork): void {
  if (names.length > 0)
    say(`At work   ${names.join(', ')}: recorded from now until you stop, and invented like the rest\n`);
  for (const problem of problems) say(problem);
}

/** Cancels the demo's organisation the way that every organisation is cancelled; then only what the demo has made and marked goes. */
async function removeDemo(folder: string, isSure: boolean): Promise<void> {
  const found = await lookInto(folder);
  if (found.kind === 'free') {
    say(`There is no demo in ${folder}. Nothing was removed.`);
    return;
  }
  if (found.kind === 'foreign') throw new Error(foreign(folder, found.what));
  const surroundings = { data: dataOf(folder), clock: systemClock, random: systemRandom };
  const organisation = await organisationOf(surroundings);
  for (const line of organisation === null ? [] : whatWillGo(organisation)) say(line);
  say(`Then the folder ${folder} goes, with the made-up computers in it.`);
  if (!isSure && !(await agrees())) {
    throw new Error('Nothing was removed. Say "yes" when you are asked, or give --yes.');
  }
  const tell = cancellationSayer((_, lines) => lines.forEach(say), process.stdout.isTTY);
  if (organisation !== null) await cancelOrganisation(organisation.org, { ...surroundings, tell });
  await remove(folder);
  await removeLeftBehind();
  say('Removed.');
}

/**
 * Null where there is none (any more), as after a removal that was interrupted, and where it cannot be opened, as in a demo that was
 * not finished: then the files are all that can go. Throws DaylightError `conflict` while it is served, or being made.
 */
async function organisationOf(surroundings: CancellationOptions): Promise<ToCancel | null> {
  try {
    await finishCancellations(surroundings);
    return await lookAtOrganisation(ORGANISATION, surroundings);
  } catch (error) {
    const code = error instanceof DaylightError ? error.code : null;
    if (code === 'conflict') throw error;
    if (code === 'not_found') say('There is no organisation here to cancel (any more).');
    else say(`Its organisation cannot be cancelled, only deleted: ${wordsOf(error)}`);
    return null;
  }
}

async function agrees(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question('Remove it? Type yes: ');
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
}

async function stopSignal(): Promise<void> {
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d{1,5}$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

function program(): Command {
  return new Command('npm run demo --')
    .description('Make a demo organisation of made-up people through the real protocol, and serve it until Ctrl-C.')
    .addOption(new Option('--data <folder>', 'its own folder').default(DEFAULT, '.daylight/demo'))
    .addOption(
      new Option('--port <number>', 'port to serve on; 0 lets the system choose')
        .default(7_420)
        .argParser(whole(0, 65_535)),
    )
    .addOption(new Option('--people <number>', 'fewer people').default(cast.length).argParser(whole(2, cast.length)))
    .addOption(new Option('--days <number>', 'fewer working days').default(WEEKS_3).argParser(whole(1, WEEKS_3)))
    .option('--no-serve', 'make it and end')
    .option('--no-build', 'serve with what is built already')
    .option('--remove', 'remove the demo: says what goes, and asks', false)
    .option('--yes', 'remove without asking', false)
    .exitOverride()
    .action(() => undefined);
}

async function main(): Promise<void> {
  const command = program();
  await command.parseAsync(process.argv);
  await demo(command.opts<Options>());
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const remedy = error instanceof DaylightError && error.remedy !== undefined ? `. ${error.remedy}` : '';
  return `${error.message}${remedy}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.stderr.write(`\n${wordsOf(error)}\n`);
  process.exitCode = 1;
});
