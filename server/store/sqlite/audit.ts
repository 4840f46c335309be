import { OrgId, PersonId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/roles.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';
import type { AccessRecord, Audit, NewAccess, NewSecurityEvent, SecurityEvent } from '../store.ts';
import {
  bytes,
  dayNumber,
  dayOrNull,
  flag,
  id,
  idBytes,
  idOrNull,
  int,
  parameter,
  parameterCode,
  text,
  word,
} from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function auditIn({ writer, read }: Database): Audit {
  const record = writer.lane(async (tx, rows: readonly Value[][]) => {
    await insertRows(tx, 'access', accessColumns, rows);
    return rows.map(() => 'recorded' as const);
  });

  return {
    async recordAccess(access) {
      if (access.refused) await writer.unit((tx) => countRefusal(tx, access));
      else await record(accessValues(access));
    },
    async accesses(org, subject, limit, before) {
      const [whose, until] = [[idBytes(org), idBytes(subject)], before ?? Number.MAX_SAFE_INTEGER];
      const values = [...whose, until, ...whose, until, limit - 1];
      return (await read.all(newestAccesses, values)).map(accessOf);
    },
    recordSecurityEvent: (event) => writer.unit((tx) => recordSecurityEvent(tx, event)),
    async securityEvents(org, limit, before, except = []) {
      const of = [idBytes(org), ...except, before ?? Number.MAX_SAFE_INTEGER];
      const others = `org = ? AND kind NOT IN (${except.map(() => '?').join(', ')})`;
      return (await read.all(newestOf('security_event', others), [...of, ...of, limit - 1])).map(eventOf);
    },
  };
}

async function countRefusal(tx: Transaction, access: NewAccess): Promise<void> {
  const hour = access.at - (access.at % HOUR);
  const { actorRole, action, purpose } = access;
  const of = [idBytes(access.org), idBytes(access.subject), hour, hour + HOUR];
  const [row] = await tx.all(sameRefusal, [...of, idBytes(access.actor), actorRole, action, purpose]);
  if (row === undefined) {
    await insertRows(tx, 'access', accessColumns, [accessValues(access)]);
    return;
  }
  const before = accessOf(row);
  const parameters = new Set([...before.parameters, ...access.parameters]);
  await tx.run(countAccess, [
    access.at,
    access.at,
    access.day !== null && access.day === before.day ? dayNumber(access.day) : null,
    Uint8Array.from(parameters, parameterCode),
    int(row, 'rowid'),
  ]);
}

/** Within a unit. */
export async function recordSecurityEvent(tx: Transaction, event: NewSecurityEvent): Promise<void> {
  const person = event.person === null ? null : idBytes(event.person);
  const minute = event.at - (event.at % MINUTE);
  const same = [idBytes(event.org), minute, minute + MINUTE, event.kind, person, event.detail];
  if ((await tx.run(countEvent, same)) > 0) return;
  const values = [idBytes(event.org), event.at, event.kind, person, event.detail, 1];
  await insertRows(tx, 'security_event', eventColumns, [values]);
}

const accessColumns = [
  'org',
  'subject',
  'at',
  'actor',
  'actor_role',
  'action',
  'purpose',
  'day',
  'parameters',
  'refused',
  'count',
  'last_at',
];
const sameRefusal = `SELECT rowid, * FROM access WHERE org = ? AND subject = ? AND at >= ? AND at < ?
  AND actor = ? AND actor_role = ? AND action = ? AND purpose = ? AND refused = 1`;
const countAccess = `UPDATE access SET count = count + 1, at = min(at, ?), last_at = max(last_at, ?), day = ?, parameters = ?
  WHERE rowid = ?`;
const eventColumns = ['org', 'at', 'kind', 'person', 'detail', 'count'];
const newestAccesses = newestOf('access', 'org = ? AND subject = ?');
const countEvent = `UPDATE security_event SET count = count + 1
  WHERE org = ? AND at >= ? AND at < ? AND kind = ? AND person IS ? AND detail = ?`;

/** Values: those of `where`, before when; both again; how many less one. */
export function newestOf(table: 'access' | 'security_event', where: string): string {
  return `SELECT * FROM ${table} WHERE ${where} AND at < ? AND at >= coalesce(
  (SELECT at FROM ${table} WHERE ${where} AND at < ? ORDER BY at DESC LIMIT 1 OFFSET ?), 0)
  ORDER BY at DESC, rowid DESC`;
}

function accessValues(access: NewAccess): Value[] {
  return [
    idBytes(access.org),
    idBytes(access.subject),
    access.at,
    idBytes(access.actor),
    access.actorRole,
    access.action,
    access.purpose,
    access.day === null ? null : dayNumber(access.day),
    Uint8Array.from(access.parameters, parameterCode),
    access.refused ? 1 : 0,
    1,
    access.at,
  ];
}

export function accessOf(row: Row): AccessRecord {
  return {
    org: id(OrgId, row, 'org'),
    at: int(row, 'at'),
    actor: id(PersonId, row, 'actor'),
    actorRole: word(Role, row, 'actor_role'),
    subject: id(PersonId, row, 'subject'),
    action: text(row, 'action'),
    purpose: text(row, 'purpose'),
    day: dayOrNull(row, 'day'),
    parameters: [...bytes(row, 'parameters')].map(parameter),
    refused: flag(row, 'refused'),
    count: int(row, 'count'),
    lastAt: int(row, 'last_at'),
  };
}

export function eventOf(row: Row): SecurityEvent {
  return {
    org: id(OrgId, row, 'org'),
    at: int(row, 'at'),
    kind: text(row, 'kind'),
    person: idOrNull(PersonId, row, 'person'),
    detail: text(row, 'detail'),
    count: int(row, 'count'),
  };
}
