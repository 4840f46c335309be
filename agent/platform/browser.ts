import { timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { MonoMs } from '../../shared/time.ts';
import type { Availability, BrowserSensor, BrowserTab, Clock } from '../core/ports.ts';
import { socketPath } from '../core/socketPlace.ts';
import { type AgentWord, BrowserWord, LINE_BYTES, PairingLine, pairingTokenPath } from './browserWord.ts';
import { works } from './display.ts';
import { parseLine, readLines } from './lines.ts';

/**
 * What the paired browser extension says of the tab in front. The extension speaks only while somebody listens: there
 * is no socket before `start()` and after its end, and so nothing leaves the browser. `folder` is the agent's data
 * folder, where the socket and the pairing token are, for this user only.
 */
export function createBrowserSensor({ folder, clock }: { folder: string; clock: Clock }): BrowserSensor {
  let heard: Heard | null = null;
  return {
    availability: () => browserAvailability(folder),
    start: async () => {
      if (heard !== null) throw new Error('the browser sensor is already running');
      const mine: Heard = new Map();
      heard = mine;
      try {
        const close = await listen(folder, clock, mine);
        return async () => {
          if (heard === mine) heard = null;
          await close();
        };
      } catch (error) {
        heard = null;
        throw error;
      }
    },
    tab: () => (heard === null ? null : lastWord(heard, clock.mono())),
  };
}

/** Older than this, a word says nothing about now; the extension repeats itself every five seconds. */
const SILENT_AFTER_MS = 15_000;

/** One entry for each browser (profile) that is connected. */
type Heard = Map<Socket, BrowserTab>;

/** The browser that has the focus speaks for all; among several the newest word counts. */
function lastWord(heard: Heard, now: MonoMs): BrowserTab | null {
  const fresh = [...heard.values()].filter(({ receivedMono }) => now - receivedMono <= SILENT_AFTER_MS);
  const newest = fresh.sort((a, b) => b.receivedMono - a.receivedMono);
  return newest.find(({ focused }) => focused) ?? newest[0] ?? null;
}

async function browserAvailability(folder: string): Promise<Availability> {
  if ((await readToken(folder)) !== null) return works;
  return {
    works: false,
    why: 'the address of the page in front is not known: no browser extension is paired with this agent',
    remedy: 'choose "Pair the browser extension…" in the tray, or run "daylight-agent extension"',
  };
}

async function listen(folder: string, clock: Clock, heard: Heard): Promise<() => Promise<void>> {
  const token = await readToken(folder);
  if (token === null) throw new Error('no browser extension is paired with this agent; run "daylight-agent extension"');
  const path = await socketPath(folder, 'browser', 'make');
  if (process.platform !== 'win32') {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rm(path, { force: true });
  }
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    if (open.size >= MOST_BROWSERS) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      heard.delete(socket);
    });
    hear(socket, token, (word) => heard.set(socket, tabOf(word, clock.mono())));
  });
  await listening(server, path);
  if (process.platform !== 'win32') await chmod(path, 0o600);
  server.unref();

  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of open) socket.destroy();
    heard.clear();
    await closed;
    if (process.platform !== 'win32') await rm(path, { force: true });
  };
}

const MOST_BROWSERS = 16;
const PAIRING_MS = 5_000;

/** A connection that has not shown the token within five seconds, or that says anything unexpected, is closed. */
function hear(socket: Socket, token: string, onWord: (word: BrowserWord) => void): void {
  let paired = false;
  socket.unref();
  socket.on('error', () => undefined); // 'close' follows
  const timer = setTimeout(() => socket.destroy(), PAIRING_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  readLines(socket, LINE_BYTES, (line) => {
    if (paired) {
      const word = BrowserWord.safeParse(parseLine(line));
      if (word.success) onWord(word.data);
      else socket.destroy();
      return;
    }
    if (!isPaired(line, token)) return void socket.destroy();
    paired = true;
    clearTimeout(timer);
    socket.write(`${JSON.stringify({ say: 'listen' } satisfies AgentWord)}\n`);
  });
}

function isPaired(line: string, token: string): boolean {
  const shown = PairingLine.safeParse(parseLine(line));
  return shown.success && timingSafeEqual(Buffer.from(shown.data.token), Buffer.from(token));
}

function tabOf(word: BrowserWord, receivedMono: MonoMs): BrowserTab {
  const { browser } = word;
  if (word.private) return { browser, url: null, title: null, private: true, focused: true, receivedMono };
  if (!word.focused) return { browser, url: null, title: null, private: false, focused: false, receivedMono };
  return { browser, url: word.url, title: word.title, private: false, focused: true, receivedMono };
}

async function readToken(folder: string): Promise<string | null> {
  const text = await readFile(pairingTokenPath(folder), 'utf8').catch(() => null);
  const token = PairingLine.shape.token.safeParse(text?.trim());
  return token.success ? token.data : null;
}

async function listening(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Error('the socket for the browser extension could not be opened in the data folder', { cause }));
    });
    server.listen(path, resolve);
  });
}
