import { X509Certificate } from 'node:crypto';
import { readFile, rmdir, stat } from 'node:fs/promises';
import { DaylightError } from '../../shared/errors.ts';
import { EnrolmentCode } from '../../shared/protocol/http/enrolment.ts';
import {
  askNotice,
  enrol,
  fingerprint,
  finishEnrolment,
  refuseSecondEnrolment,
  type ShownNotice,
} from '../core/enrolment.ts';
import { openFolder } from '../core/files.ts';
import type { Identity } from '../core/identity.ts';
import { noticeLines } from '../core/notice.ts';
import { ownFolder } from '../core/ownFolder.ts';
import type { Clock, Random } from '../core/ports.ts';
import { CliEnd, exitCodes } from './exit.ts';
import type { Terminal } from './terminal.ts';

export interface EnrolOptions {
  readonly server: string;
  /** The code; "-" to read it from the input; left out to be asked for it. */
  readonly code?: string;
  readonly acceptNotice?: string;
  readonly later?: boolean;
  readonly ofAge?: boolean;
  readonly ca?: string;
}

/** Shows the notice in full, asks for an acknowledgement, and enrols this computer. */
export async function enrolCommand(
  { terminal, clock, random }: { terminal: Terminal; clock: Clock; random: Random },
  folder: string,
  options: EnrolOptions,
): Promise<void> {
  if (options.acceptNotice !== undefined && options.later === true) {
    throw new CliEnd(exitCodes.usage, '--accept-notice and --later exclude each other');
  }
  if (options.acceptNotice !== undefined && !/^[1-9]\d{0,15}$/.test(options.acceptNotice)) {
    const problem = `--accept-notice: expected the number of the notice, not "${options.acceptNotice}"`;
    throw new CliEnd(exitCodes.usage, problem, 'it stands above the notice; --later leaves the decision for later');
  }
  const files = await openFolder(folder);
  await refuseSecondEnrolment(folder, files);
  await ownFolder(folder);
  const finished = await finishEnrolment({ folder, files, clock, random });
  if (finished !== null) {
    terminal.say(
      'An enrolment was begun here before, and its answer did not arrive. It is finished now, as it was begun.',
    );
    sayEnrolled(terminal, folder, finished);
    terminal.say('What you decided then holds: "daylight-agent notice", once the agent runs, says what it was.');
    return;
  }
  const code = await readCode(terminal, options.code);
  const invitation = { server: options.server, code, ca: await readAuthority(options.ca) };
  await requireOfAge(terminal, options);
  const shown = await askNotice(invitation);
  terminal.say(`${shown.organisation} invites ${shown.person} to enrol this computer.`);
  terminal.say('');
  for (const line of noticeLines(shown.notice)) terminal.say(line);
  terminal.say('');
  const acknowledged = await decide(terminal, shown, options);
  const wasThere = await stat(folder).catch(() => null);
  const identity = await enrol({ folder, files, clock, random }, invitation, shown, acknowledged).catch(
    async (error: unknown) => {
      if (wasThere === null) await rmdir(folder).catch(() => undefined);
      throw error;
    },
  );
  sayEnrolled(terminal, folder, identity);
  const { version } = shown.notice;
  terminal.say(
    acknowledged
      ? `You have acknowledged notice ${version}. Nothing is recorded until you start: "daylight-agent run", then "daylight-agent start".`
      : `You have not acknowledged the notice, so nothing is collected until you do: "daylight-agent run", then "daylight-agent notice accept ${version}".`,
  );
}

function sayEnrolled(terminal: Terminal, folder: string, identity: Identity): void {
  terminal.say(`Enrolled ${identity.personName} at ${identity.organisation}, ${identity.server}.`);
  terminal.say(`Key of the server, pinned from now on: ${fingerprint(identity.serverKey)}`);
  terminal.say(`Keys and what waits to be sent are in ${folder}, which only your account can read.`);
}

