import { createInterface } from 'node:readline';
import { writeHeapSnapshot } from 'node:v8';
import { uIOhook } from 'uiohook-napi';
import { createInputSensor } from '../../agent/platform/input.ts';

/**
 * A process that counts input with the real adapter and, as the first argument says, keeps what it must not: for the
 * tests of the searcher, which has to find every one of these leaks and nothing in the honest process. It is a process
 * of its own because the hook's library ends the one that it is in when the X server goes. Each line of its standard
 * input is a command, and is answered with one line.
 */
const leaks: Readonly<Record<string, () => void>> = {
  none: () => undefined,
  numbers: () => {
    const codes: number[] = [];
    uIOhook.on('keydown', ({ keycode }) => codes.push(keycode));
    keep(codes);
  },
  string: () => {
    const held = { codes: '' };
    uIOhook.on('keydown', ({ keycode }) => {
      held.codes += `${keycode} `;
    });
    keep(held);
  },
  bytes: () => {
    const held = { codes: Buffer.alloc(1_000), length: 0 };
    uIOhook.on('keydown', ({ keycode }) => {
      held.codes[held.length++] = keycode + 8;
    });
    keep(held);
  },
  events: () => {
    const events: object[] = [];
    uIOhook.on('keydown', (event) => events.push(event));
    keep(events);
  },
};

function keep(what: object): void {
  process.once('exit', () => what);
}

const leak = leaks[process.argv[2] ?? 'none'];
if (leak === undefined) throw new Error('expected the name of a leak');
leak();

const none = { key: 0, click: 0, scroll: 0, move: 0 };
let counts = { ...none };
const sensor = createInputSensor(process.env);
const start = () =>
  sensor.start((kind) => {
    counts[kind] += 1;
  });
let stop = await start();

const commands: Readonly<Record<string, (file: string) => Promise<string> | string>> = {
  /** The counts since the last time. */
  count: () => {
    const counted = JSON.stringify(counts);
    counts = { ...none };
    return counted;
  },
  peek: () => JSON.stringify(counts),
  snapshot: (file) => writeHeapSnapshot(file, { exposeNumericValues: true }),
  stop: async () => {
    await stop();
    return 'stopped';
  },
  start: async () => {
    try {
      stop = await start();
      return 'started';
    } catch (error) {
      return String(error);
    }
  },
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command = '', file = ''] = line.split(' ');
    void Promise.resolve(commands[command]?.(file) ?? 'unknown').then((answer) => process.stdout.write(`${answer}\n`));
  })
  .once('close', () => void stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
