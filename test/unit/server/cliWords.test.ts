import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROGRAMMERS_WORDS, runCli } from '../../support/runCli.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-words-'));
  await writeFile(join(folder, 'file'), 'no folder');
  await mkdir(join(folder, 'others'), { mode: 0o755 });
  await writeFile(join(folder, 'others', 'notes.txt'), 'not ours');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const owner = ['--organisation', 'O', '--owner-name', 'N', '--owner-email', 'o@example.com'];
const init = ['init', '--data', 'NEW', ...owner];
const serve = ['serve', '--data', 'NEW'];
const long = 'x'.repeat(5_000);

type Case = [what: string, args: readonly string[], code: number, words: string, env?: Record<string, string>];
const PORT = '--port: expected a whole number from 0 to 65535. It is set by --port or DAYLIGHT_PORT.';
const URL = 'expected an address such as https://daylight.example.com, without a path. It is set by --public-url';
const cases: readonly Case[] = [
  ['a port that is a word', [...serve, '--port', 'abc'], 2, PORT],
  ['a port that is empty', [...serve, '--port', ''], 2, PORT],
  ['a port with a fraction', [...serve, '--port', '1.5'], 2, PORT],
  ['a port in another notation', [...serve, '--port', '0x10'], 2, PORT],
  ['a port that does not exist', [...init, '--port', '99999'], 2, PORT],
  ['a port of the environment', serve, 2, PORT, { DAYLIGHT_PORT: 'abc' }],
  ['an empty host', [...serve, '--host', ''], 2, '--host: must not be empty. It is set by --host or DAYLIGHT_HOST.'],
  [
    'a host that is none',
    [...serve, '--host', 'not a host'],
    2,
    '--host: expected an address or a name of this computer',
  ],
  ['a host without TLS', [...serve, '--host', '0.0.0.0'], 3, 'without TLS the server listens on this computer only'],
  [
    'a log level',
    [...serve, '--log-level', 'loud'],
    2,
    '--log-level: expected one of "debug", "info", "error", "silent"',
  ],
  ['a log level of the environment', serve, 2, 'DAYLIGHT_LOG_LEVEL', { DAYLIGHT_LOG_LEVEL: 'loud' }],
  ['a certificate alone', [...serve, '--tls-cert', 'c'], 2, '--tls-key: a certificate and its key belong together'],
  ['a key alone', [...serve, '--tls-key', 'c'], 2, '--tls-cert: a certificate and its key belong together'],
  ['an empty certificate', [...serve, '--tls-cert', '', '--tls-key', ''], 2, '--tls-cert: must not be empty'],
  ['a public address that is none', [...init, '--public-url', 'nowhere'], 2, `--public-url: ${URL}`],
  [
    'a public address with a path',
    [...init, '--public-url', 'https://example.com/daylight'],
    2,
    `--public-url: ${URL}`,
  ],
  [
    'a public address without TLS',
    [...serve, '--public-url', 'http://daylight.example.com'],
    3,
    '--public-url: people would sign in over http://daylight.example.com without TLS. Give an address that begins with https://',
  ],
  [
    'a data folder of others',
    ['init', '--data', 'OTHERS', ...owner],
    5,
    'something is here that Daylight did not make (notes.txt)',
  ],
  [
    'a switch that is a word',
    serve,
    2,
    'DAYLIGHT_BEHIND_PROXY: expected true or false',
    { DAYLIGHT_BEHIND_PROXY: 'maybe' },
  ],
  ['no data folder', ['serve'], 2, '--data: expected a value. Give --data or set DAYLIGHT_DATA'],
  ['an empty data folder', ['serve', '--data', ''], 2, '--data: expected a value'],
  ['a data folder that is a file', ['init', '--data', 'FILE', ...owner], 2, 'no folder can be made there'],
  ['a data folder too long for a path', ['serve', '--data', long], 2, '--data: expected at most 4096 characters'],
  ['a data folder that is not there', serve, 4, 'there is no Daylight data here'],
  [
    'no organisation',
    ['init', '--data', 'NEW'],
    2,
    '--organisation: expected a value. Give --organisation or set DAYLIGHT_ORGANISATION',
  ],
  [
    'an organisation that is too long',
    ['init', '--data', 'NEW', '--organisation', long, ...owner.slice(2)],
    2,
    '--organisation: expected at most 120 characters',
  ],
  [
    'an organisation of control characters',
    [...init, '--organisation', 'a\u001b[2J'],
    2,
    '--organisation: expected one line without control characters',
  ],
  ['a name that is too long', [...init, '--owner-name', long], 2, '--owner-name: expected at most 120 characters'],
  [
    'an e-mail address that is none',
    [...init, '--owner-email', 'nope'],
    2,
    '--owner-email: expected an e-mail address',
  ],
  [
    'an e-mail address of the environment',
    init.slice(0, -2),
    2,
    'DAYLIGHT_OWNER_EMAIL',
    { DAYLIGHT_OWNER_EMAIL: 'nope' },
  ],
  [
    'an owner that is none',
    ['owner-link', '--data', 'NEW', '--email', 'foo'],
    2,
    '--email: expected an e-mail address. It is set by --email or DAYLIGHT_OWNER_EMAIL',
  ],
  [
    'no owner',
    ['enrolment-code', '--data', 'NEW'],
    2,
    '--email: expected a value. Give --email or set DAYLIGHT_OWNER_EMAIL',
  ],
  [
    'an owner too long for an address',
    ['enrolment-code', '--data', 'NEW', '--email', `${long}@b.example`],
    2,
    '--email: expected at most 254 characters',
  ],
  ['a certificate that is not there', ['verify-certificate', 'nosuch'], 4, 'nosuch: it cannot be read. Name the file'],
  ['a proof that is not there', ['verify-audit', '--proof', 'nosuch'], 4, 'nosuch: it cannot be read. Name the saved'],
  ['an unknown command', ['nosuch'], 2, "unknown command 'nosuch'"],
  ['an unknown option', [...serve, '--nosuch'], 2, "unknown option '--nosuch'"],
  ['an option without its value', ['serve', '--port'], 2, "option '--port <number>' argument missing"],
  ['an argument too many', [...serve, 'extra'], 2, "too many arguments for 'serve'"],
];

it.each(cases)(
  'the server says of %s, in one sentence, which option is wrong, what was expected and what to do',
  async (_what, args, code, words, env = {}) => {
    const places: Readonly<Record<string, string>> = {
      NEW: join(folder, 'new'),
      FILE: join(folder, 'file'),
      OTHERS: join(folder, 'others'),
    };
    const ended = await runCli(
      'server',
      args.map((arg) => places[arg] ?? arg),
      env,
    );
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toContain(words);
    expect(ended.err).not.toMatch(PROGRAMMERS_WORDS);
    expect(ended.err).toMatch(/^(daylight-server: [^\n]+\.\n|error: [^\n]+\n\(add --help for what is possible\)\n)$/);
    // Whom a folder of others is open to is theirs to say.
    expect((await stat(join(folder, 'others'))).mode & 0o777).toBe(0o755);
  },
);
