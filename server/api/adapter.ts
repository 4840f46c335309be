import type { Express, Request, Response } from 'express';
import { DaylightError } from '../../shared/errors.ts';
import type { RouteShape } from '../../shared/protocol/http/route.ts';
import {
  API_PREFIX,
  CSRF_HEADER,
  type RouteName,
  type Routes,
  routes,
  sessionCookie,
} from '../../shared/protocol/http.ts';
import type { Actor } from '../authorize.ts';
import { clientAddress } from '../clientAddress.ts';
import { knownBy } from '../knows.ts';
import type { ReadBody } from './body.ts';
import { describeClient } from './client.ts';
import { openEventStream } from './eventStream.ts';
import { sendFailure } from './failures.ts';
import type { Answer, Call, Download, Handlers, TextFile } from './handler.ts';
import { parsePart } from './part.ts';
import type { Granted } from './rights.ts';
import { sendFile } from './sendFile.ts';
import { type Sessions, type SignedIn, sessionLimits } from './sessions.ts';

export interface AdapterDeps {
  readonly sessions: Sessions;
  readonly handlers: Handlers;
  /** Origins under which this server's own pages are open. */
  readonly origins: () => ReadonlySet<string>;
  /** Browsers send the cookie over TLS only; false on plain loopback. */
  readonly secureCookie: boolean;
  /** See `clientAddress`. */
  readonly behindProxy: boolean;
  /** See `createLimitKeys`. */
  readonly limitKeyOf: (address: string) => string;
  readonly closing: AbortSignal;
  /** Refuses whoever has not even the right to ask: see `requireRight`. */
  readonly permit: (name: RouteName, actor: Actor, params: Params) => Promise<Granted<RouteName>>;
  /** Refuses whoever may not look, however wrong their question is: see `requireRightToAsk`. */
  readonly permitToAsk: (name: RouteName, actor: Actor, params: Params) => Promise<void>;
  readonly readBody: ReadBody;
  /** Puts on record that somebody who is signed in was refused. */
  readonly refused: (whose: SignedIn, route: RouteName, cause: DaylightError) => Promise<void>;
  readonly log: (request: RequestLog) => void;
}

type Params = Call<RouteShape>['params'];

/** All that the log learns of a request: no address, no path, no content. */
export interface RequestLog {
  readonly route: RouteName;
  readonly status: number;
  readonly ms: number;
  readonly failure: unknown;
}

/** Puts every route of the contract into express. */
export function mountRoutes(app: Express, deps: AdapterDeps): void {
  for (const name of Object.keys(routes) as RouteName[]) mountRoute(app, deps, name);
}

function mountRoute(app: Express, deps: AdapterDeps, name: RouteName): void {
  const route: RouteShape = routes[name];
  const method = route.method.toLowerCase() as Lowercase<RouteShape['method']>;
  app[method](`${API_PREFIX}${route.path}`, async (request: Request, response: Response) => {
    const began = performance.now();
    let failure: unknown = null;
    try {
      await serve(deps, name, request, response);
    } catch (cause) {
      failure = cause;
      fail(response, cause);
    }
    deps.log({ route: name, status: response.statusCode, ms: Math.round(performance.now() - began), failure });
  });
}

/** The one way from a request to an answer: whence, who, whether they may, what, then the handler, then the answer's own schema. */
async function serve(deps: AdapterDeps, name: RouteName, request: Request, response: Response): Promise<void> {
  const route: RouteShape = routes[name];
  refuseForeign(deps, route, request);
  const address = clientAddress(request, deps.behindProxy);
  const client = describeClient(address, request.get('user-agent') ?? '');
  const signedIn = route.auth === 'public' ? null : await signedInOf(deps, request, client);
  const handler = deps.handlers[name] as unknown as (call: Call<RouteShape>) => Promise<unknown>;
  const answer = await answered(deps, name, signedIn, async () => {
    const before = await admitted(deps, name, signedIn, request);
    const query = await asked(deps, name, before, request);
    const body = await deps.readBody(route, request, response);
    const { granted, ...asking } =
      request.body === undefined ? before : await admittedAgain(deps, name, before, request);
    const from = {
      client,
      limitKey: deps.limitKeyOf(address),
      knows: knownBy(request.headers),
      cookie: cookieOf(deps, response),
    };
    const call = { ...granted, ...asking, query, body, ...from };
    // One schema per part of this very route made these; a look-up by name loses that to the compiler.
    return handler(call as unknown as Call<RouteShape>);
  });
  await send(deps, route, response, answer);
}

/** Who asks, what their path names, and what they were given leave to. */
interface Admission {
  readonly signedIn: SignedIn | null;
  readonly params: Params;
  readonly granted: Granted<RouteName>;
}

/** Refuses whoever may not ask at all. */
async function admitted(
  deps: AdapterDeps,
  name: RouteName,
  signedIn: SignedIn | null,
  request: Request,
): Promise<Admission> {
  const route: RouteShape = routes[name];
  if (signedIn !== null && route.auth === 'session') refuseIncomplete(signedIn);
  const params = parsePart('path', route.params, request.params) as Params;
  const granted = signedIn === null ? {} : await deps.permit(name, signedIn.actor, params);
  return { signedIn, params, granted };
}

/** What the query asks. Who is told what is wrong with it is somebody who may ask. */
async function asked(
  deps: AdapterDeps,
  name: RouteName,
  { signedIn, params }: Admission,
  request: Request,
): Promise<unknown> {
  try {
    return parsePart('query', routes[name].query, request.query);
  } catch (cause) {
    if (signedIn !== null) await deps.permitToAsk(name, signedIn.actor, params);
    throw cause;
  }
}

