#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { parameterIds } from '../shared/catalog.ts';
import { tooOldNode } from '../shared/nodeVersion.ts';
import { asTyped, howTyped } from '../shared/typed.ts';
import {
  answerNotice,
  answerRequest,
  dropScreenshot,
  giveConsent,
  keepIdleUntil,
  languageTag,
  listScreenshots,
  parameterNamed,
  saveScreenshot,
  seeFirstUse,
  showConsents,
  showFirstUse,
  showIdle,
  showNotice,
  showRequests,
  showStatus,
  tell,
} from './cli/askCommands.ts';
import { dataFolder, readEnvironment } from './cli/dataFolder.ts';
import { enrolCommand } from './cli/enrolCommand.ts';
import { CliEnd, exitCodes, exitHelp, exitOf } from './cli/exit.ts';
import { proveCommand } from './cli/proveCommand.ts';
import { runCommand } from './cli/runCommand.ts';
import { scriptedPlatform } from './cli/scripted.ts';
import { openTerminal } from './cli/terminal.ts';
import { windowCommand } from './cli/windowCommand.ts';
import { wipeCommand } from './cli/wipeCommand.ts';
import { addExtensionCommand } from './extensionCommand.ts';
import { endOnCrash, keepOwnMemory } from './platform/ownProcess.ts';
import { createRealPlatform } from './platform/real.ts';
import { createRegistrar } from './platform/registrar.ts';
import { createSystemClock, createSystemRandom } from './platform/system.ts';
import { AGENT_VERSION } from './version.ts';

/** The command line of the agent: reads the arguments, and leaves the rest to agent/cli. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const old = tooOldNode(process.versions.node);
    if (old !== null) throw new CliEnd(exitCodes.usage, old);
    await program().parseAsync(argv);
    return exitCodes.ok;
  } catch (error) {
    // Help and version have been printed; a usage error has its sentence.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { code, line } = exitOf(error);
    terminal.complain(line);
    return code;
  }
}

const started = howTyped('daylight-agent', {
  ...{ argv: process.argv, env: process.env, cwd: process.cwd(), platform: process.platform },
});
const typed = (line: string): string => asTyped(line, started);
const terminal = openTerminal(process.env, typed);
endOnCrash(terminal.complain);
const clock = createSystemClock();
const random = createSystemRandom();

function program(): Command {
  const cli = new Command('daylight-agent')
    .description(
      'Records what your organisation has published and you have acknowledged, while you track, and nothing else.',
    )
    .version(AGENT_VERSION)
    .option('--data <folder>', 'data folder (otherwise DAYLIGHT_AGENT_DATA, or the usual place of your system)')
    .addHelpText('after', exitHelp)
    .showHelpAfterError(typed('See "daylight-agent --help".'))
    .exitOverride();
  const folder = (): string => dataFolder(cli.opts<{ data?: string }>().data, readEnvironment(process.env));
  setUp(cli, folder);
  tracking(cli, folder);
  looking(cli, folder);
  addExtensionCommand(cli, { agentFolder: folder, environment: () => readEnvironment(process.env), terminal });
  // `--data` may stand before or after the command.
  for (const command of everyCommand(cli)) {
    command.exitOverride();
    command.option('--data <folder>', 'data folder');
    command.hook('preAction', (_, action) => {
      const { data } = action.opts<{ data?: string }>();
      if (data !== undefined) cli.setOptionValue('data', data);
    });
  }
  return cli;
}

function everyCommand(cli: Command): Command[] {
  return cli.commands.flatMap((command) => [command, ...everyCommand(command)]);
}

function setUp(cli: Command, folder: () => string): void {
  cli
    .command('enrol')
    .description('enrol this computer with a one-time code, after showing what is collected')
    .requiredOption('--server <address>', 'address of the server, like https://daylight.example.com')
    .option(
      '--code <code>',
      'one-time code; left out, you are asked for it; "-" reads it from the input; other accounts of this computer can see one given here',
    )
    .option('--accept-notice <number>', 'acknowledge the notice of this number without being asked')
    .option('--of-age', 'say, without being asked, that you are of age: 18, or as the law of your country has it')
    .option('--later', 'enrol without acknowledging; nothing is collected until you do')
    .option('--ca <file>', 'trust only certificates that descend from those in this PEM file')
    .action((options: { server: string; code?: string; acceptNotice?: string; later?: boolean; ca?: string }) =>
      enrolCommand({ terminal, clock, random }, folder(), options),
    );
  cli
    .command('run')
    .description('run the agent in this terminal, which shows what it does; Ctrl-C ends it')
    .addHelpText('after', typed(SEEN_HELP))
    .addOption(new Option('--scripted <file>').hideHelp())
    .action(async ({ scripted }: { scripted?: string }) => {
      const platform =
        scripted === undefined
          ? createRealPlatform({ folder: folder(), clock })
          : await scriptedPlatform(terminal, clock, readEnvironment(process.env), scripted);
      await keepOwnMemory();
      await runCommand({ terminal, clock, random, platform, typed }, folder());
    });
  cli
    .command('wipe')
    .description('retire this device and delete everything that Daylight keeps on this computer')
    .option('--yes', 'do not ask')
    .action((options: { yes?: boolean }) =>
      wipeCommand({ terminal, clock, random, places: createRegistrar() }, folder(), options),
    );
}

/** What the agent takes for granted, and cannot look behind: see agent/cli/terminal.ts. */
const SEEN_HELP = `
Nothing is observed unless something shows you that it is. The output counts as seen when it goes to a terminal; into a pipe
only while the agent has a terminal all the same, as in "daylight-agent run | tee log" typed into one. Into a file, nowhere or
the system's journal it does not count, nor into a pipe where there is no terminal at all, as under cron, a service manager or a
container: then only an open "daylight-agent window" does. Scripts and tests give it a terminal of its own, for example by
script -qec "daylight-agent run" /dev/null`;

