import { DaylightError, type ErrorCode } from '../../../shared/errors.ts';

const codes: readonly ErrorCode[] = ['gone', 'not_found', 'bad_request', 'wrong_credentials', 'unauthenticated'];

/** True when trying the same link again cannot help. */
export function isUsedUp(error: unknown): boolean {
  return error instanceof DaylightError && codes.includes(error.code);
}
