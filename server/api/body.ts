import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { importLimits } from '../../shared/protocol/http/imports.ts';
import type { RouteShape } from '../../shared/protocol/http/route.ts';
import { parsePart } from './part.ts';

/** Reads the body of a request, by the schema of its route. Throws what `asDaylightError` knows. */
export type ReadBody = (route: RouteShape, request: Request, response: Response) => Promise<unknown>;

/** A little JSON goes a long way: the largest body is an enrolment or a policy change. */
const BODY_LIMIT = 256 * 1024;

const BYTES = 'application/octet-stream';

export function createReadBody(): ReadBody {
  // What is JSON and no object is refused by the schema, which says what was expected.
  const readJson: RequestHandler = express.json({
    limit: BODY_LIMIT,
    inflate: false,
    strict: false,
    verify: requireUtf8,
  });
  const readBytes: RequestHandler = express.raw({ type: BYTES, limit: importLimits.partBytes, inflate: false });
  return async (route, request, response) => {
    if (route.body === BYTES) {
      await readBy(readBytes, request, response);
      if (Buffer.isBuffer(request.body)) return new Uint8Array(request.body);
      throw new DaylightError('bad_request', `body: expected bytes with the content type ${BYTES}`, { field: 'body' });
    }
    await readBy(readJson, request, response);
    // An empty object is how some clients say "nothing".
    if (route.body === null) {
      parsePart('body', z.strictObject({}), request.body === undefined ? {} : request.body);
      return null;
    }
    if (request.is('application/json') === false) {
      throw new DaylightError('bad_request', 'body: expected JSON with the content type application/json', {
        field: 'body',
      });
    }
    return parsePart('body', route.body, request.body);
  };
}

function readBy(reader: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise<void>((read, failed) => {
    void reader(request, response, (cause?: unknown) => {
      if (cause === undefined) read();
      else failed(cause instanceof Error ? cause : new Error('the body could not be read', { cause }));
    });
  });
}

/** What is not UTF-8 would otherwise be read with replacement characters in it. */
function requireUtf8(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || !isUtf8(body))
    throw new DaylightError('bad_request', 'body: expected JSON in UTF-8', { field: 'body' });
}
