import { readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { z } from 'zod';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import {
  type AgentStatus,
  EntryRequest,
  PageRequest,
  REQUEST_BYTES,
  SeenRequest,
  type WindowAnswer,
  type WindowNews,
  windowPaths,
} from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { badRequest } from './badRequest.ts';
import { writeDurably } from './files.ts';
import { explained } from './localSocket.ts';
import type { Clock, Random } from './ports.ts';
import { type PageFile, readWindowPage, type WindowPage } from './windowPage.ts';
import { createWindowSessions, type WindowSession } from './windowSessions.ts';

/**
 * The employee's page in a browser of this computer. Listens on 127.0.0.1 only while a token or a session is good; a
 * request must name exactly that address as its host, come from that page, and bear the secret of a session.
 */
export interface WindowServer {
  /** A new one-time address. Throws DaylightError `unavailable` without a page or a port, and once it is closed. */
  open(): Promise<OpenedWindow>;
  /** Whether the person can see a page now, so that it shows them that recording is on. */
  isSeen(): boolean;
  /** Tells every page that the agent has ended, or the last news given, and lets go of the port. */
  close(last?: Exclude<WindowNews, { kind: 'status' }>): Promise<void>;
}

export interface OpenedWindow {
  /** With the token after `#`, which browsers send to nobody. */
  readonly address: string;
  /** A page that leads there, readable by this account only, so that the token is in no program's arguments. */
  readonly file: string;
}

export interface WindowServerDeps {
  /** The agent's data folder. */
  readonly folder: string;
  /** Where the built page is. */
  readonly page: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly handle: (request: PageRequest) => Promise<WindowAnswer>;
  readonly watch: (onStatus: (status: AgentStatus) => void) => () => void;
  /** Makes of the commands in a message what can be typed where the agent was started; left out: as they stand. */
  readonly typed?: (line: string) => string;
  /** `isSeen` says something else than before. */
  readonly onSeen: () => void;
}

/** The names of the files that lead a browser to an address. */
export const LEAD_FILE = /^window-[0-9a-f]{16}\.html$/;
const HOST = '127.0.0.1';
/** When they are all in use, the oldest gives way that has shown no secret: other accounts of the computer can connect. */
const MOST_CONNECTIONS = 64;
const REQUEST_MS = 10_000;
/** For what a stranger has to say first; looked at every second. */
const HEADERS_MS = 2_000;
/** A page that does not read what it is told is told no more. */
const UNREAD_BYTES = 4 * 1024 * 1024;

export async function createWindowServer(deps: WindowServerDeps): Promise<WindowServer> {
  const { folder, clock, random } = deps;
  await removeLeads(folder);
  const sessions = createWindowSessions(clock, random, changed);
  const streams = new Set<(news: WindowNews) => void>();
  let listening: Promise<Listening> | null = null;
  let wasSeen = false;
  let isClosed = false;

  function changed(): void {
    if (sessions.count() === 0) void stopListening();
    const isSeen = sessions.isSeen();
    if (isSeen === wasSeen) return;
    wasSeen = isSeen;
    deps.onSeen();
  }

  function refuseWhenClosed(): void {
    if (!isClosed) return;
    throw new DaylightError('unavailable', 'the agent is ending', { remedy: 'start it again, then open the window' });
  }

  async function open(): Promise<OpenedWindow> {
    refuseWhenClosed();
    listening ??= listen();
    const { port } = await listening.catch((error: unknown) => {
      listening = null;
      throw error;
    });
    refuseWhenClosed();
    const file = join(folder, `window-${Buffer.from(random.bytes(8)).toString('hex')}.html`);
    const token = sessions.issue(() => void rm(file, { force: true }).catch(() => undefined));
    const address = `http://${HOST}:${port}/#${token}`;
    await writeDurably(file, leadTo(address));
    return { address, file };
  }

  async function listen(): Promise<Listening> {
    const page = await readWindowPage(deps.page);
    if (page === null) {
      throw new DaylightError('unavailable', 'the page of this window is not installed', {
        remedy: 'install Daylight again, or build it with "npm run build"',
      });
    }
    const server = createServer({
      ...{ maxHeaderSize: REQUEST_BYTES, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS },
      connectionsCheckingInterval: SECOND,
    });
    const strangers = boundConnections(server);
    const port = await portOf(server);
    const here = `${HOST}:${port}`;
    server.on('request', (request, response) => {
      serve({ deps, sessions, streams, page, here, strangers }, request, response).catch(() => response.destroy());
    });
    server.on('clientError', (_, socket) => void socket.destroy());
    return { server, port };
  }

  async function stopListening(): Promise<void> {
    const stopped = listening;
    listening = null;
    if (stopped === null) return;
    const { server } = await stopped;
    await new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  }

  return {
    open,
    isSeen: () => sessions.isSeen(),
    async close(last = { kind: 'ended', why: 'agent_ended' }) {
      isClosed = true;
      for (const tell of streams) tell(last);
      await new Promise((done) => setImmediate(done));
      sessions.close();
      await stopListening();
      await removeLeads(folder);
    },
  };
}

interface Listening {
  readonly server: Server;
  readonly port: number;
}

interface Served {
  readonly deps: WindowServerDeps;
  readonly sessions: ReturnType<typeof createWindowSessions>;
  readonly streams: Set<(news: WindowNews) => void>;
  readonly page: WindowPage;
  /** Host and port, the only host that is answered. */
  readonly here: string;
  /** Connections that have shown no secret, the oldest first. */
  readonly strangers: Set<Socket>;
}

function boundConnections(server: Server): Set<Socket> {
  const open = new Set<Socket>();
  const strangers = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    strangers.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      strangers.delete(socket);
    });
    const [oldest] = strangers;
    if (open.size > MOST_CONNECTIONS) oldest?.destroy();
  });
  return strangers;
}

