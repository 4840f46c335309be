import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWindowServer, type WindowServer } from '../../../../agent/core/windowServer.ts';
import { SEEN_MS, TOKEN_MS } from '../../../../agent/core/windowSessions.ts';
import { type PageRequest, REQUEST_BYTES } from '../../../../shared/protocol/window.ts';
import { systemRandom, type TestClock, testClock } from '../../../support/agentKit.ts';

// Raw sockets: a browser would not let us ask most of this.

let folder: string;
let clock: TestClock;
let window: WindowServer;
let asked: PageRequest[];
let seen: boolean[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-window-'));
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Daylight</title>');
  await writeFile(join(page, 'assets', 'index.js'), 'export {};');
  await writeFile(join(page, 'notes.txt'), 'of no type that a page is made of');
  await writeFile(join(folder, 'spool.key'), 'SECRET-KEY');
  [asked, seen] = [[], []];
  clock = testClock();
  window = await start();
});

afterEach(async () => {
  await window.close();
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<WindowServer> {
  return createWindowServer({
    folder,
    page: join(folder, 'page'),
    clock,
    random: systemRandom,
    async handle(request) {
      asked.push(request);
      return { ok: true, said: 'done; see "daylight-agent status"' };
    },
    watch: () => () => undefined,
    typed: (line) => line.replace('"daylight-agent ', '"npx daylight-agent '),
    onSeen: () => void seen.push(window.isSeen()),
  });
}

interface Raw {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends the text as it is and reads until the other side ends, or a line of the body has come. */
function raw(port: number, text: string): Promise<Raw> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('error', failed);
    socket.on('close', () => {
      const [head = '', ...body] = answer.split('\r\n\r\n');
      done({ status: Number(head.split(' ')[1] ?? 0), head: head.toLowerCase(), body: body.join('\r\n\r\n') });
    });
  });
}

type Headers = Readonly<Record<string, string>>;

