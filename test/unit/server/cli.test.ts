import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serverCli } from '../../support/agentProcess.ts';
import { createClient, PASSWORD } from '../../support/api.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { type Finished, finished, type Started, startNode } from '../../support/nodeProcess.ts';

const children = new Set<ChildProcess>();
let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-cli-'));
  data = join(folder, 'data');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } };
  const started = startNode([serverCli, ...args], options);
  children.add(started.process);
  void started.exit.then(() => children.delete(started.process));
  return started;
}

const run = (args: readonly string[], env: Record<string, string> = {}) => finished(start(args, env));

async function serve(more: readonly string[] = []): Promise<{ url: string; stop: () => Promise<Finished> }> {
  const server = start(['serve', '--data', data, '--port', '0', '--json', ...more]);
  const deadline = Date.now() + 60_000;
  while (!server.out().includes('\n')) {
    if (Date.now() > deadline || server.process.exitCode !== null)
      throw new Error(`did not listen: ${(await finished(server)).err}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { url } = JSON.parse(server.out().split('\n')[0] ?? '{}') as { url: string };
  return {
    url,
    stop: () => {
      server.process.kill('SIGTERM');
      return finished(server);
    },
  };
}

const initArgs = [
  'init',
  '--data',
  '',
  '--organisation',
  'Acme',
  '--owner-name',
  'Ola',
  '--owner-email',
  'ola@example.com',
  '--reaction-days',
  '0',
];
const init = (more: readonly string[] = []) => run([...initArgs.map((arg) => (arg === '' ? data : arg)), ...more]);

describe('a data folder', () => {
  test('is made with keys that only its owner can read, and with a link that signs in once', async () => {
    const made = await init(['--json']);
    expect([made.code, made.err]).toEqual([0, '']);
    const { link, token } = JSON.parse(made.out) as { link: string; token: string };
    expect(link).toBe(`http://localhost:4820/#/link/${token}`);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    for (const file of ['root.key', 'keys.db', 'daylight.db'])
      expect((await stat(join(data, file))).mode & 0o077).toBe(0);
    const server = await serve();
    const client = createClient(server.url);
    await client.ok('POST', '/session/link', { token });
    expect((await createClient(server.url).send('POST', '/session/link', { token })).status).toBe(410);
    await client.ok('PUT', '/account/password', { password: PASSWORD });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await server.stop()).toMatchObject({ code: 0, err: '' });
  });

  test('is made for the port that was given, by the link and by the command that starts it; without one neither names it', async () => {
    const made = async (name: string, more: readonly string[]) => {
      const other = await mkdtemp(join(tmpdir(), 'daylight-port-'));
      const args = initArgs.map((arg) => (arg === '' ? join(other, name) : arg));
      const { out } = await run([...args, ...more]);
      await rm(other, { recursive: true, force: true });
      return [/localhost:(\d+)/.exec(out)?.[1], / serve( --port \d+)?/.exec(out)?.[0]];
    };
    expect(await made('given', ['--port', '4999'])).toEqual(['4999', ' serve --port 4999']);
    expect(await made('default', [])).toEqual(['4820', ' serve']);
  });

  test('is not begun twice for the same owner', async () => {
    const again = await init();
    expect([again.code, again.out]).toEqual([5, '']);
    expect(again.err).toMatch(/^daylight-server: --owner-email: .*sign-in-link.*\n$/);
  });

  test('is open in one server at a time; another organisation and an owner’s link are made beside it', async () => {
    const server = await serve();
    const second = await run(['serve', '--data', data, '--port', '0']);
    expect([second.code, second.err]).toEqual([5, expect.stringContaining('another server')]);
    const link = await run(['owner-link', '--data', data, '--email', 'OLA@example.com', '--json', '--port', '80']);
    const { token } = JSON.parse(link.out) as { token: string };
    expect(await createClient(server.url).ok('POST', '/session/link', { token })).toMatchObject({
      secondFactor: 'rescue_link',
    });
    const other = await run(['init', '--json', '--data', data], {
      DAYLIGHT_ORGANISATION: 'Two',
      DAYLIGHT_OWNER_NAME: 'Tia',
      DAYLIGHT_OWNER_EMAIL: 'tia@example.com',
    });
    const made = JSON.parse(other.out) as { token: string };
    expect(await createClient(server.url).ok('POST', '/session/link', { token: made.token })).toMatchObject({
      org: { name: 'Two' },
    });
    const nobody = await run(['sign-in-link', '--data', data, '--email', 'nobody@example.com']);
    expect(nobody.code).toBe(4);
    expect((await server.stop()).code).toBe(0);
  });

  test('remembers where its server last listened, and links made beside it lead there', async () => {
    const linkTo = async (more: readonly string[] = []) => {
      const made = await run(['sign-in-link', '--data', data, '--email', 'ola@example.com', '--json', ...more]);
      return made.code === 0 ? (JSON.parse(made.out) as { link: string }).link.replace(/#.*/, '#') : made;
    };
    const plain = await serve();
    expect(await linkTo()).toBe(`${plain.url}/#`);
    await plain.stop();
    const server = await serve(['--public-url', 'https://daylight.example.com']);
    expect(await linkTo()).toBe('https://daylight.example.com/#');
    expect(await linkTo(['--port', '80'])).toBe('http://localhost:80/#');
    expect(await linkTo(['--public-url', 'https://other.example.com'])).toBe('https://other.example.com/#');
    await server.stop();
    expect(await linkTo()).toBe('https://daylight.example.com/#');
    const file = join(data, 'address');
    expect((await stat(file)).mode & 0o077).toBe(0);
    await writeFile(file, '');
    expect(await linkTo()).toMatchObject({ code: 2, err: expect.stringMatching(/address: expected .*--public-url/) });
    await unlink(file);
    expect(await linkTo()).toBe('http://localhost:4820/#');
    await writeFile(`${file}.tmp`, 'of one that was killed');
    const next = await serve();
    expect(await linkTo()).toBe(`${next.url}/#`);
    await next.stop();
  });

  test('is served from also where the address cannot be noted', async () => {
    const file = join(data, 'address');
    await rm(file);
    await mkdir(file);
    const server = await serve();
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
    const link = await run(['owner-link', '--data', data, '--email', 'ola@example.com']);
    expect([link.code, link.err]).toEqual([2, expect.stringMatching(/address: cannot be read.*--public-url/)]);
    await rmdir(file);
  });
});