/** What every answer carries: nothing from elsewhere runs in the page, nothing of it is kept, nobody may frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
} as const;

async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { host, origin } = request.headers;
  // A name that somebody else's server gave to this address (DNS rebinding), and pages from elsewhere.
  if (host !== served.here) {
    refuse(response, 421, `this address is http://${served.here} and nothing else`);
    return;
  }
  if (origin !== undefined && origin !== `http://${served.here}`) {
    refuse(response, 403, 'only the page of this address may ask');
    return;
  }
  const path = request.url ?? '';
  const file = served.page.get(path);
  if (file !== undefined) return isMethod(request, response, 'GET') ? answerFile(response, file) : undefined;
  switch (path) {
    case windowPaths.session:
      return isMethod(request, response, 'POST') ? openSession(served, request, response) : undefined;
    case windowPaths.ask:
    case windowPaths.seen:
      return isMethod(request, response, 'POST') ? withSession(served, request, response, path) : undefined;
    case windowPaths.watch:
      return isMethod(request, response, 'GET') ? withSession(served, request, response, path) : undefined;
    default: {
      refuse(response, 404, 'there is nothing at this address');
      return;
    }
  }
}

async function openSession({ sessions }: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request, response, EntryRequest);
  if (body === null) return;
  const secret = sessions.redeem(body.token);
  if (secret === null) {
    refuse(response, 401, 'this address was used already, or is older than a minute');
    return;
  }
  answer(response, 200, { secret });
}

async function withSession(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
  path: typeof windowPaths.ask | typeof windowPaths.seen | typeof windowPaths.watch,
): Promise<void> {
  const [, secret] = /^Bearer ([\w-]{1,64})$/.exec(request.headers.authorization ?? '') ?? [];
  const session = secret === undefined ? null : served.sessions.find(secret);
  if (session === null) {
    refuse(response, 401, typedBy(served.deps)('this window has ended; open it again with "daylight-agent window"'));
    return;
  }
  served.strangers.delete(request.socket);
  switch (path) {
    case windowPaths.ask:
      return ask(served, request, response);
    case windowPaths.seen:
      return seen(session, request, response);
    case windowPaths.watch: {
      stream(served, session, response);
      return;
    }
  }
}

async function ask({ deps }: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyText(request, response);
  if (text === null) return;
  const asked = PageRequest.safeParse(jsonOf(text));
  if (asked.success) {
    answer(response, 200, await explained(deps.handle, asked.data), commandsTyped(deps));
    return;
  }
  answer(response, 400, badRequest(asked.error));
}

async function seen(session: WindowSession, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const said = await bodyOf(request, response, SeenRequest);
  if (said === null) return;
  session.say(said.visible);
  response.writeHead(204).end();
}

function stream({ deps, streams }: Served, session: WindowSession, response: ServerResponse): void {
  const leave = session.watch();
  const commands = commandsTyped(deps);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const tell = (news: WindowNews): void => {
    if (response.writableLength > UNREAD_BYTES) return void response.destroy();
    response.write(`${JSON.stringify(news, commands)}\n`);
    if (news.kind !== 'status') response.end();
  };
  streams.add(tell);
  const stop = deps.watch((status) => tell({ kind: 'status', status }));
  response.on('close', () => {
    stop();
    streams.delete(tell);
    leave();
  });
}

async function answerFile(response: ServerResponse, { type, read }: PageFile): Promise<void> {
  const bytes = await read();
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

// ── Requests and answers ───────────────────────────────────────────────────────────────────────────────────────────

function isMethod(request: IncomingMessage, response: ServerResponse, method: 'GET' | 'POST'): boolean {
  if (request.method === method) return true;
  response.setHeader('allow', method);
  refuse(response, 405, `expected ${method}`);
  return false;
}

/** Null when it was refused, which is answered here. */
async function bodyOf<T>(request: IncomingMessage, response: ServerResponse, schema: z.ZodType<T>): Promise<T | null> {
  const text = await bodyText(request, response);
  if (text === null) return null;
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  refuse(response, 400, describeIssue(parsed.error, 'body').message);
  return null;
}

