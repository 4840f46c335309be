import pino from 'pino';

/** Fields that may be in the log. Nothing that a person wrote, did or is called; no address of a client; no path. */
export interface LogFields {
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly code?: string;
  readonly device?: string;
  readonly reason?: string;
  readonly failure?: FailureFields;
}

export interface FailureFields {
  readonly name: string;
  readonly code: string | null;
  /** Where it came from: frames only, as a message may quote what it is about. */
  readonly frames: readonly string[];
  readonly cause: FailureFields | null;
}

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogLevel = 'debug' | 'info' | 'error' | 'silent';

/** JSON lines on standard error. */
export function createLog(level: LogLevel): Log {
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    debug: (event, fields = {}) => log.debug({ event, ...allowed(fields) }),
    info: (event, fields = {}) => log.info({ event, ...allowed(fields) }),
    error: (event, fields = {}) => log.error({ event, ...allowed(fields) }),
  };
}

/** What a log may say of an error. */
export function failureFields(error: unknown): FailureFields {
  if (!(error instanceof Error)) return { name: typeof error, code: null, frames: [], cause: null };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : null;
  return {
    name: error.name,
    code: code === null ? null : String(code),
    frames: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .map((line) => line.trim()),
    cause: error.cause === undefined ? null : failureFields(error.cause),
  };
}

/** Copies by name: what a caller adds by mistake stays out. */
function allowed({ route, status, ms, code, device, reason, failure }: LogFields): LogFields {
  return {
    ...(route === undefined ? {} : { route }),
    ...(status === undefined ? {} : { status }),
    ...(ms === undefined ? {} : { ms }),
    ...(code === undefined ? {} : { code }),
    ...(device === undefined ? {} : { device }),
    ...(reason === undefined ? {} : { reason }),
    ...(failure === undefined ? {} : { failure }),
  };
}
