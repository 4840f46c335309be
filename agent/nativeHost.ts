import { readFileSync, realpathSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { socketPath } from './core/socketPlace.ts';
import { AgentWord, BrowserWord, LINE_BYTES, pairingTokenPath } from './platform/browserWord.ts';
import { type BrowserKind, startedFor } from './platform/extensionId.ts';
import { parseLine, readLines } from './platform/lines.ts';
import { createNativeDecoder, encodeNativeFrame } from './platform/nativeFrame.ts';

/**
 * The process that the browser starts for the extension. It passes the extension's words on to the agent while the
 * agent listens, drops them while it does not, and keeps nothing. It ends when the browser closes its standard input
 * or says something that does not belong here.
 *
 * Arguments: the agent's data folder, and, from the browser, for which extension it starts this.
 */
function runNativeHost(args: readonly string[]): void {
  const [agentFolder, ...fromBrowser] = args;
  if (agentFolder === undefined) return fail('expected the data folder of the agent as the first argument');
  const kind = startedFor(fromBrowser);
  if (kind === null) return fail('this command is for the Daylight browser extension, and starts with it');

  let agent: Socket | null = null;
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
  process.stdin.on('data', (chunk: Buffer) => {
    const words = decoded(decode, chunk, kind);
    for (const word of words) agent?.write(`${JSON.stringify(word)}\n`);
  });
  process.stdin.once('end', () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
}

/** The agent may start long after the browser. */
const RETRY_MS = 1_000;

/** A Chromium cannot tell which one it is of them, but it is no Firefox, and a Firefox is no other. */
function decoded(decode: (chunk: Uint8Array) => unknown[], chunk: Uint8Array, kind: BrowserKind): BrowserWord[] {
  try {
    const words = decode(chunk).map((message) => BrowserWord.parse(message));
    if (words.every(({ browser }) => (browser === 'firefox') === (kind === 'firefox'))) return words;
  } catch {
    // Said below, without a word of what it was.
  }
  return fail('the browser said something that is not a word of the Daylight extension');
}

function say(word: AgentWord): void {
  process.stdout.write(encodeNativeFrame(word));
}

function readToken(agentFolder: string): string {
  try {
    return readFileSync(pairingTokenPath(agentFolder), 'utf8').trim();
  } catch {
    return '';
  }
}

function fail(problem: string): never {
  process.stderr.write(`daylight native host: ${problem}\n`);
  process.exit(2);
}

const startedAs = process.argv[1];
if (startedAs !== undefined && import.meta.url === pathToFileURL(realpathSync(startedAs)).href) {
  runNativeHost(process.argv.slice(2));
}
