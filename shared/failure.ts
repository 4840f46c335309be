/** What may be told of an error outside of the process that it happened in. */
export interface Failure {
  readonly name: string;
  readonly code: string | null;
  /** Where it came from: frames only, as a message may quote what it is about. */
  readonly frames: readonly string[];
  readonly cause: Failure | null;
}

/** What stands where something was that may not be told: to be seen by whoever runs it, and reported as a mistake of ours. */
export const WITHHELD = 'withheld';

/** The name of a class, and a code: words that programs write. */
export const FAILURE_NAME = /^[A-Za-z]\w{0,39}$/;
export const FAILURE_CODE = /^\w{1,40}$/;
/** A function, and a file below Daylight's own folder or of Node: see `frameOf`. */
export const FAILURE_FRAME = /^at ([\w$.<>[\] #]{1,100} )?\([\w@.:/-]{1,160}:\d{1,7}:\d{1,7}\)$/;

const MOST_FRAMES = 12;
const MOST_CAUSES = 8;

/** `home`: the folder that Daylight's own files are in, as a `file:` address with a slash at its end. */
export function failureOf(error: unknown, home: string, deep = MOST_CAUSES): Failure {
  if (!(error instanceof Error)) return { name: typeof error, code: null, frames: [], cause: null };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : null;
  return {
    name: FAILURE_NAME.test(error.name) ? error.name : WITHHELD,
    code: code === null || FAILURE_CODE.test(code) ? code : WITHHELD,
    frames: framesOf(error, home),
    cause: error.cause === undefined || deep === 0 ? null : failureOf(error.cause, home, deep - 1),
  };
}

/** On lines of its own, as for a terminal. */
export function failureLines({ name, code, frames, cause }: Failure): readonly string[] {
  const head = code === null ? name : `${name} ${code}`;
  return [head, ...frames.map((frame) => `    ${frame}`), ...(cause === null ? [] : failureLines(cause))];
}

/** The frames stand at the end of a stack, below the message, which may have lines that look like them. */
function framesOf({ stack = '', message }: Error, home: string): string[] {
  const from = stack.indexOf(message);
  const lines = (from < 0 ? stack : stack.slice(from + message.length)).split('\n').slice(1);
  const first = lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1;
  return lines
    .slice(first)
    .flatMap((line) => frameOf(line, home) ?? [])
    .slice(0, MOST_FRAMES);
}

/** Without the folder that Daylight is in, which may be called as a person is; null for what has no place in a file. */
function frameOf(line: string, home: string): string | null {
  const parts = /^\s+at (?:(.+) )?\(?(.+):(\d+):(\d+)\)?$/.exec(line);
  if (parts === null) return null;
  const [, by, place = '', row, column] = parts;
  const ours = place.startsWith(home) ? place.slice(home.length) : null;
  const file = ours ?? (place.startsWith('node:') ? place : (place.split(/[\\/]/).at(-1) ?? ''));
  const frame = `at ${by === undefined ? '' : `${by} `}(${file}:${row}:${column})`;
  return FAILURE_FRAME.test(frame) ? frame : null;
}