test.each([
  [['--host', '127.0.0.1'], false],
  [['--behind-proxy'], true],
  [['--behind-proxy', '--public-url', 'https://daylight.example.com'], false],
])('a server started with %j says that others need another address of it: %s', async (more, isSaid) => {
  const server = start(['serve', '--data', data, '--port', '0', '--log-level', 'silent', ...more]);
  await vi.waitFor(() => expect(server.out()).toContain('Stop it with'), { timeout: 60_000 });
  expect(server.out().includes('say so with --public-url')).toBe(isSaid);
  server.process.kill('SIGTERM');
  await finished(server);
});

test('images that lie behind a link are served from there only where nobody else can be using that folder', async () => {
  const [blobs, elsewhere] = [join(data, 'blobs'), join(folder, 'elsewhere')];
  await rename(blobs, elsewhere);
  await symlink(elsewhere, blobs);
  await chmod(elsewhere, 0o755);
  const ended = await run(['serve', '--data', data, '--port', '0']);
  expect([ended.code, ended.out]).toEqual([3, '']);
  expect(ended.err).toContain(
    `blobs: this link leads to a folder that others can read or change. If nobody else uses that folder, run: chmod 700 '`,
  );
  expect((await stat(elsewhere)).mode & 0o777).toBe(0o755);
  await chmod(elsewhere, 0o700);
  const server = await serve();
  expect((await server.stop()).code).toBe(0);
  await rename(elsewhere, `${elsewhere}-unmounted`);
  const nowhere = await run(['serve', '--data', data, '--port', '0']);
  expect([nowhere.code, nowhere.out]).toEqual([1, '']);
  expect(nowhere.err).toContain('blobs: this link leads nowhere. See that the disk with the images is mounted');
  await unlink(blobs);
  await rename(`${elsewhere}-unmounted`, blobs);
});

