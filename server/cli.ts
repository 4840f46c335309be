#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { DaylightError } from '../shared/errors.ts';
import { failureLines } from '../shared/failure.ts';
import type { OrgId } from '../shared/ids.ts';
import { tooOldNode } from '../shared/nodeVersion.ts';
import { checkOnHost } from './checkOnHost.ts';
import { agreed, named } from './cli/ask.ts';
import { addBackupCommands, backupsOption, keepOption } from './cli/backup.ts';
import { addBreakGlass, addShow } from './cli/breakGlass.ts';
import { addVerifyCertificate, cancelPerson } from './cli/endings.ts';
import { addIncidentDrill } from './cli/incidentDrill.ts';
import { addKeys } from './cli/keys.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven, rootKeyOption } from './cli/options.ts';
import { addRecovery, sayWhatTheSetStillHolds } from './cli/recovery.ts';
import { addRetention } from './cli/retention.ts';
import { exit, migrated, say, words } from './cli/say.ts';
import { addVerifyAudit } from './cli/verifyAudit.ts';
import { systemClock } from './clock.ts';
import { DEFAULT_PORT, parseServerConfig } from './config.ts';
import { initialise, linkAddress, makeEnrolmentCode, makeSignInLink, type SignInLink } from './initialise.ts';
import { lastAddress } from './lastAddress.ts';
import { cancelOrganisation, finishCancellations, lookAtOrganisation } from './lifecycle/cancellation.ts';
import { cancellationSayer, whatWillGo } from './lifecycle/cancellationWords.ts';
import { checkExport } from './lifecycle/checkExport.ts';
import { createLog, failureFields } from './log.ts';
import { keepOwnMemory } from './ownProcess.ts';
import { systemRandom } from './random.ts';
import { findingWords } from './records/findingWords.ts';
import { openServer } from './server.ts';
import { StoreError } from './store/store.ts';
import { VaultError } from './vault/vault.ts';

const help = `
Exit codes: 0 done · 1 failed · 2 wrong option, value or configuration · 3 refused because it would not be safe (no TLS, a
wrong or readable root key) · 4 not found (no data folder, no such owner) · 5 conflict (exists already, port or folder in use) ·
6 done, and what was checked needs somebody · 7 a certificate that fits the key in it, while nothing says whose key that is

Every option can be given in the environment instead, as --help of each command says. DAYLIGHT_TRACE=1 adds stack traces.`;

const WHERE =
  'The link leads to --public-url, or to --port of this computer, or else to where the server last listened.';

const ELSEWHERE =
  'People sign in at that address alone. Where they reach this server by another name, say so with --public-url.';

// Who reads this may stop reading (a closed terminal, `| head`): that must not end the server.
process.stdout.on('error', () => undefined);

// Node would print the message, which may quote what it is about, and the line of the program.
process.on('uncaughtException', (error) => {
  createLog('error').error('crashed', { failure: failureFields(error) });
  process.exit(exit.failed);
});

