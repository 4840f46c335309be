import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import WebSocket from 'ws';
import { z } from 'zod';
import { until } from './desktop.ts';

/** A real Firefox with a home of its own, moved by WebDriver BiDi (W3C), as `about:debugging` and a person would. */
export interface Firefox {
  /** Loads an unpacked extension until the browser ends. */
  loadExtension(folder: string): Promise<string>;
  /** In the first tab, until it is loaded. */
  open(url: string): Promise<void>;
  /** In this tab; resolves when it has begun. */
  beginIn(tab: string, url: string): Promise<void>;
  /** The tabs of all windows, private ones included, in the order of their opening. */
  tabs(): Promise<string[]>;
  close(): Promise<void>;
}

export function findFirefox(): string | null {
  const places = (process.env['PATH'] ?? '').split(delimiter);
  const files = places.flatMap((place) => ['firefox-esr', 'firefox'].map((name) => join(place, name)));
  return files.find(isExecutable) ?? null;
}

/** `home` is its whole account: profile, native messaging manifests, everything. */
export async function startFirefox(executable: string, env: NodeJS.ProcessEnv, home: string): Promise<Firefox> {
  const profile = join(home, 'profile');
  await mkdir(profile, { recursive: true });
  await writeFile(
    join(profile, 'user.js'),
    SETTINGS.map(([name, value]) => `user_pref("${name}", ${value});\n`).join(''),
  );
  const { XDG_CONFIG_HOME: _config, ...rest } = env;
  const child = spawn(executable, ['--profile', profile, '--remote-debugging-port', '0', 'about:blank'], {
    env: { ...rest, HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const connection = await connectTo(await addressOf(child));
    const tabs = async (): Promise<string[]> =>
      Tree.parse(await connection.ask('browsingContext.getTree', {})).contexts.map(({ context }) => context);
    return {
      tabs,
      loadExtension: async (path) => {
        const loaded = await connection.ask('webExtension.install', { extensionData: { type: 'path', path } });
        return z.object({ extension: z.string() }).parse(loaded).extension;
      },
      open: async (url) => {
        const [context] = await tabs();
        await connection.ask('browsingContext.navigate', { context, url, wait: 'complete' });
      },
      beginIn: async (context, url) => {
        await connection.ask('browsingContext.navigate', { context, url, wait: 'none' });
      },
      close: async () => {
        connection.close();
        await end(child);
      },
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** It talks to nobody and asks nothing when it starts. */
const SETTINGS = [
  ['datareporting.policy.dataSubmissionEnabled', false],
  ['browser.shell.checkDefaultBrowser', false],
  ['browser.aboutwelcome.enabled', false],
  ['app.normandy.enabled', false],
  ['app.update.enabled', false],
  ['network.captive-portal-service.enabled', false],
  ['network.connectivity-service.enabled', false],
] as const;

const Tree = z.object({ contexts: z.array(z.object({ context: z.string() })) });
const Answer = z.object({ id: z.number(), type: z.string(), result: z.unknown(), message: z.string().optional() });

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  return until('Firefox to listen', () => /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1] ?? null, 60_000);
}

async function connectTo(url: string) {
  const socket = new WebSocket(`${url}/session`);
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  await new Promise<void>((open, failed) => socket.once('open', open).once('error', failed));
  socket.on('message', (data: Buffer) => {
    const answer = Answer.safeParse(JSON.parse(data.toString('utf8')));
    if (answer.success) waiting.get(answer.data.id)?.(answer.data);
  });
  let last = 0;
  const connection = {
    async ask(method: string, params: unknown): Promise<unknown> {
      const id = ++last;
      const answered = new Promise<z.infer<typeof Answer>>((answer) => waiting.set(id, answer));
      socket.send(JSON.stringify({ id, method, params }));
      const { type, result, message } = await answered;
      if (type !== 'success') throw new Error(`${method}: ${message}`);
      return result;
    },
    close: () => socket.terminate(),
  };
  await connection.ask('session.new', { capabilities: {} });
  return connection;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