/** A body may take half a minute to come: the handler is given the session and the rights as they are after it. */
async function admittedAgain(
  deps: AdapterDeps,
  name: RouteName,
  before: Admission,
  request: Request,
): Promise<Admission> {
  if (before.signedIn === null) return before;
  const again = await deps.sessions.again(before.signedIn.session);
  if (again === null) throw noSession();
  return admitted(deps, name, again, request);
}

/** What was refused to somebody who is signed in is on record before they are told. */
async function answered(
  { refused }: AdapterDeps,
  name: RouteName,
  signedIn: SignedIn | null,
  task: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await task();
  } catch (cause) {
    if (signedIn !== null && cause instanceof DaylightError) await refused(signedIn, name, cause);
    throw cause;
  }
}

/** A page of another site can make a browser send requests, but can set neither this header nor another Origin. */
function refuseForeign(deps: AdapterDeps, route: RouteShape, request: Request): void {
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  if ((origin !== undefined && !deps.origins().has(origin)) || site === 'cross-site' || site === 'same-site') {
    throw new DaylightError('forbidden', 'requests from pages of another site are refused', {
      remedy:
        'Open the console at the address that the server prints when it starts; whoever runs it sets that with --public-url.',
    });
  }
  if (route.method === 'GET' || request.get(CSRF_HEADER) !== undefined) return;
  throw new DaylightError('forbidden', `the header ${CSRF_HEADER} is missing`, {
    field: CSRF_HEADER,
    remedy: `Send the header ${CSRF_HEADER} with any value with every request that changes something.`,
  });
}

async function signedInOf(deps: AdapterDeps, request: Request, client: Call<RouteShape>['client']): Promise<SignedIn> {
  const cookie = cookieValue(request.get('cookie') ?? '', sessionCookie(deps.secureCookie));
  const signedIn = cookie === null ? null : await deps.sessions.authenticate(cookie, client);
  if (signedIn !== null) return signedIn;
  throw cookie !== null && deps.sessions.endedWithOrganisation(cookie) ? organisationEnded() : noSession();
}

/** `field` tells a console that there is nothing to sign in to any more. */
function organisationEnded(): DaylightError {
  return new DaylightError('unauthenticated', 'the organisation of this account has ended, and the account with it', {
    field: 'organisation',
    remedy: 'Everything of it is deleted. Ask whoever ran it for the address of the certificate, which says so.',
  });
}

function noSession(): DaylightError {
  return new DaylightError('unauthenticated', 'there is no session, or it has ended', { remedy: 'Sign in.' });
}

function refuseIncomplete({ mustDo, actor }: SignedIn): void {
  if (mustDo.includes('set_password')) {
    throw new DaylightError('forbidden', 'this account has no password yet', { remedy: 'Set a password first.' });
  }
  if (actor.complete) return;
  const remedy = mustDo.includes('set_up_second_factor')
    ? 'Set up a second factor first.'
    : 'Sign in again with your second factor.';
  throw new DaylightError('second_factor_required', 'this account must use a second factor', { remedy });
}

/** Of two, one was set by somebody else: which of them would be a guess. */
function cookieValue(header: string, name: string): string | null {
  const pairs = header.split(';').map((pair) => pair.split('=', 2).map((part) => part.trim()));
  const [value, ...others] = pairs.filter(([key]) => key === name).map(([, one = '']) => one);
  if (others.length === 0) return value === undefined || value === '' ? null : value;
  throw new DaylightError('bad_request', 'cookie: the request has two sessions at once', {
    field: 'cookie',
    remedy: 'Delete the cookies of this site in your browser and sign in again.',
  });
}

function cookieOf(deps: AdapterDeps, response: Response): Call<RouteShape>['cookie'] {
  const name = sessionCookie(deps.secureCookie);
  const flags = { httpOnly: true, sameSite: 'strict', secure: deps.secureCookie, path: '/' } as const;
  return {
    set: ({ cookie }) => {
      response.cookie(name, cookie, { ...flags, maxAge: sessionLimits.absoluteMs });
    },
    clear: () => {
      response.clearCookie(name, flags);
    },
  };
}

async function send(deps: AdapterDeps, route: RouteShape, response: Response, answer: unknown): Promise<void> {
  if (typeof answer === 'function') {
    const follow = answer as Answer<Routes['proofStream']>;
    await follow(openEventStream(response, deps.closing));
    return;
  }
  if (route.response === 'application/zip') {
    await sendFile(response, answer as Download, deps.closing);
    return;
  }
  if (route.response === 'text/html' || route.response === 'text/csv') {
    const { name, text } = answer as TextFile;
    // Never shown as a page of this server's own.
    response.attachment(name).type(route.response).send(text);
    return;
  }
  if (answer instanceof Uint8Array) {
    response.type('image/webp').send(Buffer.from(answer));
    return;
  }
  if (typeof route.response === 'string') throw new Error(`a handler answered JSON where ${route.response} is due`);
  // A strict schema is also the last gate: what a handler adds by mistake does not leave the server.
  response.status(route.status ?? 200).json(route.response.parse(answer));
}

function fail(response: Response, cause: unknown): void {
  if (response.headersSent) {
    if (!response.destroyed) response.end();
    return;
  }
  sendFailure(response, cause);
}