await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  try {
    const old = tooOldNode(process.versions.node);
    if (old !== null) throw new DaylightError('bad_request', old);
    await program().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function program(): Command {
  const command = new Command('daylight-server')
    .description('The server of Daylight: keeps, protects and shows what the published policy allows.')
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', help)
    .addOption(rootKeyOption())
    .hook('preAction', (all, one) => {
      one.setOptionValue('rootKey', all.getOptionValue('rootKey'));
    })
    .exitOverride();
  addInit(command);
  addServe(command);
  addSignInLink(command);
  addEnrolmentCode(command);
  addKeys(command);
  addRecovery(command);
  addCancel(command);
  addCheckExport(command);
  addCheck(command);
  addBackupCommands(command);
  addBreakGlass(command);
  addShow(command);
  addVerifyAudit(command);
  addIncidentDrill(command);
  addRetention(command);
  addVerifyCertificate(command);
  return command;
}

function addInit(parent: Command): void {
  parent
    .command('init')
    .description('Make keys, an organisation with its first policy, and its owner; prints a one-time sign-in link.')
    .addOption(dataOption())
    .addOption(new Option('--organisation <name>', 'name of the organisation').env('DAYLIGHT_ORGANISATION'))
    .addOption(new Option('--owner-name <name>', 'name of its owner').env('DAYLIGHT_OWNER_NAME'))
    .addOption(new Option('--owner-email <address>', 'e-mail address of its owner').env('DAYLIGHT_OWNER_EMAIL'))
    .addOption(
      new Option(
        '--reaction-days <days>',
        'how long its people may react to a raise before it counts, 0 to 90 (default: 14)',
      ).env('DAYLIGHT_REACTION_DAYS'),
    )
    .addOption(portOption())
    .addOption(publicUrlOption())
    .addOption(jsonOption())
    .addHelpText('after', `\nRun it again to add another organisation, also while the server runs.\n${WHERE}`)
    .action(async (options: Given) => {
      const data = need(options, 'data');
      const base = await linkBase(options, data);
      const begun = {
        organisation: need(options, 'organisation'),
        ownerName: need(options, 'ownerName'),
        ownerEmail: need(options, 'ownerEmail'),
        ...(options['reactionDays'] === undefined ? {} : { reactionDays: Number(options['reactionDays']) }),
      };
      const made = await initialise(data, begun, { migrated, rootKey: rootKeyGiven(options) });
      // The link leads to this port: the server is to listen there.
      const given = typeof options['port'] === 'string' ? ` --port ${options['port']}` : '';
      sayLink(options, made, linkAddress(base, made.token), [
        `Made the organisation ${options['organisation']} in ${data}.`,
        `Start it with \`daylight-server serve${given}\`.`,
      ]);
    });
}

function addServe(parent: Command): void {
  parent
    .command('serve')
    .description('Run the server until it is asked to stop (SIGINT, SIGTERM).')
    .addOption(dataOption())
    .addOption(portOption())
    .addOption(new Option('--host <address>', 'address to listen on (default: 127.0.0.1)').env('DAYLIGHT_HOST'))
    .addOption(new Option('--tls-cert <file>', 'certificate chain, PEM').env('DAYLIGHT_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'private key of the certificate, PEM').env('DAYLIGHT_TLS_KEY'))
    // Not `.env()`: commander takes a switch for given whatever the word in the environment says.
    .option(
      '--behind-proxy',
      'a proxy in front ends TLS and names the client (env: DAYLIGHT_BEHIND_PROXY, true or false)',
    )
    .addOption(publicUrlOption())
    .addOption(
      new Option('--region <code>', 'where this server is, such as DE; its data is then served nowhere else').env(
        'DAYLIGHT_REGION',
      ),
    )
    .addOption(backupsOption())
    .addOption(
      new Option('--backup-every <hours>', 'from one backup to the next (default: 24)').env('DAYLIGHT_BACKUP_EVERY'),
    )
    .addOption(keepOption())
    .addOption(
      new Option('--log-level <level>', 'debug, info, error or silent (default: info)').env('DAYLIGHT_LOG_LEVEL'),
    )
    .addOption(jsonOption())
    .action(async (options: Given) => {
      await keepOwnMemory();
      const { json: _json, ...given } = options;
      const server = await openServer({
        ...given,
        data: need(options, 'data'),
        behindProxy: options['behindProxy'] === true || flag('DAYLIGHT_BEHIND_PROXY'),
      });
      // Whoever reads that it listens may stop it at once.
      const stopped = stopSignal();
      say(options, { event: 'listening', url: server.url, port: server.port, data: server.folder }, [
        `Daylight listens at ${server.url}`,
        ...(server.mayHaveOtherNames ? [ELSEWHERE] : []),
        `Data: ${server.folder}`,
        server.organisations === 0
          ? 'There is no organisation yet: run `daylight-server init`.'
          : 'Stop it with Ctrl-C.',
      ]);
      const signal = await stopped;
      await server.close();
      say(options, { event: 'stopped', signal }, ['Stopped.']);
    });
}

function addSignInLink(parent: Command): void {
  parent
    .command('sign-in-link')
    .alias('owner-link')
    .description('Make a new one-time sign-in link for somebody who is locked out. Works while the server runs.')
    .addOption(dataOption())
    .addOption(new Option('--email <address>', 'e-mail address of the person').env('DAYLIGHT_OWNER_EMAIL'))
    .addOption(portOption())
    .addOption(publicUrlOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\n${WHERE}` +
        '\nWrites the link to the same store as the server, and is on record there. The link counts as second factor for\n' +
        'the session that it makes, in which a new password and second factor can be set.',
    )
    .action(async (options: Given) => {
      const data = need(options, 'data');
      const base = await linkBase(options, data);
      const made = await makeSignInLink(data, need(options, 'email'), { migrated, rootKey: rootKeyGiven(options) });
      sayLink(options, made, linkAddress(base, made.token), []);
    });
}

function addEnrolmentCode(parent: Command): void {
  parent
    .command('enrolment-code')
    .description('Make a code that enrols one device of an owner, without a browser. Works while the server runs.')
    .addOption(dataOption())
    .addOption(new Option('--email <address>', 'e-mail address of the owner').env('DAYLIGHT_OWNER_EMAIL'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nFor everyone else an owner or admin makes codes in the console. On record as a security event.',
    )
    .action(async (options: Given) => {
      const [data, email] = [need(options, 'data'), need(options, 'email')];
      const { org, person, token, expiresAt } = await makeEnrolmentCode(data, email, {
        migrated,
        rootKey: rootKeyGiven(options),
      });
      say(options, { org, person, code: token, expiresAt }, [
        'Enrol one device within a day: run "daylight-agent enrol --server <address>" there and enter this code:',
        `  ${token}`,
      ]);
    });
}

function addCancel(parent: Command): void {
  parent
    .command('cancel')
    .description(
      'End an organisation, or the account of one person, for ever: keys and all that is kept. The server must be stopped.',
    )
    .addOption(dataOption())
    // Not `.env()`: a variable that was set for `init` must not choose what ends.
    .option('--organisation <name>', 'its name or id; given here alone, never in the environment')
    .option(
      '--person <address>',
      'end the account with this e-mail address alone; given here, never in the environment',
    )
    .option('--yes', 'without asking', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nSays what will go, and asks for the name. Its keys are destroyed first, so that nothing of it can be opened; then everything is\n' +
        'deleted, the files are cleaned of what was deleted, and all of it is looked for again. Each state is written into ledger.ndjson\n' +
        'before it is shown. If it is interrupted, the next start of the server goes on with it, and so does this command without a name.',
    )
    .action(async (options: Given) => {
      if (options['person'] !== undefined) return cancelPerson(options);
      const surroundings = {
        data: need(options, 'data'),
        rootKey: rootKeyGiven(options),
        clock: systemClock,
        random: systemRandom,
        migrated,
      };
      const tell = cancellationSayer((json, lines) => say(options, json, lines), process.stdout.isTTY);
      const which = options['organisation'];
      const finished = await finishCancellations({ ...surroundings, tell });
      for (const org of finished) say(options, { event: 'cancelled', org }, [begunBefore(org)]);
      if (finished.some((org) => which === undefined || which === org)) return sayWhatTheSetStillHolds(options);
      const found = await lookAtOrganisation(named(which), surroundings);
      say(options, { event: 'will_go', ...found }, whatWillGo(found));
      if (options['yes'] !== true) await agreed(found.name, 'to cancel it for ever', 'cancelled');
      await cancelOrganisation(found.org, { ...surroundings, tell });
      say(options, { event: 'cancelled', org: found.org }, [
        `"${found.name}" is cancelled. Nothing of it is left here.`,
        'Start the server: it makes the certificate, which becomes final once no backup holds sealed bytes of it.',
      ]);
      await sayWhatTheSetStillHolds(options);
    });
}

function addCheckExport(parent: Command): void {
  parent
    .command('check-export')
    .description(
      'Check that a downloaded and unpacked export is whole and of the form that it says. Needs no data folder.',
    )
    .argument('<folder>', 'the folder that manifest.json is in')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNothing in an export is signed: this does not show whose it is, nor that nobody made it up.',
    )
    .action(async (folder: string, options: Given) => {
      const { manifest, files, records } = await checkExport(folder);
      say(options, { asOf: manifest.asOf, files, records }, [
        `The export is whole: ${files} files with ${records} records, as of ${new Date(manifest.asOf).toISOString()}.`,
      ]);
    });
}

function addCheck(parent: Command): void {
  parent
    .command('check')
    .description(
      'Look whether the records are in order: reviews whose day has passed or is near, what is collected without an assessment.',
    )
    .addOption(dataOption())
    .addOption(new Option('--organisation <name>', 'its name or id (default: each)').env('DAYLIGHT_ORGANISATION'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nChanges nothing, and works while the server runs. Exit code 6 says that something has to be done now.',
    )
    .action(async (options: Given) => {
      const which = options['organisation'];
      const surroundings = {
        data: need(options, 'data'),
        rootKey: rootKeyGiven(options),
        clock: systemClock,
        random: systemRandom,
        migrated,
      };
      const checked = await checkOnHost(typeof which === 'string' ? which : null, surroundings);
      for (const { name, findings, ...rest } of checked) {
        const found = findings.length === 0 ? ['Nothing is wrong.'] : findings.map(findingWords);
        say(options, { name, findings, ...rest }, [`${name}:`, ...found.map((one) => `  ${one}`)]);
      }
      if (checked.some(({ needsAttention }) => needsAttention)) process.exitCode = exit.attention;
    });
}

function begunBefore(org: OrgId): string {
  return `What was begun before is finished: nothing is left of organisation ${org} here.`;
}

function portOption(): Option {
  return new Option('--port <number>', `port (default: ${DEFAULT_PORT})`).env('DAYLIGHT_PORT');
}

function publicUrlOption(): Option {
  const what = 'where people open the console, when that is not this host and port';
  return new Option('--public-url <url>', what).env('DAYLIGHT_PUBLIC_URL');
}

/** In the environment a switch is a word. */
function flag(name: string): boolean {
  const value = process.env[name] ?? '';
  if (value === '' || value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  throw new DaylightError('bad_request', `${name}: expected true or false`, {
    field: name,
    remedy: `Set ${name} to true or to false, or leave it out.`,
  });
}

/** The same rules as the server's own address; a command beside it opens no port. */
async function linkBase({ port, publicUrl }: Given, data: string): Promise<string> {
  const config = parseServerConfig({
    data,
    ...(port === undefined ? {} : { port }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  });
  if (config.publicUrl !== undefined) return config.publicUrl;
  const last = port === undefined ? await lastAddress(data) : null;
  return last ?? `http://localhost:${config.port}`;
}

function sayLink(options: Given, made: SignInLink, link: string, lines: readonly string[]): void {
  const { org, person, token, expiresAt } = made;
  say(options, { org, person, link, token, expiresAt }, [
    ...lines,
    'Sign in with this link, once and within the hour:',
    `  ${link}`,
  ]);
}

async function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** One sentence with its remedy on standard error; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
  const { message, remedy, code } = explain(error);
  const asJson = process.argv.includes('--json');
  const line = asJson
    ? JSON.stringify({ error: { message, remedy } })
    : words(`${message}.${remedy === null ? '' : ` ${remedy}`}`);
  process.stderr.write(`${asJson ? line : `daylight-server: ${line}`}\n`);
  if (isSet(process.env['DAYLIGHT_TRACE'])) process.stderr.write(`${failureLines(failureFields(error)).join('\n')}\n`);
  return code;
}

function explain(error: unknown): { message: string; remedy: string | null; code: number } {
  if (error instanceof DaylightError) {
    return { message: withoutStop(error.message), remedy: error.remedy ?? null, code: codeOf(error) };
  }
  if (error instanceof VaultError) return { message: withoutStop(error.message), remedy: null, code: exit.unsafe };
  if (error instanceof StoreError) return { message: withoutStop(error.message), remedy: null, code: exit.failed };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const where = error instanceof Error && 'path' in error ? `${String(error.path)}: ` : '';
  if (code === 'EROFS') {
    return {
      message: `${where}this disk can only be read (EROFS), and opening the data writes beside it`,
      remedy: 'Mount it so that it can be written, or copy the folder to a disk that can be, and use the copy.',
      code: exit.failed,
    };
  }
  return {
    message: `${where}it failed (${code})`,
    remedy: 'Look at the folder and the disk; DAYLIGHT_TRACE=1 shows where it failed.',
    code: exit.failed,
  };
}

function codeOf({ code }: DaylightError): number {
  if (code === 'bad_request') return exit.usage;
  if (code === 'forbidden') return exit.unsafe;
  if (code === 'not_found') return exit.notFound;
  return code === 'conflict' ? exit.conflict : exit.failed;
}

function withoutStop(message: string): string {
  return message.replace(/\.$/, '');
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
