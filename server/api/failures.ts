import type { Response } from 'express';
import { DaylightError, type ErrorBody, type ErrorCode } from '../../shared/errors.ts';
import { SECOND } from '../../shared/time.ts';
import { StoreError } from '../store/store.ts';
import { VaultError } from '../vault/vault.ts';

/** The status of every error code; a code has one status, whatever the route. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  bad_request: 400,
  unauthenticated: 401,
  wrong_credentials: 401,
  second_factor_required: 403,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

/** Any failure as what may be told of it. What nobody foresaw says nothing of itself. */
export function asDaylightError(cause: unknown): DaylightError {
  if (cause instanceof DaylightError) return cause;
  if (cause instanceof StoreError) return ofStore(cause);
  if (cause instanceof VaultError) {
    return new DaylightError('unavailable', 'the data cannot be opened, so nothing was released', {
      remedy: 'An administrator finds the reason in the log of the server.',
      cause,
    });
  }
  return (
    ofExpress(cause) ?? new DaylightError('internal', 'the server has failed at this; it is in its log', { cause })
  );
}

/** Answers with what may be told of a failure, and when it makes sense to try again (RFC 9110, section 10.2.3). */
export function sendFailure(response: Response, cause: unknown): void {
  const error = asDaylightError(cause);
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(retryAfterMs / SECOND)));
  response.status(statusOf[error.code]).json(errorBody(error));
}

function errorBody({ code, message, field, remedy }: DaylightError): ErrorBody {
  return {
    error: {
      code,
      message,
      ...(field === undefined || field === '' ? {} : { field }),
      ...(remedy === undefined ? {} : { remedy }),
    },
  };
}

function ofStore(cause: StoreError): DaylightError {
  if (cause.code === 'conflict') {
    return new DaylightError('conflict', 'it exists already, or someone else changed it first', {
      remedy: 'Read it again and decide anew.',
      cause,
    });
  }
  return new DaylightError('unavailable', 'the store cannot do this now; nothing was changed and nothing released', {
    remedy: 'Try again in a minute.',
    cause,
  });
}

/** What express's own parts throw has a `type`; the wording is theirs and may quote the body, so it is not used. */
function ofExpress(cause: unknown): DaylightError | null {
  const type = cause instanceof Error && 'type' in cause ? String(cause.type) : '';
  if (type === 'entity.too.large') return new DaylightError('too_large', 'the body is larger than 256 KiB', { cause });
  if (type.startsWith('entity.') || type === 'charset.unsupported' || type === 'encoding.unsupported') {
    return new DaylightError('bad_request', 'the body is not JSON in UTF-8', { cause });
  }
  if (cause instanceof URIError) return new DaylightError('bad_request', 'the address is not well formed', { cause });
  const status = cause instanceof Error && 'status' in cause ? cause.status : null;
  // What leads out of the folder (403) is not there for anybody.
  if (status === 404 || status === 403) return new DaylightError('not_found', 'there is no such file', { cause });
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new DaylightError('bad_request', 'the request cannot be answered as it stands', { cause });
  }
  return null;
}