interface WorkOptions {
  readonly project?: string;
  readonly task?: string;
}

function tracking(cli: Command, folder: () => string): void {
  const workOf = ({ project, task }: WorkOptions) => ({ project: project ?? null, task: task ?? null });
  cli
    .command('start')
    .description('start tracking')
    .option('--project <name>', 'what you work on')
    .option('--task <name>', 'what you do there')
    .action((options: WorkOptions) => tell(terminal, folder(), { command: 'start', ...workOf(options) }));
  cli
    .command('project')
    .description('change the project and task while you track; without a name: none')
    .argument('[project]')
    .argument('[task]')
    .action((project?: string, task?: string) => {
      const work = { ...(project === undefined ? {} : { project }), ...(task === undefined ? {} : { task }) };
      return tell(terminal, folder(), { command: 'project', ...workOf(work) });
    });
  for (const [command, description] of [
    ['stop', 'stop tracking'],
    ['pause', 'pause: nothing is recorded until you resume'],
    ['resume', 'resume after a pause'],
  ] as const) {
    cli
      .command(command)
      .description(description)
      .action(() => tell(terminal, folder(), { command }));
  }
  cli
    .command('note')
    .description('write a note')
    .argument('<text...>', 'the note; "-" reads it from the input, where no other account of this computer can see it')
    .action(async (words: string[]) => {
      const text = words.join(' ');
      await tell(terminal, folder(), { command: 'note', text: text === '-' ? await terminal.read() : text });
    });
  cli
    .command('idle')
    .description('time that you were away: "keep" sends what was seen in it, "discard" cuts it out and deletes that')
    .argument('[answer]', 'keep or discard; without it: what is held back, and until when')
    .option('--until <time>', 'with keep: only up to this time, like 14:05; the rest is cut out')
    .action((answer: string | undefined, { until }: { until?: string }) => {
      if (until !== undefined) return keepIdleUntil(terminal, folder(), answer, until);
      if (answer === undefined) return showIdle(terminal, folder(), clock.now());
      if (answer !== 'keep' && answer !== 'discard')
        throw new CliEnd(exitCodes.usage, 'idle: expected "keep" or "discard"');
      return tell(terminal, folder(), { command: 'answer_idle', answer });
    });
}

