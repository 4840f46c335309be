import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import { type Clock, systemClock } from '../../server/clock.ts';
import { initialise } from '../../server/initialise.ts';
import { openServer, type Server, type Surroundings } from '../../server/server.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { KNOWS_ALL, KNOWS_HEADER } from '../../shared/protocol/messages.ts';
import type { Role } from '../../shared/roles.ts';
import { type MovableClock, movable } from './movableClock.ts';

export const PASSWORD = 'correct horse battery';
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
export const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** A real server with a real store in a folder of its own, on a port that the system chose. */
export interface TestServer {
  readonly server: Server;
  readonly url: string;
  readonly data: string;
  readonly clock: MovableClock;
  /** Makes another organisation, beside the running server, and signs its owner in. */
  addOrganisation(name: string): Promise<TestOwner>;
  close(): Promise<void>;
}

export interface TestOwner {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly email: string;
  readonly client: Client;
}

export async function startServer(
  surroundings: Surroundings = {},
  config: { readonly behindProxy?: boolean } = {},
): Promise<TestServer> {
  const data = await mkdtemp(join(tmpdir(), 'daylight-api-'));
  const clock = movable(systemClock);
  // A first organisation that no test uses: the server needs a folder to open.
  await initialise(
    data,
    { organisation: 'First', ownerName: 'First Owner', ownerEmail: 'first@example.com', reactionDays: 0 },
    { clock },
  );
  const server = await openServer({ data, port: 0, logLevel: 'silent', ...config }, { clock, ...surroundings });
  return {
    server,
    url: server.url,
    data,
    clock,
    async addOrganisation(name) {
      const email = `owner@${name.toLowerCase()}.example.com`;
      const made = await initialise(
        data,
        { organisation: name, ownerName: `${name} Owner`, ownerEmail: email, reactionDays: 0 },
        { clock },
      );
      const client = createClient(server.url);
      await client.ok('POST', '/session/link', { token: made.token });
      await client.ok('PUT', '/account/password', { password: PASSWORD });
      return { org: made.org, person: made.person, email, client };
    },
    async close() {
      await server.close();
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// A test reads what it expects out of an answer; its expectation is the check.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

/** A browser's side of the contract: keeps the cookie and sends the header. */
export interface Client {
  readonly url: string;
  cookie: string | null;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** The same, and fails unless the answer is below 300; returns the body. */
  ok(method: string, path: string, body?: unknown): Promise<Json>;
}

export function createClient(url: string, userAgent = CHROME): Client {
  const client: Client = {
    url,
    cookie: null,
    async send(method, path, body, headers = {}) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          'user-agent': userAgent,
          ...(method === 'GET' ? {} : { 'x-daylight': 'test', [KNOWS_HEADER]: KNOWS_ALL }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(client.cookie === null ? {} : { cookie: client.cookie }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const set = response.headers.getSetCookie()[0];
      if (set !== undefined) client.cookie = /=;/.test(set) ? null : (set.split(';')[0] ?? null);
      const isJson = (response.headers.get('content-type') ?? '').includes('json');
      const content = isJson && method !== 'HEAD' ? await response.json() : Buffer.from(await response.arrayBuffer());
      return { status: response.status, body: content, headers: response.headers };
    },
    async ok(method, path, body) {
      const reply = await client.send(method, path, body);
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
      return reply.body;
    },
  };
  return client;
}

/** Publishes a change on top of the policy that is in force. Returns the version of the new one. */
export async function publish(owner: Client, parameters: object, more: object = {}): Promise<number> {
  const { policy } = await owner.ok('GET', '/policy');
  const change = { baseVersion: policy.version, reason: 'for this test', parameters, ...more };
  return (await owner.ok('PUT', '/policy', change)).policy.version;
}

export interface Member {
  readonly person: PersonId;
  readonly email: string;
  readonly client: Client;
  /** Base32; null where none was set up. */
  readonly secret: string | null;
}

/** Invites someone, accepts for them, and sets up the second factor that their role needs. */
export async function addMember(
  { url, clock }: { readonly url: string; readonly clock: Pick<Clock, 'now'> },
  owner: Client,
  role: Role,
  member: { name: string; email: string; teams?: string[]; managesTeams?: string[]; secondFactor?: boolean },
): Promise<Member> {
  const { name, email, teams = [], managesTeams = [], secondFactor = role !== 'employee' } = member;
  const invited = await owner.ok('POST', '/people', { name, email, role, teams, managesTeams });
  const client = createClient(url);
  await client.ok('POST', '/session/invitation', { token: invited.token, name, password: PASSWORD });
  const secret = secondFactor ? await setUpTotp(client, clock) : null;
  return { person: invited.person.id, email, client, secret };
}

export async function setUpTotp(client: Client, clock: Pick<Clock, 'now'>): Promise<string> {
  const { secret } = await client.ok('POST', '/account/totp', {});
  await client.ok('PUT', '/account/totp', { totp: totpCode(secret, clock.now()) });
  return secret;
}

export function totpCode(secret: string, at: number): string {
  return generateSync({ secret, epoch: Math.floor(at / 1000) });
}