/** Whoever is asked, or pipes it in, shows it to nobody; other accounts of the computer can read a process's arguments. */
async function readCode(terminal: Terminal, given: string | undefined): Promise<string> {
  if (given === undefined && !terminal.interactive) {
    throw new CliEnd(
      exitCodes.usage,
      'the code must be given by a person, and nobody can be asked here; nothing was enrolled',
      'pipe it in with --code -',
    );
  }
  const text =
    given === undefined ? await terminal.ask('One-time code: ') : given === '-' ? await terminal.read() : given;
  const code = EnrolmentCode.safeParse(text);
  if (code.success) return code.data;
  throw new CliEnd(
    exitCodes.usage,
    '--code: expected a code like 7K2QM-XV4ZD-N8TRC-0A5BE',
    'type it as it was given to you',
  );
}

/** Before the server is asked for anything. */
async function requireOfAge(terminal: Terminal, { ofAge }: EnrolOptions): Promise<void> {
  if (ofAge === true) return;
  if (!terminal.interactive) {
    throw new CliEnd(
      exitCodes.usage,
      'only the person can say that they are of age, and nobody can be asked here; nothing was enrolled',
      'use --of-age for someone who has said so',
    );
  }
  const answer = await askUntil(terminal, 'Are you of age (18, or as the law of your country has it)? [yes / no]', [
    'yes',
    'no',
  ]);
  if (answer === 'yes') return;
  throw new CliEnd(
    exitCodes.refused,
    'nothing is collected of people who are not of age: nothing was enrolled, and the code can still be used',
    'tell whoever gave you the code',
  );
}

/** A typing error decides nothing: it is asked again, but not for ever. */
async function askUntil<A extends string>(terminal: Terminal, question: string, answers: readonly A[]): Promise<A> {
  for (let asked = 0; asked < ASKED_AT_MOST; asked += 1) {
    const said = await terminal.ask(`${question} `);
    const meant = answers.find((one) => new RegExp(`^${one}$|^${one.charAt(0)}$`, 'i').test(said));
    if (meant !== undefined) return meant;
    terminal.say('That is none of the answers: nothing is decided yet.');
  }
  throw new CliEnd(exitCodes.usage, 'no answer was understood; nothing was enrolled, and the code can still be used');
}

const ASKED_AT_MOST = 5;

async function decide(terminal: Terminal, { notice }: ShownNotice, options: EnrolOptions): Promise<boolean> {
  const { acceptNotice, later } = options;
  if (later === true) return false;
  if (acceptNotice !== undefined) {
    if (acceptNotice === String(notice.version)) return true;
    throw new CliEnd(
      exitCodes.usage,
      `--accept-notice: the notice above is number ${notice.version}, not "${acceptNotice}", and nothing was enrolled`,
      `read it, then use --accept-notice ${notice.version}, or --later to decide later`,
    );
  }
  if (!terminal.interactive) {
    throw new CliEnd(
      exitCodes.usage,
      'the notice must be acknowledged by a person, and nobody can be asked here; nothing was enrolled',
      `use --accept-notice ${notice.version} for someone who has read it, or --later: then nothing is collected until they do`,
    );
  }
  const question = 'Have you read this and do you acknowledge it? [yes / later / cancel]';
  const answer = await askUntil(terminal, question, ['yes', 'later', 'cancel']);
  if (answer !== 'cancel') return answer === 'yes';
  throw new CliEnd(exitCodes.refused, 'nothing was enrolled, and the code can still be used');
}

async function readAuthority(path: string | undefined): Promise<string | null> {
  if (path === undefined) return null;
  try {
    const pem = await readFile(path, 'utf8');
    // Throws when it is not a certificate.
    const first = new X509Certificate(pem);
    return first.raw.length > 0 ? pem : null;
  } catch (error) {
    throw new DaylightError('bad_request', `--ca: ${path} is not a readable file with a certificate in PEM form`, {
      field: 'ca',
      cause: error,
    });
  }
}
