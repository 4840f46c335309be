import { DaylightError } from './errors.ts';

/** What a process is asked about itself, and what it can do about itself. */
export interface OwnProcess {
  readonly platform: string;
  readonly pid: number;
  /** What Node itself was started with. */
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly read: (file: string) => Promise<string>;
  readonly write: (file: string, text: string) => Promise<void>;
  /** What a program says on its standard output. Rejects where there is no such program, or it fails. */
  readonly run: (command: string, args: readonly string[]) => Promise<string>;
}

/**
 * Sees to it that nothing of what this process has in memory is written out when it crashes, or when somebody asks the system or
 * Node for it. Throws DaylightError `forbidden` with the remedy where that cannot be had.
 */
export async function keepInMemory(own: OwnProcess): Promise<void> {
  const [first] = spillingSwitches(own);
  if (first !== undefined) {
    throw new DaylightError('forbidden', `${first}: with this set, Node writes out what people do`, {
      remedy: 'Take it out of the command, of NODE_OPTIONS and of the environment, and start again.',
    });
  }
  if (own.platform === 'win32' || (await withoutCore(own))) return;
  throw new DaylightError('forbidden', 'the system would write all memory into a core file when this crashes', {
    remedy: 'Start it with `ulimit -c 0`; in a unit of systemd say LimitCORE=0.',
  });
}

/** Either no core file at all, or, on Linux, one without any memory in it. */
async function withoutCore(own: OwnProcess): Promise<boolean> {
  if (own.platform !== 'linux') return own.run('sh', ['-c', 'ulimit -c']).then((said) => said.trim() === '0', never);
  // Both are tried: a limit does not hold where cores are piped to a program, and the filter leaves the registers.
  await own.run('prlimit', ['--pid', String(own.pid), '--core=0:0']).catch(() => '');
  await own.write('/proc/self/coredump_filter', '0').catch(() => undefined);
  const isEmpty = await own.read('/proc/self/coredump_filter').then((mask) => /^0+$/.test(mask.trim()), never);
  if (isEmpty) return true;
  const isPiped = await own.read('/proc/sys/kernel/core_pattern').then(
    (to) => to.startsWith('|'),
    () => true,
  );
  const isNone = await own.read('/proc/self/limits').then((limits) => /^Max core file size +0 /m.test(limits), never);
  return isNone && !isPiped;
}

const never = (): boolean => false;

/** Write memory, requests or keys to a file or the terminal, or open it to a debugger. */
const SPILLING =
  /^--(inspect|debug|report-|experimental-report|heapsnapshot|heap-prof|cpu-prof|prof$|abort-on-uncaught|tls-keylog|trace-event|trace-tls)/;
/** Packages of ours that tell their names in DEBUG what they are asked for. */
const TALKING = /\*|express|router|body-parser|finalhandler|send|serve-static/;

/** Names alone. */
export function spillingSwitches({ execArgv, env }: Pick<OwnProcess, 'execArgv' | 'env'>): string[] {
  const given = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)].map(nameOf);
  return [
    ...given.filter((name) => SPILLING.test(name)),
    ...((env['NODE_DEBUG'] ?? '') === '' ? [] : ['NODE_DEBUG']),
    ...(TALKING.test(env['DEBUG'] ?? '') ? ['DEBUG'] : []),
  ];
}

/** Node takes an underscore for a hyphen. */
function nameOf(given: string): string {
  const [name = ''] = given.replaceAll('"', '').split('=');
  return name.replaceAll('_', '-');
}