function requestOf(line: string, headers: Headers, body = ''): string {
  const all = { connection: 'close', ...headers, ...(body === '' ? {} : { 'content-length': String(body.length) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`${line} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

const json = { 'content-type': 'application/json' };

async function opened() {
  const { address, file } = await window.open();
  const { port, hash, host } = new URL(address);
  const token = hash.slice(1);
  const at = Number(port);
  const post = (path: string, body: string, headers: Headers = {}) =>
    raw(at, requestOf(`POST ${path}`, { host, ...json, ...headers }, body));
  const get = (path: string, headers: Headers = {}) => raw(at, requestOf(`GET ${path}`, { host, ...headers }));
  const enter = async () => JSON.parse((await post('/session', JSON.stringify({ token }))).body) as { secret: string };
  return { port: at, host, token, file, post, get, enter };
}

const STATUS = JSON.stringify({ command: 'status' });

test('a command in what the page is told is said as it can be typed where the agent was started', async () => {
  const { post, enter } = await opened();
  const { secret } = await enter();
  const answered = await post('/ask', STATUS, { authorization: `Bearer ${secret}` });
  const ended = await post('/ask', STATUS, { authorization: 'Bearer of-another' });
  expect([answered.body, ended.body]).toEqual([
    JSON.stringify({ ok: true, said: 'done; see "npx daylight-agent status"' }),
    expect.stringContaining('this window has ended; open it again with "npx daylight-agent window"\n'),
  ]);
});

test('every answer forbids what comes from elsewhere, is kept nowhere, and sets no cookie', async () => {
  const { get, post } = await opened();
  for (const { head } of [await get('/'), await get('/nothing'), await post('/ask', STATUS)]) {
    expect(head).toContain("default-src 'none'");
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).not.toMatch(/unsafe-|access-control-|set-cookie/);
    for (const line of ['cache-control: no-store', 'referrer-policy: no-referrer', 'x-content-type-options: nosniff']) {
      expect(head).toContain(line);
    }
  }
});

test('answers only the files of the built page, whatever path is asked for', async () => {
  const { get, host } = await opened();
  expect(await get('/')).toMatchObject({ status: 200, body: expect.stringContaining('<title>Daylight') });
  expect(await get('/assets/index.js')).toMatchObject({ status: 200, body: 'export {};' });
  const paths = [
    '/../spool.key',
    '/assets/../../spool.key',
    '/%2e%2e/spool.key',
    '/..%2fspool.key',
    '/..\\spool.key',
    '//spool.key',
    `http://${host}/`,
    '/index.html',
    '/notes.txt',
    '/assets',
    '/assets/',
    '/?x=1',
    '*',
    '',
  ];
  for (const path of paths) {
    const { status, body } = await get(path);
    expect([path, status >= 400 || status === 0, body.includes('SECRET')]).toEqual([path, true, false]);
  }
});

test('a host by any other name, as in DNS rebinding, gets nothing', async () => {
  const { port, enter } = await opened();
  const { secret } = await enter();
  const hosts = ['evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`, ''];
  for (const host of hosts) {
    const headers = { host, ...json, authorization: `Bearer ${secret}` };
    expect([host, (await raw(port, requestOf('POST /ask', headers, STATUS))).status]).not.toEqual([host, 200]);
    expect((await raw(port, requestOf('GET /', { host }))).status).not.toBe(200);
  }
  expect(asked).toEqual([]);
});

test('a page from elsewhere gets nothing, even with the secret', async () => {
  const { post, host, enter } = await opened();
  const { secret } = await enter();
  const authorization = `Bearer ${secret}`;
  const own = await post('/ask', STATUS, { authorization, origin: `http://${host}` });
  expect([own.status, asked.length]).toEqual([200, 1]);
  for (const origin of ['https://evil.example', 'null', `https://${host}`, `http://localhost:${host.split(':')[1]}`]) {
    expect([origin, (await post('/ask', STATUS, { authorization, origin })).status]).toEqual([origin, 403]);
  }
  expect(asked).toHaveLength(1);
});

test('without a secret, with a wrong one, or with a token in its place, nothing is asked of the agent', async () => {
  const { post, get, token } = await opened();
  const bad = ['', 'Bearer', 'Bearer ', 'Bearer x', `Bearer ${'A'.repeat(43)}`, `Bearer ${token}`, `Basic ${token}`];
  for (const authorization of bad) {
    expect([authorization, (await post('/ask', STATUS, { authorization })).status]).toEqual([authorization, 401]);
    expect((await post('/seen', '{"visible":true}', { authorization })).status).toBe(401);
    expect((await get('/watch', { authorization })).status).toBe(401);
  }
  expect([asked, window.isSeen()]).toEqual([[], false]);
});

test('a token is good once and for a minute, and its file goes with it', async () => {
  const first = await opened();
  expect(await readFile(first.file, 'utf8')).toContain(first.token);
  expect((await first.post('/session', JSON.stringify({ token: first.token }))).status).toBe(200);
  expect((await first.post('/session', JSON.stringify({ token: first.token }))).status).toBe(401);
  const second = await opened();
  clock.advance(TOKEN_MS);
  expect((await second.post('/session', JSON.stringify({ token: second.token }))).status).toBe(401);
  await expect.poll(() => readdir(folder)).toEqual(['page', 'spool.key']);
});

test('what is too long, of another type, by another method, or not in the contract is refused', async () => {
  const { post, get, host, port, enter } = await opened();
  const { secret } = await enter();
  const authorization = `Bearer ${secret}`;
  const long = JSON.stringify({ command: 'note', text: 'x'.repeat(REQUEST_BYTES) });
  expect((await post('/ask', long, { authorization })).status).toBe(413);
  expect((await post('/session', long)).status).toBe(413);
  expect((await post('/ask', STATUS, { authorization, 'content-type': 'text/plain' })).status).toBe(415);
  expect((await get('/ask', { authorization })).status).toBe(405);
  expect((await post('/watch', '{}', { authorization })).status).toBe(405);
  for (const method of ['OPTIONS', 'PUT', 'DELETE', 'HEAD', 'TRACE']) {
    expect((await raw(port, requestOf(`${method} /`, { host }))).status).toBe(405);
  }
  const outside = [{ command: 'wipe' }, { command: 'window' }, { command: 'status', more: 1 }, null, 'status'];
  for (const body of outside) {
    const { status, body: said } = await post('/ask', JSON.stringify(body), { authorization });
    expect([status, JSON.parse(said)]).toEqual([400, expect.objectContaining({ ok: false, kind: 'bad_request' })]);
  }
  expect(asked).toEqual([]);
});

test('a page counts as seen while it watches and says so, and 15 seconds later no more', async () => {
  const { post, host, port, enter } = await opened();
  const { secret } = await enter();
  const authorization = `Bearer ${secret}`;
  const say = (visible: boolean) => post('/seen', JSON.stringify({ visible }), { authorization });
  await say(true);
  expect(window.isSeen()).toBe(false);
  const socket = connect(port, '127.0.0.1', () => socket.write(requestOf('GET /watch', { host, authorization })));
  await expect.poll(() => window.isSeen()).toBe(true);
  await say(false);
  expect(window.isSeen()).toBe(false);
  await say(true);
  clock.advance(SEEN_MS);
  expect(window.isSeen()).toBe(false);
  clock.advance(100);
  await say(true);
  expect(window.isSeen()).toBe(true);
  socket.destroy();
  await expect.poll(() => window.isSeen()).toBe(false);
  expect(seen).toEqual([true, false, true, false, true, false]);
});

test('nobody listens before a window is asked for, nor after its address and its session have run out', async () => {
  const { port } = await opened();
  clock.advance(TOKEN_MS + 100);
  await expect
    .poll(() =>
      raw(port, 'GET / HTTP/1.1\r\n\r\n').then(
        () => 'open',
        () => 'closed',
      ),
    )
    .toBe('closed');
});

test('silent connections of another account keep nobody out, end nothing that the person has open, and are ended themselves', async () => {
  const page = await opened();
  const { secret } = await page.enter();
  const watching = connect(page.port, '127.0.0.1');
  watching.write(
    requestOf('GET /watch', { host: page.host, authorization: `Bearer ${secret}`, connection: 'keep-alive' }),
  );
  const bearer = { authorization: `Bearer ${secret}` };
  await page.post('/seen', JSON.stringify({ visible: true }), bearer);
  await expect.poll(() => window.isSeen()).toBe(true);
  const silent = Array.from({ length: 200 }, () => connect(page.port, '127.0.0.1').on('error', () => undefined));
  await expect.poll(() => silent.filter(({ connecting }) => !connecting).length).toBe(200);

  const asking = await page.post('/ask', STATUS, bearer);
  expect([asking.status, asked.length, watching.destroyed]).toEqual([200, 1, false]);
  await expect.poll(() => silent.filter(({ closed }) => !closed).length).toBe(0);
  expect(watching.closed).toBe(false);
  watching.destroy();
});

test('a window that is asked for while the agent ends opens no port', async () => {
  await window.close();
  await expect(window.open()).rejects.toMatchObject({ code: 'unavailable', message: 'the agent is ending' });
  window = await start();
  const opening = window.open().catch((error: unknown) => error);
  await window.close();
  expect(await opening).toMatchObject({ message: 'the agent is ending' });
  expect((await readdir(folder)).filter((name) => name.startsWith('window-'))).toEqual([]);
});

test('a killed agent leaves a file whose token opens nothing, and the next one removes it', async () => {
  const name = `window-${'0'.repeat(16)}.html`;
  await writeFile(join(folder, name), 'http://127.0.0.1:1/#old');
  await (await start()).close();
  expect(await readdir(folder)).not.toContain(name);
});

test('where the page is not built, it says so with the remedy', async () => {
  await rm(join(folder, 'page'), { recursive: true });
  await expect(window.open()).rejects.toMatchObject({ code: 'unavailable', remedy: expect.stringContaining('build') });
});