function looking(cli: Command, folder: () => string): void {
  cli
    .command('status')
    .description('what is recorded now and why, until when, what waits, what was sent and what was dropped')
    .option('--json', 'for machines')
    .action(({ json }: { json?: boolean }) => showStatus(terminal, folder(), json === true, clock.now()));
  cli
    .command('window')
    .description('open your window in the browser of this computer: what is recorded now, and every command above')
    .option('--no-open', 'print its address instead; it works once, within a minute')
    .action((options: { open: boolean }) => windowCommand(terminal, folder(), options));
  cli
    .command('prove')
    .description(
      'prove that something is off on this computer: tries to record it with made-up readings, and looks for it',
    )
    .argument('<what>', `one of: ${parameterIds.join(', ')}`)
    .option('--json', 'the report and its signature, for machines')
    .option('--out <file>', 'save the signed report in a new file')
    .action((what: string, options: { json?: boolean; out?: string }) =>
      proveCommand(terminal, folder(), what, options, clock.now()),
    );
  const screenshots = cli.command('screenshots').description('screenshots that wait for your review');
  screenshots
    .command('list', { isDefault: true })
    .description('list them')
    .action(() => listScreenshots(terminal, folder(), clock.now()));
  screenshots
    .command('drop')
    .description('drop one: it is deleted and never sent')
    .argument('<id>')
    .action((id: string) => dropScreenshot(terminal, folder(), id));
  screenshots
    .command('show')
    .description('save one as a file, to look at it')
    .argument('<id>')
    .requiredOption('--out <file>', 'a new file (WebP)')
    .action((id: string, { out }: { out: string }) => saveScreenshot(terminal, folder(), id, out));
  const requests = cli
    .command('requests')
    .description('requests about your data in your name, which wait for your word that they are yours');
  requests
    .command('list', { isDefault: true })
    .description('show them')
    .action(() => showRequests(terminal, folder(), clock.now()));
  for (const [answer, description] of [
    ['yes', 'that was you: this computer signs it, and your organisation must answer'],
    ['no', 'that was not you: it is withdrawn, and your organisation is told'],
  ] as const) {
    requests
      .command(answer)
      .description(description)
      .argument('<id>')
      .action((id: string) => answerRequest(terminal, folder(), { id, answer, now: clock.now() }));
  }
  cli
    .command('seen')
    .description(
      'what is about to be recorded here for the first time; with its name: you have seen that, and it may begin',
    )
    .argument('[what]', `one of: ${parameterIds.join(', ')}`)
    .action((what?: string) =>
      what === undefined
        ? showFirstUse(terminal, folder())
        : seeFirstUse(terminal, folder(), parameterNamed('seen', what)),
    );
  const consent = cli
    .command('consent')
    .description('what is collected only with your consent, which you give and withdraw');
  consent
    .command('list', { isDefault: true })
    .description('show what rests on it, and whether you gave it')
    .action(() => showConsents(terminal, folder()));
  consent
    .command('give')
    .description('consent, after it has shown what to')
    .argument('<what>')
    .action((what: string) => giveConsent(terminal, folder(), what));
  consent
    .command('withdraw')
    .description('take it back: it stops here at once, and what waits to be sent is deleted')
    .argument('<what>')
    .action((what: string) => {
      const parameter = parameterNamed('consent withdraw', what);
      return tell(terminal, folder(), { command: 'withdraw_consent', parameter });
    });
  const notice = cli.command('notice').description('what your organisation collects, and your acknowledgement');
  notice
    .command('show', { isDefault: true })
    .description('show it')
    .option('--language <tag>', 'in this language, where there is a translation of this very text')
    .action(({ language }: { language?: string }) => showNotice(terminal, folder(), language));
  for (const [name, command, description] of [
    ['accept', 'accept_notice', 'acknowledge the notice of this number'],
    ['agree', 'agree', 'agree to what the notice of this number takes from you; until you do your old terms stay'],
  ] as const) {
    notice
      .command(name)
      .description(description)
      .argument('<number>')
      .option('--language <tag>', 'the language in which you have read it')
      .action((text: string, { language }: { language?: string }) => {
        const version = Number(text);
        if (!Number.isSafeInteger(version) || version < 1) {
          throw new CliEnd(exitCodes.usage, `notice ${name}: expected the number of the notice, not "${text}"`);
        }
        return answerNotice(terminal, folder(), { command, version, language: languageTag(language) });
      });
  }
}

process.exitCode = await main(process.argv);
