import { z } from 'zod';
import { issueWords } from './issueWords.ts';

/** Codes of every error that leaves the server or the agent. The sentence may change; the code does not. */
export const ErrorCode = z.enum([
  'bad_request', // a field is missing, unknown or out of bounds; `field` names it
  'unauthenticated', // sign in, or the session has ended
  'second_factor_required', // this account's role must use a second factor
  'wrong_credentials',
  'forbidden',
  'not_found',
  'conflict', // someone else changed it first, or it already exists
  'gone', // a link, code or version that was used or has expired
  'rate_limited',
  'too_large',
  'unavailable', // the audit, the key store or the store cannot answer: nothing was released
  'internal',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** The body of every HTTP response of 400 and above. */
export const ErrorBody = z.strictObject({
  error: z.strictObject({
    code: ErrorCode,
    /** One sentence: what was wrong and what was expected. */
    message: z.string(),
    /** Path of the field that was wrong, e.g. `parameters.title.level`. */
    field: z.string().optional(),
    /** What to do about it. */
    remedy: z.string().optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** A failure of the world (not of the program), with its remedy. Shown to people without a stack trace. */
export class DaylightError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly field: string | undefined;
  /** Of `rate_limited`: when trying again can help. An HTTP answer says it in `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'DaylightError';
    this.code = code;
    this.remedy = detail.remedy;
    this.field = detail.field;
    this.retryAfterMs = detail.retryAfterMs;
  }
}

interface ErrorDetail {
  readonly remedy?: string;
  readonly field?: string;
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/** The first problem of a failed parse: as one sentence, the field that it concerns, and the sentence without the field. */
export function describeIssue(
  error: z.ZodError,
  subject = 'value',
): { message: string; field: string; problem: string } {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = issue === undefined ? '' : [...issue.path, ...unknown].map(String).join('.');
  const where = field === '' ? subject : `${subject}: ${field}`;
  const problem = issue === undefined ? 'is not valid' : issueWords(issue);
  return { message: `${where}: ${problem}`, field, problem };
}

export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
