import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { DaylightError } from '../../shared/errors.ts';
import { ANSWER_BYTES, REQUEST_BYTES, WindowAnswer, WindowRequest } from '../../shared/protocol/window.ts';
import { badRequest } from './badRequest.ts';
import { takeTurn } from './folderTurn.ts';
import { socketPath } from './socketPlace.ts';
import { privateFolder } from './spool/disk.ts';

export interface LocalSocket {
  /** Stops listening; requests that are being answered are finished first. */
  readonly close: () => Promise<void>;
}

/**
 * Listens for the employee's window and command line, in a place that only this account can reach. Having it is also
 * what makes an agent the only one of its folder: throws DaylightError `conflict` when another one answers there.
 */
export async function listenLocally(
  folder: string,
  handle: (request: WindowRequest) => Promise<WindowAnswer>,
): Promise<LocalSocket> {
  await privateFolder(folder);
  const path = await socketPath(folder, 'agent', 'make');
  // Two agents that start at once look for a stale socket one after the other.
  return takeTurn(folder, async () => {
    const open = new Set<Socket>();
    const answering = new Set<Promise<void>>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      serve(socket, handle, answering);
    });
    await listen(server, path, folder);
    if (process.platform !== 'win32') await chmod(path, 0o600);
    return { close: () => closeServer(server, open, answering) };
  });
}

/** Asks the agent of this folder. Null when none is running; what it would not understand is refused without it. */
export async function askAgent(
  folder: string,
  request: WindowRequest,
  timeoutMs = 30_000,
): Promise<WindowAnswer | null> {
  const checked = WindowRequest.safeParse(request);
  if (!checked.success) return badRequest(checked.error);
  const socket = await reach(await socketPath(folder, 'agent', 'find'));
  if (socket === null) return null;
  try {
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('timeout')));
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of lines(socket, ANSWER_BYTES)) return WindowAnswer.parse(JSON.parse(line));
  } catch (error) {
    throw new DaylightError('unavailable', 'the agent on this computer did not answer as expected', {
      remedy: 'stop it and start it again; both must be of the same version',
      cause: error,
    });
  } finally {
    socket.destroy();
  }
  throw new DaylightError('unavailable', 'the agent on this computer ended before it answered', {
    remedy: 'see the terminal that it ran in',
  });
}

/** Whether an agent answers for this folder. */
export async function isRunning(folder: string): Promise<boolean> {
  const socket = await reach(await socketPath(folder, 'agent', 'find'));
  socket?.destroy();
  return socket !== null;
}

// ── Serving ────────────────────────────────────────────────────────────────────────────────────────────────────────

function serve(
  socket: Socket,
  handle: (request: WindowRequest) => Promise<WindowAnswer>,
  answering: Set<Promise<void>>,
): void {
  socket.on('error', () => socket.destroy());
  const answerOne = async (line: string): Promise<void> => {
    socket.write(`${JSON.stringify(await answer(line, handle))}\n`);
  };
  const answerAll = async (): Promise<void> => {
    for await (const line of lines(socket, REQUEST_BYTES)) {
      const answered = answerOne(line);
      answering.add(answered);
      await answered.finally(() => answering.delete(answered));
    }
  };
  answerAll().then(
    () => socket.end(),
    () => socket.destroy(),
  );
}

async function answer(line: string, handle: (request: WindowRequest) => Promise<WindowAnswer>): Promise<WindowAnswer> {
  const request = WindowRequest.safeParse(jsonOf(line));
  return request.success ? explained(handle, request.data) : badRequest(request.error);
}

/** What the agent answers, also when it cannot. */
export async function explained<R>(handle: (request: R) => Promise<WindowAnswer>, request: R): Promise<WindowAnswer> {
  try {
    return await handle(request);
  } catch (error) {
    const known = error instanceof DaylightError;
    return {
      ok: false,
      kind: 'failed',
      problem: known ? error.message : 'something went wrong inside the agent',
      remedy: (known ? error.remedy : undefined) ?? 'see the terminal that the agent runs in',
    };
  }
}

async function* lines(socket: Socket, longest: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longest) throw new Error('line too long');
  }
}

async function closeServer(
  server: Server,
  open: ReadonlySet<Socket>,
  answering: ReadonlySet<Promise<void>>,
): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  await Promise.allSettled(answering);
  for (const socket of open) socket.end();
  const impatience = new AbortController();
  const tooLong = setTimeout(CLOSING_MS, undefined, { signal: impatience.signal }).catch(() => undefined);
  await Promise.race([closed, tooLong]);
  impatience.abort();
  // A client that keeps its half open does not keep the agent.
  for (const socket of open) socket.destroy();
  await closed;
}

const CLOSING_MS = 1_000;

// ── Only one ───────────────────────────────────────────────────────────────────────────────────────────────────────

async function listen(server: Server, path: string, folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const error = await tryListen(server, path);
    if (error === null) return;
    if (error.code !== 'EADDRINUSE' || attempt > 0) {
      throw new DaylightError(
        'unavailable',
        `the agent's socket in ${folder} could not be opened (${error.code ?? ''})`,
        {
          remedy: 'check that your account may write there',
        },
      );
    }
    const other = await reach(path);
    if (other !== null) {
      other.destroy();
      throw new DaylightError('conflict', `an agent is running for ${folder} already`, {
        remedy: 'use it ("daylight-agent status"), or stop it first with Ctrl-C in its terminal',
      });
    }
    // Nobody answers: left behind by an agent that was killed.
    await rm(path, { force: true });
  }
}

function tryListen(server: Server, path: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((done) => {
    const failed = (error: NodeJS.ErrnoException): void => done(error);
    server.once('error', failed);
    server.listen(path, () => {
      server.off('error', failed);
      done(null);
    });
  });
}

function reach(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => socket.destroy());
      done(socket);
    });
    socket.once('error', () => done(null));
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
