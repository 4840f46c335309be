import pino from 'pino';
import { z } from 'zod';
import { ErrorCode } from '../shared/errors.ts';
import { FAILURE_CODE, FAILURE_FRAME, FAILURE_NAME, type Failure, failureOf, WITHHELD } from '../shared/failure.ts';
import { BackupId, DeviceId, ErasureId, OrgId, PersonId } from '../shared/ids.ts';
import { backupProblems } from '../shared/protocol/http/backups.ts';
import { Region } from '../shared/protocol/http/region.ts';
import { type RouteName, routes } from '../shared/protocol/http.ts';
import { Bye } from '../shared/protocol/messages.ts';
import { alarmKinds } from './audit/detectors.ts';

/** What happened: these words and no others, so that no sentence is ever put together for the log. */
export const LogEvent = z.enum([
  'address_not_noted',
  'agent_clock_set',
  'agent_closed',
  'agent_connected',
  'agent_failed',
  'agent_refused',
  'alarm',
  'alarms',
  'audit_broken',
  'backup',
  'backup_alarm',
  'backup_ended',
  'backup_made',
  'cancelled',
  'cancelling',
  'checkpoint',
  'clock',
  'compaction',
  'crashed',
  'ending',
  'erasing',
  'erasure',
  'imports',
  'keys_rolled',
  'leaving_date',
  'migrated',
  'published',
  'recovery_set',
  'request',
  'residency',
  'retention',
  'restored',
  'scheduled_publication',
  'self_check',
  'special_search',
  'session_sweep',
  'taken_into_audit',
  'team_not_followed',
]);
export type LogEvent = z.infer<typeof LogEvent>;

const Count = z.int().nonnegative();

const FailureFields: z.ZodType<Failure> = z.strictObject({
  name: z.string().regex(FAILURE_NAME),
  code: z.string().regex(FAILURE_CODE).nullable(),
  frames: z.array(z.string().regex(FAILURE_FRAME)).readonly(),
  cause: z.lazy(() => FailureFields).nullable(),
});

/**
 * Everything that a line may say beside its event: numbers, random ids and words of closed lists. Nothing that a person wrote, did
 * or is called; no address of a client; no path.
 */
const fields = {
  route: z.custom<RouteName>((name) => typeof name === 'string' && Object.hasOwn(routes, name)),
  status: z.int().min(100).max(599),
  ms: z.int(),
  code: ErrorCode,
  organisation: OrgId,
  person: PersonId,
  device: DeviceId,
  order: ErasureId,
  backup: BackupId,
  problem: z.enum(backupProblems),
  version: Count,
  count: Count,
  file: z.enum(['daylight.db', 'keys.db']),
  from: Count,
  to: Count,
  region: Region,
  state: z.enum([
    ...['requested', 'committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified', 'verified_empty'],
    ...['agents_wiped', 'backups_expired', 'final'],
    ...['clock_ahead', 'clock_behind', 'clock_right'],
  ] as const),
  alarm: z.enum(alarmKinds),
  reason: z.enum([...Bye.shape.reason.options, 'busy', 'gone', 'origin', 'subprotocol', 'upgrade']),
  failure: FailureFields,
} as const;

type Fields = typeof fields;
export type LogFields = { readonly [Name in keyof Fields]?: z.infer<Fields[Name]> };

export interface Log {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

export type LogLevel = 'debug' | 'info' | 'error' | 'silent';

/** JSON lines on standard error. */
export function createLog(level: LogLevel): Log {
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    debug: (event, fields = {}) => log.debug(allowed(event, fields)),
    info: (event, fields = {}) => log.info(allowed(event, fields)),
    error: (event, fields = {}) => log.error(allowed(event, fields)),
  };
}

/** Types end where a cast begins: what is written is checked once more, value by value, and copied by name. */
export function allowed(event: string, given: object): Readonly<Record<string, unknown>> {
  const line: Record<string, unknown> = { event: LogEvent.safeParse(event).data ?? WITHHELD };
  const values = new Map<string, unknown>(Object.entries(given));
  for (const [name, schema] of Object.entries<z.ZodType>(fields)) {
    const value = values.get(name);
    if (value !== undefined) line[name] = schema.safeParse(value).data ?? WITHHELD;
  }
  return line;
}

const HOME = new URL('..', import.meta.url).href;

/** What a log may say of an error. */
export function failureFields(error: unknown): Failure {
  return failureOf(error, HOME);
}
