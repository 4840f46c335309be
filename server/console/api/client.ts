import type { z } from 'zod';
import { DaylightError, ErrorBody } from '../../../shared/errors.ts';
import type { RouteShape } from '../../../shared/protocol/http/route.ts';
import { API_PREFIX, CSRF_HEADER, type RouteName, type Routes, routes } from '../../../shared/protocol/http.ts';
import { say } from '../strings/say.ts';
import { withinTime } from './withinTime.ts';

/** Routes that answer with JSON; images and event streams are fetched by the browser itself. */
export type JsonRoute = {
  [R in RouteName]: Routes[R]['response'] extends z.ZodType ? R : never;
}[RouteName];

export type StreamRoute = {
  [R in RouteName]: Routes[R]['response'] extends 'text/event-stream' ? R : never;
}[RouteName];

/** Routes that answer with a file. */
export type FileRoute = {
  [R in RouteName]: Routes[R]['response'] extends 'application/zip' ? R : never;
}[RouteName];

export type Answer<R extends JsonRoute> = Routes[R]['response'] extends z.ZodType<infer Output> ? Output : never;

type Part<Name extends string, Value> =
  Record<string, never> extends Value ? { readonly [N in Name]?: Value } : { readonly [N in Name]: Value };

export type Request<R extends RouteName> = Part<'params', z.input<Routes[R]['params']>> &
  Part<'query', z.input<Routes[R]['query']>> &
  (Routes[R]['body'] extends z.ZodType<unknown, infer Input>
    ? Part<'body', Input>
    : Routes[R]['body'] extends string
      ? { readonly body: Blob }
      : { readonly body?: never });

interface AnyRequest {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/**
 * One request to the server. The answer has passed its route's schema. Fails with a DaylightError: the server's own
 * code, sentence and remedy, `unavailable` when it cannot be reached, `internal` when its answer is not understood.
 */
export async function call<R extends JsonRoute>(
  name: R,
  request: Request<R>,
  signal?: AbortSignal,
): Promise<Answer<R>> {
  const route: RouteShape = routes[name];
  const json = await send(route, request, signal);
  const parsed = typeof route.response === 'string' ? undefined : route.response.safeParse(json);
  if (parsed === undefined || !parsed.success) throw notUnderstood(parsed?.error);
  return parsed.data as Answer<R>; // the schema of this very route made it; a lookup by name loses that to the compiler
}

/** Begins to fetch a file, and fails as `call` does; the body is still to be read, and ends with an error when `signal` is aborted. */
export async function openFile<R extends FileRoute>(
  name: R,
  request: Request<R>,
  signal: AbortSignal,
): Promise<Response> {
  const response = await reached(signal, (ours) => ask(routes[name], request, ours));
  if (!response.ok) throw await failureIn(response);
  return response;
}

/** The address of a route on this server, with its path and query filled in. */
export function addressOf<R extends RouteName>(name: R, request: Omit<Request<R>, 'body'>): string {
  return address(routes[name], request);
}

async function send(route: RouteShape, request: AnyRequest, signal: AbortSignal | undefined): Promise<unknown> {
  const { response, json } = await reached(signal, (ours) => answered(route, request, ours));
  if (!response.ok) throw failureOf(json, response.status);
  return json;
}

/** What the server gives in time; otherwise it cannot be reached. */
function reached<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withinTime(signal, work).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    const remedy = say('error.unreachableRemedy');
    throw new DaylightError('unavailable', say('error.unreachable'), { remedy, cause });
  });
}

/** What is no JSON is undefined. */
async function answered(
  route: RouteShape,
  request: AnyRequest,
  signal: AbortSignal,
): Promise<{ response: Response; json: unknown }> {
  const response = await ask(route, request, signal);
  const json: unknown = await response.json().catch((error: unknown) => {
    if (signal.aborted) throw error;
  });
  return { response, json };
}

function ask(route: RouteShape, request: AnyRequest, signal: AbortSignal): Promise<Response> {
  return fetch(address(route, request), {
    method: route.method,
    credentials: 'same-origin',
    headers: headersOf(route),
    body: bodyOf(route, request),
    signal,
  });
}

function bodyOf(route: RouteShape, { body }: AnyRequest): BodyInit | null {
  if (route.body === null) return null;
  return body instanceof Blob ? body : JSON.stringify(body ?? {});
}

function headersOf(route: RouteShape): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (route.method !== 'GET') headers[CSRF_HEADER] = 'console';
  if (route.body !== null) headers['content-type'] = typeof route.body === 'string' ? route.body : 'application/json';
  return headers;
}

function address(route: RouteShape, request: AnyRequest): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(asText(request.params?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, asText(value));
  }
  const text = query.toString();
  return `${API_PREFIX}${path}${text === '' ? '' : `?${text}`}`;
}

/** A part of an address is a text or a number; the routes' schemas have nothing else. */
function asText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TypeError(`an address cannot hold a ${typeof value}`);
}

/** What the server said when it refused. */
export async function failureIn(response: Response): Promise<DaylightError> {
  return failureOf(await response.json().catch(() => undefined), response.status);
}

function failureOf(json: unknown, status: number): DaylightError {
  const body = ErrorBody.safeParse(json);
  if (!body.success) {
    return new DaylightError('internal', say('error.status', { status }), { remedy: say('error.retryRemedy') });
  }
  const { code, message, field, remedy } = body.data.error;
  return new DaylightError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function notUnderstood(cause: unknown): DaylightError {
  return new DaylightError('internal', say('error.notUnderstood'), { remedy: say('error.reloadRemedy'), cause });
}
