import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROGRAMMERS_WORDS, runCli } from '../../../support/runCli.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-words-'));
  await writeFile(join(folder, 'file'), 'no folder');
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'empty', 'identity.json'), '');
  await mkdir(join(folder, 'cut'));
  await writeFile(join(folder, 'cut', 'identity.json'), '{"schema":1,');
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'identity.json'), '{"schema":1}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const data = ['--data', 'NEW'];
const long = 'x'.repeat(20_000);
const code = '7K2QM-XV4ZD-N8TRC-0A5BE';
const enrol = ['enrol', ...data, '--of-age', '--later', '--code', code, '--server'];
const here = 'http://localhost:1';

type Case = [what: string, args: readonly string[], code: number, words: string, env?: Record<string, string>];
const NO_FOLDER = 'is not a folder: name another one with --data or DAYLIGHT_AGENT_DATA.';
const cases: readonly Case[] = [
  ['a data folder that is a file', ['status', '--data', 'FILE'], 2, NO_FOLDER],
  ['a data folder that is a file, to run', ['run', '--data', 'FILE'], 2, NO_FOLDER],
  ['a data folder that is a file, to wipe', ['wipe', '--yes', '--data', 'FILE'], 2, NO_FOLDER],
  [
    'a data folder that is a file, to enrol',
    ['enrol', '--data', 'FILE', '--of-age', '--later', '--code', code, '--server', here],
    2,
    NO_FOLDER,
  ],
  ['a data folder that is a file, to pair', ['extension', '--data', 'FILE', '--profile', 'FOLDER'], 2, NO_FOLDER],
  ['a data folder below a file', ['start', '--data', 'FILE/below'], 2, NO_FOLDER],
  ['an empty data folder', ['status', '--data', ''], 2, '--data: expected the path of a folder.'],
  ['a data folder too long for a path', ['status', '--data', long], 2, '--data: expected at most 4096 characters.'],
  [
    'an empty data folder of the environment',
    ['status'],
    2,
    'DAYLIGHT_AGENT_DATA: expected the path of a folder.',
    { DAYLIGHT_AGENT_DATA: '' },
  ],
  [
    'an empty identity',
    ['run', '--data', 'EMPTY'],
    1,
    'identity.json is empty or cut off: put the file back from a copy, or run "daylight-agent wipe --data ',
  ],
  ['an identity that is cut off', ['run', '--data', 'CUT'], 1, 'identity.json is empty or cut off: put the file back'],
  [
    'an identity of something else',
    ['run', '--data', 'OTHER'],
    1,
    'identity.json is damaged: server: is missing; expected text: put the file back',
  ],
  ['no enrolment', ['status', ...data], 4, 'This computer is not enrolled'],
  [
    'a project that is too long',
    ['start', ...data, '--project', 'x'.repeat(201)],
    2,
    'Project: expected at most 200 characters: change it and try again.',
  ],
  [
    'a project of control characters',
    ['start', ...data, '--project', 'a\u001b[2J'],
    2,
    'Project: expected one line without control characters: change it',
  ],
  ['an empty project', ['project', ...data, ' '], 2, 'Project: must not be empty: change it'],
  ['a task that is too long', ['project', ...data, 'p', long], 2, 'Task: expected at most 200 characters: change it'],
  [
    'a note that is too long',
    ['note', ...data, long],
    2,
    'Note: expected at most 2000 characters: change it and try again.',
  ],
  [
    'a note of control characters',
    ['note', ...data, 'a\u0007'],
    2,
    'Note: control characters are not allowed: change it',
  ],
  ['an empty note', ['note', ...data, ''], 2, 'Note: must not be empty: change it'],
  ['another answer about time away', ['idle', ...data, 'maybe'], 2, 'Idle: expected "keep" or "discard".'],
  [
    'a part of what is discarded',
    ['idle', ...data, 'discard', '--until', '14:05'],
    2,
    'Idle: --until goes with "keep".',
  ],
  [
    'a time that is none',
    ['idle', ...data, 'keep', '--until', '25:00'],
    2,
    '--until: expected a time like 14:05, not "25:00".',
  ],
  [
    'a notice that has no number',
    ['notice', ...data, 'accept', 'x'],
    2,
    'Notice accept: expected the number of the notice, not "x"',
  ],
  [
    'a notice with a fraction',
    ['notice', ...data, 'accept', '1.5'],
    2,
    'expected the number of the notice, not "1.5".',
  ],
  ['a notice without a word', ['notice', ...data, 'accept', ''], 2, 'expected the number of the notice, not "".'],
  [
    'a screenshot that is none',
    ['screenshots', ...data, 'drop', 'x'],
    2,
    '"x" is not the id of a screenshot: list them with "daylight-agent screenshots --data ',
  ],
  [
    'a screenshot without a file',
    ['screenshots', ...data, 'show', 'x'],
    2,
    "required option '--out <file>' not specified",
  ],
  [
    'an address that is none',
    [...enrol, 'foo'],
    2,
    'Server: expected an address like https://daylight.example.com, not "foo"',
  ],
  [
    'an address with a password',
    [...enrol, 'https://u:p@example.com'],
    2,
    'Server: expected an address without user name, "?" or "#": copy the address of the console.',
  ],
  [
    'an address without TLS',
    [...enrol, 'http://example.com'],
    2,
    'Server: example.com would be reached without encryption',
  ],
  [
    'a server that is not there',
    [...enrol, here],
    1,
    'The server localhost:1 cannot be reached (ECONNREFUSED): check the address',
  ],
  [
    'a code that is none',
    ['enrol', ...data, '--of-age', '--later', '--server', here, '--code', 'x'],
    2,
    '--code: expected a code like 7K2QM-XV4ZD-N8TRC-0A5BE: type it as it was given to you.',
  ],
  [
    'no code',
    ['enrol', ...data, '--of-age', '--later', '--server', here],
    2,
    'nobody can be asked here; nothing was enrolled: pipe it in with --code -.',
  ],
  [
    'nobody who says that they are of age',
    ['enrol', ...data, '--later', '--server', here, '--code', code],
    2,
    'nobody can be asked here; nothing was enrolled: use --of-age for someone who has said so.',
  ],
  ['both decisions', [...enrol, here, '--accept-notice', '1'], 2, '--accept-notice and --later exclude each other.'],
  [
    'a notice to accept that is no number',
    ['enrol', ...data, '--code', code, '--server', here, '--accept-notice', 'x'],
    2,
    '--accept-notice: expected the number of the notice, not "x"',
  ],
  [
    'an authority that is not there',
    [...enrol, here, '--ca', 'FOLDER/nope'],
    2,
    'is not a readable file with a certificate in PEM form',
  ],
  [
    'an authority that is none',
    [...enrol, here, '--ca', 'FILE'],
    2,
    'is not a readable file with a certificate in PEM form',
  ],
  ['a script', ['run', ...data, '--scripted', 'FILE'], 2, 'it is only for tests'],
  [
    'a script that is not there',
    ['run', ...data, '--scripted', 'FOLDER/nope'],
    2,
    '--scripted: ',
    { DAYLIGHT_SCRIPTED: '1' },
  ],
  [
    'a script that is no JSON',
    ['run', ...data, '--scripted', 'FILE'],
    2,
    'expected a script in JSON',
    { DAYLIGHT_SCRIPTED: '1' },
  ],
  ['a profile that is not there', ['extension', ...data, '--profile', 'FOLDER/nope'], 1, '--profile: the folder '],
  ['an unknown command', ['nosuch'], 2, "unknown command 'nosuch'"],
  ['an unknown option', ['status', '--nosuch'], 2, "unknown option '--nosuch'"],
  ['an option without its value', ['start', '--project'], 2, "option '--project <name>' argument missing"],
  ['a note without a word', ['note'], 2, "missing required argument 'text'"],
  ['an argument too many', ['stop', 'extra'], 2, "too many arguments for 'stop'"],
];

it.each(cases)(
  'the agent says of %s, in one sentence, which field is wrong, what was expected and what to do',
  async (_what, args, exit, words, env = {}) => {
    const ended = await runCli('agent', args.map(placed), env);
    expect([ended.code, ended.out]).toEqual([exit, '']);
    expect(ended.err).toContain(words);
    expect(ended.err).not.toMatch(PROGRAMMERS_WORDS);
    expect(ended.err).toMatch(/^([^\n]+\.\n|error: [^\n]+\n(\(Did you mean .*\)\n)?See "daylight-agent --help"\.\n)$/);
  },
);

function placed(arg: string): string {
  return arg
    .replace(/^NEW/, join(folder, 'new'))
    .replace(/^FILE/, join(folder, 'file'))
    .replace(/^FOLDER/, folder)
    .replace(/^(EMPTY|CUT|OTHER)$/, (name) => join(folder, name.toLowerCase()));
}