async function bodyText(request: IncomingMessage, response: ServerResponse): Promise<string | null> {
  if (request.headers['content-type'] !== 'application/json') {
    refuse(response, 415, 'expected a body of type application/json');
    return null;
  }
  const text = await boundedText(request);
  if (text === null) refuse(response, 413, `expected a body of at most ${REQUEST_BYTES} bytes`);
  return text;
}

async function boundedText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > REQUEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Replacer = (key: string, value: unknown) => unknown;

/** Where messages to the person stand, and nothing that they or their programs wrote. */
const MESSAGES: ReadonlySet<string> = new Set(['why', 'words', 'remedy', 'problem', 'said', 'key']);

function commandsTyped(deps: WindowServerDeps): Replacer {
  const typed = typedBy(deps);
  return (key, value) => (typeof value === 'string' && MESSAGES.has(key) ? typed(value) : value);
}

function typedBy({ typed }: WindowServerDeps): (line: string) => string {
  return typed ?? ((line) => line);
}

function answer(response: ServerResponse, status: number, body: unknown, replacer?: Replacer): void {
  const bytes = Buffer.from(JSON.stringify(body, replacer));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

/** What follows on a connection that was refused something is not read. */
function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${sentence}\n`);
}

function portOf(server: Server): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', (cause) => failed(new DaylightError('unavailable', 'no port can be opened', { cause })));
    server.listen(0, HOST, () => done((server.address() as AddressInfo).port));
  });
}

// ── The file that leads a browser here ─────────────────────────────────────────────────────────────────────────────

function leadTo(address: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${address}">
<title>Daylight</title>
<p><a href="${address}">Open Daylight's window</a></p>
</html>
`;
}

/** Those that an agent which was killed has left; their tokens ended with it. */
async function removeLeads(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (LEAD_FILE.test(name)) await rm(join(folder, name), { force: true });
}