describe('a wrong option or value', () => {
  const serveArgs = ['serve', '--data', '/nonexistent'];
  test.each([
    ['an unknown command', ['bogus'], 2, /unknown command/],
    ['an unknown option', ['serve', '--bogus'], 2, /unknown option/],
    ['no folder', ['serve'], 2, /--data: expected a value\. Give --data or set DAYLIGHT_DATA/],
    ['a port out of range', [...serveArgs, '--port', '70000'], 2, /--port/],
    ['a port that is no number', [...serveArgs, '--port', 'http'], 2, /port: expected a whole number from 0 to 65535/],
    ['a certificate without its key', [...serveArgs, '--tls-cert', 'x.pem'], 2, /--tls-key/],
    [
      'a certificate that is not there',
      [...serveArgs, '--tls-cert', 'x.pem', '--tls-key', 'y.pem'],
      2,
      /--tls-cert: x\.pem cannot be read/,
    ],
    ['an address that is none', [...serveArgs, '--public-url', 'nowhere'], 2, /--public-url/],
    ['a folder without data', serveArgs, 4, /no Daylight data.*init/],
    [
      'an e-mail address that is none',
      ['init', '--data', 'unused', '--organisation', 'A', '--owner-name', 'B', '--owner-email', 'C'],
      2,
      /--owner-email/,
    ],
    [
      'every address of the machine, without TLS',
      [...serveArgs, '--host', '0.0.0.0'],
      3,
      /--tls-cert.*--behind-proxy.*127\.0\.0\.1/,
    ],
  ] as const)('%s: one sentence, its exit code, no stack', async (_what, args, code, message) => {
    const ended = await run(args);
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toMatch(/\n\s+at /);
    await expect(stat(join(folder, 'unused'))).rejects.toThrow();
  });

  test.each(['maybe', 'no', '2'])(
    'a switch in the environment that says %j is refused, not taken for yes',
    async (word) => {
      const ended = await run(serveArgs, { DAYLIGHT_BEHIND_PROXY: word });
      expect([ended.code, ended.out]).toEqual([2, '']);
      expect(ended.err).toMatch(/DAYLIGHT_BEHIND_PROXY: expected true or false/);
    },
  );

  test.each(['false', '0', ''])('a switch in the environment that says %j is off', async (word) => {
    const ended = await run(['serve', '--data', data, '--host', '0.0.0.0'], { DAYLIGHT_BEHIND_PROXY: word });
    expect([ended.code, ended.out]).toEqual([3, '']);
    expect(ended.err).toMatch(/without TLS/);
  });

  test('a certificate that is none is named with its option', async () => {
    const pem = join(folder, 'no.pem');
    await writeFile(pem, 'this is no certificate');
    const ended = await run(['serve', '--data', data, '--port', '0', '--tls-cert', pem, '--tls-key', pem]);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toMatch(/--tls-cert, --tls-key: not a certificate.*PEM/);
  });

  test.each(['rsa', 'ec'] as const)('a certificate and a key of another (%s) are no pair', async (kind) => {
    const [cert, own, other] = ['cert.pem', 'own.pem', 'other.pem'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await makeCertificate(cert, own);
    const { privateKey } =
      kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(other, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const ended = await run(['serve', '--data', data, '--port', '0', '--tls-cert', cert, '--tls-key', other]);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toMatch(/--tls-cert, --tls-key: not a certificate and its private key.*belong together/);
  });

  test.each(['a file', '/proc/nothing-is-made-here'])('no data folder can be made: %s', async (where) => {
    const path = where === 'a file' ? join(folder, 'file') : where;
    if (where === 'a file') await writeFile(path, '');
    const ended = await run(initArgs.map((arg) => (arg === '' ? path : arg)));
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toMatch(/no folder can be made there.*--data/);
  });

  test('of several that begin the same folder at once all find their organisation in it', async () => {
    const own = join(folder, 'together');
    const begun = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        run([
          'init',
          '--data',
          own,
          '--organisation',
          name,
          '--owner-name',
          name,
          '--owner-email',
          `${name}@example.com`,
        ]),
      ),
    );
    expect(begun.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
  });

  test('a stack is shown when it is asked for', async () => {
    expect((await run(serveArgs, { DAYLIGHT_TRACE: '1' })).err).toMatch(/\n\s+at /);
  });

  test('--help says what the exit codes mean', async () => {
    const { code, out } = await run(['--help']);
    expect([code, out]).toEqual([0, expect.stringContaining('Exit codes: 0 done')]);
  });
});

// FAULTS 23, as a process: the server does not start, says why in one sentence, and changes nothing.
describe('a root key that cannot be used', () => {
  const attempt = async () => {
    const before = await readFile(join(data, 'daylight.db'));
    const ended = await run(['serve', '--data', data, '--port', '0']);
    expect([ended.code, ended.out]).toEqual([3, '']);
    expect(ended.err).not.toMatch(/\n\s+at /);
    expect((await readFile(join(data, 'daylight.db'))).equals(before)).toBe(true);
    return ended.err;
  };

  test('that others can read is refused with the command that mends it', async () => {
    await chmod(join(data, 'root.key'), 0o644);
    expect(await attempt()).toMatch(/mode 0644.*chmod 600/);
    await chmod(join(data, 'root.key'), 0o600);
  });

  test('that is another one, cut short or missing is refused, and no new one is made in its place', async () => {
    const path = join(data, 'root.key');
    const key = await readFile(path);
    await writeFile(path, Buffer.alloc(32, 7));
    expect(await attempt()).toMatch(/root key/);
    await writeFile(path, key.subarray(0, 31));
    expect(await attempt()).toMatch(/31/);
    await unlink(path);
    expect(await attempt()).toMatch(/missing/);
    const again = await run([
      'init',
      '--data',
      data,
      '--organisation',
      'B',
      '--owner-name',
      'B',
      '--owner-email',
      'b@example.com',
    ]);
    expect(again.code).toBe(3);
    await expect(stat(path)).rejects.toThrow();
    await writeFile(path, key, { mode: 0o600 });
    const server = await serve();
    expect((await server.stop()).code).toBe(0);
  });

  test('whose key store was moved away or belongs to another folder is refused, and no new one is made in its place', async () => {
    const [path, away] = [join(data, 'keys.db'), join(folder, 'keys.away')];
    await rename(path, away);
    expect(await attempt()).toMatch(/keys\.db: the key store is missing/);
    await expect(stat(path)).rejects.toThrow();
    const other = join(folder, 'other');
    const made = await run(initArgs.map((arg) => (arg === '' ? other : arg)));
    expect(made.code).toBe(0);
    await copyFile(join(other, 'keys.db'), path);
    expect(await attempt()).toMatch(/belongs to another key store/);
    // With its own root key beside it, too.
    const rootKey = join(data, 'root.key');
    await rename(rootKey, `${away}.root`);
    await copyFile(join(other, 'root.key'), rootKey);
    await chmod(rootKey, 0o600);
    expect(await attempt()).toMatch(/keys\.db: this key store is empty or belongs to other data/);
    await rename(`${away}.root`, rootKey);
    await writeFile(path, '');
    expect(await attempt()).toMatch(/keys\.db: this key store is empty or belongs to other data/);
    await rename(away, path);
    const server = await serve();
    expect((await server.stop()).code).toBe(0);
  });
});

describe('a store that cannot be used', () => {
  const refused = async (): Promise<string> => {
    const ended = await run(['serve', '--data', data, '--port', '0']);
    expect([ended.code, ended.out]).toEqual([1, '']);
    return ended.err;
  };

  test('that is missing or empty beside keys in use is refused, and no new one is made in its place', async () => {
    const [path, away] = [join(data, 'daylight.db'), join(folder, 'daylight.away')];
    await rename(path, away);
    expect(await refused()).toMatch(/daylight\.db: the database is missing or empty.*backup/);
    await expect(stat(path)).rejects.toThrow();
    await writeFile(path, '');
    expect(await refused()).toMatch(/daylight\.db: the database is missing or empty.*backup/);
    expect((await stat(path)).size).toBe(0);
    await rename(away, path);
    const server = await serve();
    expect((await server.stop()).code).toBe(0);
  });

  test('whose folder of images is a file is refused in a sentence that says so', async () => {
    const [path, away] = [join(data, 'blobs'), join(folder, 'blobs.away')];
    await rename(path, away);
    await writeFile(path, '');
    expect(await refused()).toMatch(/blobs; move it away/);
    await unlink(path);
    await rename(away, path);
    const server = await serve();
    expect((await server.stop()).code).toBe(0);
  });
});
