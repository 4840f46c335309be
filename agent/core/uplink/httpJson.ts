import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { z } from 'zod';
import { DaylightError, ErrorBody } from '../../../shared/errors.ts';
import { CSRF_HEADER } from '../../../shared/protocol/http.ts';
import { KNOWS_ALL, KNOWS_HEADER } from '../../../shared/protocol/messages.ts';

const LONGEST_ANSWER = 1024 * 1024;
const TIMEOUT_MS = 20_000;

/**
 * Posts JSON and parses the answer. Throws DaylightError with the server's own sentence, or with one that says why the
 * server could not be reached. `ca`: see Identity.
 */
export async function postJson<T>(url: string, body: unknown, schema: z.ZodType<T>, ca: string | null): Promise<T> {
  const { status, text } = await post(url, JSON.stringify(body), ca);
  const json = jsonOf(text);
  if (status >= 400) {
    const parsed = ErrorBody.safeParse(json);
    if (!parsed.success) throw new DaylightError('unavailable', `the server answered ${status}`, { remedy: CHECK });
    const { code, message, remedy, field } = parsed.data.error;
    throw new DaylightError(code, message, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(field === undefined ? {} : { field }),
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new DaylightError('unavailable', 'the answer is not that of a Daylight server of this version', {
    remedy: CHECK,
  });
}

const CHECK = 'check the address; it is that of the console, like https://daylight.example.com';

function post(url: string, body: string, ca: string | null): Promise<{ status: number; text: string }> {
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    [CSRF_HEADER]: 'agent',
    [KNOWS_HEADER]: KNOWS_ALL,
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(unreachable(url, error));
    // `rejectUnauthorized` is said so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment cannot unsay it.
    const trust = { rejectUnauthorized: true, ...(ca === null ? {} : { ca }) };
    const options = { method: 'POST', headers, agent: false, timeout: TIMEOUT_MS, ...trust };
    const sending = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LONGEST_ANSWER) sending.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', fail);
    });
    sending.on('timeout', () => sending.destroy(new Error('the server does not answer')));
    sending.on('error', fail);
    sending.end(body);
  });
}

function unreachable(url: string, error: Error): DaylightError {
  const code = 'code' in error ? String(error.code) : '';
  const { host } = new URL(url);
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    return new DaylightError('unavailable', `the certificate of ${host} is not trusted (${code})`, {
      remedy: 'for a certificate of your own add --ca FILE with the authority that signed it (PEM)',
    });
  }
  const why = code === '' ? error.message : code;
  return new DaylightError('unavailable', `the server ${host} cannot be reached (${why})`, { remedy: CHECK });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
