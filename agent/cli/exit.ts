import { DaylightError, type ErrorCode } from '../../shared/errors.ts';
import type { WindowAnswer } from '../../shared/protocol/window.ts';
import { capitalised } from '../../shared/text.ts';

/** Exit codes, as `--help` lists them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notRunning: 3, notEnrolled: 4, refused: 5 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitHelp = `
Exit codes: 0 done · 1 failed · 2 wrong arguments · 3 no agent is running · 4 not enrolled · 5 refused by policy, lease or state`;

/** An end of the command with a sentence for the person and a code for the program that called it. */
export class CliEnd extends Error {
  readonly code: ExitCode;
  readonly remedy: string | undefined;

  constructor(code: ExitCode, message: string, remedy?: string) {
    super(message);
    this.name = 'CliEnd';
    this.code = code;
    this.remedy = remedy;
  }
}

export function refusedBy(answer: Extract<WindowAnswer, { ok: false }>): CliEnd {
  const code = { bad_request: exitCodes.usage, refused: exitCodes.refused, failed: exitCodes.failed }[answer.kind];
  return new CliEnd(code, answer.problem, answer.remedy);
}

export function exitOf(error: unknown): { code: ExitCode; line: string } {
  if (error instanceof CliEnd) return { code: error.code, line: sentence(error.message, error.remedy) };
  if (error instanceof DaylightError) {
    return { code: codeOf(error.code, error.field), line: sentence(error.message, error.remedy) };
  }
  // The words of the system name a call, and may repeat what a person wrote.
  const kind = error instanceof Error && 'code' in error ? String(error.code) : nameOf(error);
  const remedy =
    'look at the data folder and the disk, then try again; if it stays so, tell those who look after Daylight';
  return { code: exitCodes.failed, line: sentence(`something went wrong (${kind})`, remedy) };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

function codeOf(code: ErrorCode, field: string | undefined): ExitCode {
  if (code === 'bad_request') return exitCodes.usage;
  return code === 'not_found' && field === 'identity' ? exitCodes.notEnrolled : exitCodes.failed;
}

function sentence(problem: string, remedy: string | undefined): string {
  const start = capitalised(problem).replace(/\.$/, '');
  return remedy === undefined ? `${start}.` : `${start}: ${remedy.replace(/\.$/, '')}.`;
}
