import { randomBytes } from 'node:crypto';

/** One captured value as it goes on the wire. */
export type Event = Readonly<Record<string, string | number>>;

/** Events of each parameter in a full minute: one every five seconds, as the sampler takes them. */
export const PER_MINUTE = 12;
export const PARAMETERS = ['activity', 'app', 'title', 'url', 'project'] as const;
export const EVENTS_PER_BATCH = PER_MINUTE * PARAMETERS.length;
export const STEP_MS = 5_000;
export const MINUTE_MS = 60_000;

/** The highest level of each parameter that the workload uses: what is largest on the wire and on the disk. */
export const LEVELS = { activity: 'counts', app: 'name', title: 'full', url: 'host_path', project: 'on' } as const;

const APPS = ['Visual Studio Code', 'Firefox', 'Thunderbird', 'LibreOffice Calc', 'GNOME Terminal', 'Slack', 'Figma'];
const HOSTS = [
  'github.com',
  'docs.python.org',
  'wiki.example.com',
  'mail.example.org',
  'nodejs.org',
  'tracker.example.net',
];
const PROJECTS = ['Website relaunch', 'Payroll migration', 'Support', 'Quarterly report'];

/** Writes minutes of work. Every value differs from the one before it, so that nothing can be merged. */
export interface Work {
  /** The 60 events of the minute that begins at `at`; `mono` is the monotonic clock at that instant. */
  minute(at: number, mono: number): Event[];
  /** `PARAMETERS.length` events and `more` besides, spread over the minute: the pace of a calm day. */
  calmMinute(at: number, mono: number, more: number): Event[];
}

/** Titles are random text of 20 to 60 characters, six bits each: no compressor can shorten them below three quarters. */
export function createWork(): Work {
  const letters = randomBytes(3 * 2 ** 18).toString('base64url');
  let tick = 0;
  const any = (below: number): number => Math.floor(Math.random() * below);
  const letter = (length: number): string => {
    const from = any(letters.length - length);
    return letters.slice(from, from + length);
  };
  const word = (): string =>
    any(26 ** 5)
      .toString(26)
      .padStart(5, 'x')
      .replace(/\d/g, 'y');
  const pick = (from: readonly string[]): string => from[(tick += 1) % from.length] ?? '';
  const when = (at: number, mono: number) => {
    const jitter = any(40);
    return { at: at + jitter, mono: mono + jitter, span: STEP_MS };
  };
  const write: Readonly<Record<(typeof PARAMETERS)[number], () => Event>> = {
    activity: () => ({ keys: any(40), clicks: any(6), scrolls: any(20), moves: any(300) }),
    app: () => ({ name: pick(APPS) }),
    title: () => ({ title: letter(20 + any(41)) }),
    url: () => ({ host: pick(HOSTS), path: `/pages/${word()}/${any(100)}` }),
    project: () => ({ project: pick(PROJECTS), task: `Task ${any(200)}` }),
  };
  const event = (parameter: (typeof PARAMETERS)[number], at: number, mono: number): Event => ({
    parameter,
    level: LEVELS[parameter],
    ...when(at, mono),
    ...write[parameter](),
  });

  return {
    minute: (at, mono) =>
      Array.from({ length: PER_MINUTE }, (_, step) =>
        PARAMETERS.map((parameter) => event(parameter, at + step * STEP_MS, mono + step * STEP_MS)),
      ).flat(),
    calmMinute: (at, mono, more) =>
      Array.from({ length: PARAMETERS.length + more }, (_, index) => {
        const step = Math.floor(index / PARAMETERS.length) * 2 * STEP_MS;
        return event(PARAMETERS[index % PARAMETERS.length] ?? 'app', at + step, mono + step);
      }),
  };
}
