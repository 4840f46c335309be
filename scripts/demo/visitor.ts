import { generateSync } from 'otplib';
import type { z } from 'zod';
import type { Clock } from '../../server/clock.ts';
import type { RouteShape } from '../../shared/protocol/http/route.ts';
import type { Me } from '../../shared/protocol/http/signIn.ts';
import { API_PREFIX, routes } from '../../shared/protocol/http.ts';

/** Somebody at the console of the demo: what a browser would send for them. */
export interface Visitor {
  /** Throws an Error with the server's own words when it refuses. */
  ask<R extends JsonRoute>(route: R, given?: Given): Promise<z.output<R['response']>>;
  /** Asks for something that is not JSON, and returns how many bytes it was. */
  fetch(route: RouteShape, given?: Given): Promise<number>;
}

type JsonRoute = RouteShape & { readonly response: z.ZodType };

interface Given {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What an account of the demo is entered with. */
export interface Entry {
  readonly email: string;
  readonly password: string;
  /** Of the second factor, base32; null where the role needs none. */
  readonly secret: string | null;
  readonly recoveryCodes: readonly string[];
}

export function createVisitor(url: string): Visitor {
  let cookie: string | null = null;

  async function send({ method, path }: RouteShape, { params = {}, query = {}, body }: Given): Promise<Response> {
    const place = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const asked = new URLSearchParams(query).toString();
    const response = await fetch(`${url}${API_PREFIX}${place}${asked === '' ? '' : `?${asked}`}`, {
      method,
      headers: {
        'x-daylight': 'demo',
        'user-agent': 'Daylight demo',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === null ? {} : { cookie }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    if (response.ok) return response;
    throw new Error(`${method} ${place} was refused (${response.status}): ${await response.text()}`);
  }

  return {
    async ask<R extends JsonRoute>(route: R, given: Given = {}) {
      const answer = route.response.parse(await (await send(route, given)).json());
      // The schema has just said so; a generic route loses the tie between the two.
      return answer as z.output<R['response']>;
    },
    fetch: async (route, given = {}) => (await (await send(route, given)).arrayBuffer()).byteLength,
  };
}

/** Accepts an invitation; with a second factor where the role needs one. */
export async function accept(
  visitor: Visitor,
  { token, name, email, password }: { token: string; name: string; email: string; password: string },
  clock: Clock,
): Promise<Entry> {
  const me = await visitor.ask(routes.acceptInvitation, { body: { token, name, password } });
  return secure(visitor, me, { email, password }, clock);
}

/** Sets up what a new account still has to; a session from the host's link may go without a second factor, the next may not. */
export async function secure(
  visitor: Visitor,
  { mustDo, person }: Me,
  { email, password }: { email: string; password: string },
  clock: Clock,
): Promise<Entry> {
  if (mustDo.includes('set_password')) await visitor.ask(routes.setPassword, { body: { password } });
  if (person.role === 'employee') return { email, password, secret: null, recoveryCodes: [] };
  const { secret } = await visitor.ask(routes.beginTotp, { body: {} });
  const totp = codeOf(secret, clock);
  const { recoveryCodes } = await visitor.ask(routes.confirmTotp, { body: { totp } });
  return { email, password, secret, recoveryCodes };
}

export async function signIn(url: string, { email, password, secret }: Entry, clock: Clock): Promise<Visitor> {
  const visitor = createVisitor(url);
  const totp = secret === null ? {} : { totp: codeOf(secret, clock) };
  await visitor.ask(routes.signIn, { body: { email, password, ...totp } });
  return visitor;
}

function codeOf(secret: string, clock: Clock): string {
  return generateSync({ secret, epoch: Math.floor(clock.now() / 1_000) });
}
