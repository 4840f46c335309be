import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { printable } from '../../../../shared/printable.ts';
import { inTerminal } from '../../../support/nodeProcess.ts';
import { runCli } from '../../../support/runCli.ts';

const probe = fileURLToPath(new URL('../../../support/terminalProbe.ts', import.meta.url));
const self = [process.execPath, '--import', import.meta.resolve('tsx'), probe] as const;
const onLinux = process.platform === 'linux';

it.runIf(onLinux)(
  'output into a pipe that somebody reads is seen in a terminal: a socket pair, or a FIFO',
  async () => {
    const pair = run([...inTerminal, ...self], 'pipe');
    const fifo = run([...inTerminal, 'sh', '-c', '"$@" | cat', 'sh', ...self], 'pipe');
    expect(await Promise.all([seen(pair), seen(fifo)])).toEqual(['seen', 'seen']);
  },
);

it.runIf(onLinux)('without any terminal it is not, whoever reads it', async () => {
  const pair = run(self, 'pipe', true);
  const fifo = run(['sh', '-c', '"$@" | cat', 'sh', ...self], 'pipe', true);
  expect(await Promise.all([seen(pair), seen(fifo)])).toEqual(['not seen', 'not seen']);
});

it.runIf(onLinux)('output to a terminal is seen, as that of a script which has made one', async () => {
  const script = ['script', '-qefc', `${self.join(' ')} 2>&3`, '/dev/null'];
  expect(await seen(run(['sh', '-c', 'exec "$@" 3>&2', 'sh', ...script], 'pipe', true))).toBe('seen');
});

it('what counts as seen, and how to test it, stands where whoever starts the agent reads it', async () => {
  const { code, out } = await runCli('agent', ['run', '--help']);
  const words = out.replace(/\s+/g, ' ');
  expect([code, words]).toEqual([0, expect.stringContaining('into a pipe only while the agent has a terminal')]);
  expect(words).toContain('script -qec "daylight-agent run" /dev/null');
});

it.runIf(onLinux)('output into a file, to nowhere, or into a closed descriptor is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-terminal-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = await open(join(folder, 'output'), 'w');
  onTestFinished(() => file.close());
  const closed = ['sh', '-c', 'exec "$@" >&-', 'sh', ...self];
  const children = [
    run([...inTerminal, ...self], file.fd),
    run([...inTerminal, ...self], 'ignore'),
    run([...inTerminal, ...closed], 'pipe'),
  ];
  expect(await Promise.all(children.map(seen))).toEqual(['not seen', 'not seen', 'not seen']);
});

it.runIf(onLinux)('the journal of systemd is not: its socket is the one that JOURNAL_STREAM names', async () => {
  const itself = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1) exec "$@"';
  const another = 'JOURNAL_STREAM=8:1 exec "$@"';
  const inJournal = (set: string) => seen(run([...inTerminal, 'sh', '-c', set, 'sh', ...self], 'pipe'));
  expect([await inJournal(itself), await inJournal(another)]).toEqual(['not seen', 'seen']);
});

it.runIf(onLinux)(
  'a reader that ends is noticed without anything new to say: of a FIFO and of a socket pair',
  async () => {
    const probing = [...self.slice(0, -1), fileURLToPath(new URL('../../../support/pipeProbe.ts', import.meta.url))];
    const fifo = run([...inTerminal, 'sh', '-c', '"$@" | head -n 2 > /dev/null', 'sh', ...probing], 'pipe');
    const pair = run([...inTerminal, ...probing], 'pipe');
    pair.stdout?.once('data', () => pair.stdout?.destroy());
    expect(await Promise.all([seen(fifo), text(pair)])).toEqual(['not seen any more', 'not seen any more\n']);
  },
);

it.runIf(onLinux)(
  'nothing from outside reaches the terminal as a control character, in output or complaint',
  async () => {
    const child = run(self, 'pipe');
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const err = await text(child);
    const shown = (output: string) => output.split('\n').slice(1, -1);
    expect([shown(`\n${out}`), shown(err)]).toEqual([
      ['a hidden b Recording: nothing.'],
      ['a hidden b Recording: nothing.'],
    ]);
  },
);

it.each([
  ['colours and modes', '\u001b[8mhidden\u001b[0m', 'hidden'],
  ['C1 sequences', '\u009b2Jx', 'x'],
  ['window titles', '\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\y', 'xy'],
  ['device control strings', '\u001bPq#0\u001b\\x\u0090q\u009cy', 'xy'],
  ['another character set, a reset', '\u001b(0x\u001bcy', 'xy'],
  ['new lines and returns', 'Recording: all\r\nRecording: nothing\bx', 'Recording: all  Recording: nothing x'],
  ['an unfinished sequence', 'x\u001b[', 'x'],
  ['the direction of writing', 'a\u202eb\u2066c', 'abc'],
  ['nothing of words', 'Zürich — 東京 ✓ 👩‍💻', 'Zürich — 東京 ✓ 👩‍💻'],
])('takes out %s', (_what, line, words) => {
  expect(printable(line).trimEnd()).toBe(words);
});

/** `detached`: it leads a session of its own, which has no terminal, whatever that of the tests is. */
function run(
  [command = '', ...args]: readonly string[],
  stdout: 'pipe' | 'ignore' | number,
  detached = false,
): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', stdout, 'pipe'], detached });
}

async function seen(child: ChildProcess): Promise<string> {
  child.stdout?.resume();
  return (await text(child)).split('\n')[0] ?? '';
}

async function text(child: ChildProcess): Promise<string> {
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  return err;
}
