import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { socketPath } from './core/socketPlace.ts';
import { AgentWord, BrowserWord, LINE_BYTES, pairingTokenPath } from './platform/browserWord.ts';
import { type BrowserKind, startedFor } from './platform/extensionId.ts';
import { parseLine, readLines } from './platform/lines.ts';
import { createNativeDecoder, encodeNativeFrame } from './platform/nativeFrame.ts';

/** The process that relays: what the browser has given it, and how it ends. */
export interface RelayProcess {
  readonly input: Readable;
  readonly output: Writable;
  /** Ends the process: 0 when the browser has closed the input, 2 with a sentence for whoever reads its errors. */
  end(code: 0 | 2, problem?: string): void;
}

/**
 * Passes the extension's words on to the agent while the agent listens, drops them while it does not, and keeps nothing.
 * Ends when the browser closes the input or says something that does not belong here.
 *
 * Arguments: the agent's data folder, and, from the browser, for which extension it starts this.
 */
export function relay(args: readonly string[], { input, output, end }: RelayProcess): void {
  const [agentFolder, ...fromBrowser] = args;
  if (agentFolder === undefined) {
    end(2, 'expected the data folder of the agent as the first argument');
    return;
  }
  const kind = startedFor(fromBrowser);
  if (kind === null) {
    end(2, 'this command is for the Daylight browser extension, and starts with it');
    return;
  }

  let agent: Socket | null = null;
  const say = (word: AgentWord): void => void output.write(encodeNativeFrame(word));
  const reach = async () => {
    const path = await socketPath(agentFolder, 'browser', 'find').catch(() => null);
    if (path === null) return void setTimeout(() => void reach(), RETRY_MS);
    const socket = connect(path);
    socket.on('error', () => undefined); // 'close' follows
    socket.once('connect', () => socket.write(`${JSON.stringify({ token: readToken(agentFolder) })}\n`));
    readLines(socket, LINE_BYTES, (line) => {
      const word = AgentWord.safeParse(parseLine(line));
      if (!word.success) return void socket.destroy();
      agent = word.data.say === 'listen' ? socket : null;
      say(word.data);
    });
    socket.once('close', () => {
      if (agent === socket) say({ say: 'rest' });
      agent = null;
      setTimeout(() => void reach(), RETRY_MS);
    });
  };
  void reach();

  const decode = createNativeDecoder();
  const hear = (chunk: Buffer): void => {
    const words = decoded(decode, chunk, kind);
    if (words !== null) {
      for (const word of words) agent?.write(`${JSON.stringify(word)}\n`);
      return;
    }
    input.off('data', hear);
    end(2, 'the browser said something that is not a word of the Daylight extension');
  };
  input.on('data', hear);
  input.once('end', () => end(0));
  output.on('error', () => end(0));
}

/** The agent may start long after the browser. */
const RETRY_MS = 1_000;

/**
 * Null when the browser said something else, of which not a word is told. A Chromium cannot tell which one it is of them, but
 * it is no Firefox, and a Firefox is no other.
 */
function decoded(decode: (chunk: Uint8Array) => unknown[], chunk: Uint8Array, kind: BrowserKind): BrowserWord[] | null {
  try {
    const words = decode(chunk).map((message) => BrowserWord.parse(message));
    return words.every(({ browser }) => (browser === 'firefox') === (kind === 'firefox')) ? words : null;
  } catch {
    return null;
  }
}

function readToken(agentFolder: string): string {
  try {
    return readFileSync(pairingTokenPath(agentFolder), 'utf8').trim();
  } catch {
    return '';
  }
}
