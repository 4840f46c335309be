import { OrgId, PersonId } from '../../../shared/ids.ts';
import { LookRole } from '../../../shared/roles.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';
import type { RandomBytes } from '../blobs/blobFolder.ts';
import type { AccessRecord, Audit, NewAccess, NewSecurityEvent, SecurityEvent } from '../store.ts';
import { appendEntries, mayBeCountedOn } from './auditEntries.ts';
import { isClosed } from './closedAccounts.ts';
import {
  bytes,
  dayNumber,
  dayOrNull,
  flag,
  id,
  idBytes,
  idOrNull,
  int,
  intOrNull,
  parameter,
  parameterCode,
  text,
  word,
} from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows, updateRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function auditIn({ writer, read }: Database, randomBytes: RandomBytes): Audit {
  const record = writer.lane(async (tx, given: readonly NewAccess[]) => {
    const kept: NewAccess[] = [];
    for (const one of given) if (!(await isClosed(tx, one.org, one.subject))) kept.push(one);
    for (const org of new Set(kept.map((one) => one.org))) {
      const ours = kept.filter((one) => one.org === org);
      await putAccesses(
        tx,
        org,
        ours.map((one) => ({ ...one, count: 1, lastAt: one.at })),
        randomBytes,
      );
    }
    return given.map(() => 'recorded' as const);
  });

  return {
    async recordAccess(access) {
      if (access.refused) await writer.unit((tx) => countRefusal(tx, access, randomBytes));
      else await record(access);
    },
    async accesses(org, subject, limit, before) {
      const [whose, until] = [[idBytes(org), idBytes(subject)], before ?? Number.MAX_SAFE_INTEGER];
      const values = [...whose, until, ...whose, until, limit - 1];
      return (await read.all(newestAccesses, values)).map(accessOf);
    },
    recordSecurityEvent: (event) => writer.unit((tx) => recordSecurityEvent(tx, event, randomBytes)),
    async securityEvents(org, limit, before, except = []) {
      const of = [idBytes(org), ...except, before ?? Number.MAX_SAFE_INTEGER];
      const others = `org = ? AND kind NOT IN (${except.map(() => '?').join(', ')})`;
      return (await read.all(newestOf('security_event', others), [...of, ...of, limit - 1])).map(eventOf);
    },
    async alarms(org) {
      return (await read.all(alarmsOf, [idBytes(org)])).map(eventOf);
    },
  };
}

type UnnumberedAccess = Omit<AccessRecord, 'seq'>;

async function putAccesses(
  tx: Transaction,
  org: OrgId,
  accesses: readonly UnnumberedAccess[],
  randomBytes: RandomBytes,
): Promise<void> {
  const entries = accesses.map((row) => ({
    entry: { kind: 'access' as const, row },
    at: row.lastAt,
    supersedes: null,
  }));
  const numbered = await appendEntries(tx, org, entries, randomBytes);
  const rows = accesses.map((access, place) => [...accessValues(access), ...numberValues(numbered[place])]);
  await insertRows(tx, 'access', accessColumns, rows);
}

async function countRefusal(tx: Transaction, access: NewAccess, randomBytes: RandomBytes): Promise<void> {
  const { org, at } = access;
  if (await isClosed(tx, org, access.subject)) return;
  const hour = at - (at % HOUR);
  const { actorRole, action, purpose } = access;
  const of = [idBytes(org), idBytes(access.subject), hour, hour + HOUR];
  const same = await tx.all(sameRefusal, [...of, idBytes(access.actor), actorRole, action, purpose]);
  const row = await firstOf(same, (one) => mayBeCountedOn(tx, { kind: 'access', row: accessOf(one) }, one));
  if (row === undefined) return putAccesses(tx, org, [{ ...access, count: 1, lastAt: at }], randomBytes);
  const { seq: supersedes, ...before } = accessOf(row);
  const counted: UnnumberedAccess = {
    ...before,
    at: Math.min(before.at, at),
    lastAt: Math.max(before.lastAt, at),
    day: access.day === before.day ? before.day : null,
    parameters: [...new Set([...before.parameters, ...access.parameters])],
    count: before.count + 1,
  };
  const entry = { kind: 'access' as const, row: counted };
  const [numbered] = await appendEntries(tx, org, [{ entry, at: counted.lastAt, supersedes }], randomBytes);
  const values = [...accessValues(counted), ...numberValues(numbered)];
  await updateRows(tx, 'access', ['rowid'], accessColumns, [[int(row, 'rowid'), ...values]]);
}

/** Within a unit. */
export async function recordSecurityEvent(
  tx: Transaction,
  event: NewSecurityEvent,
  randomBytes: RandomBytes,
): Promise<void> {
  const { org } = event;
  if (await isClosed(tx, org, event.person)) return;
  const person = event.person === null ? null : idBytes(event.person);
  const minute = event.at - (event.at % MINUTE);
  const same = await tx.all(sameEvent, [idBytes(org), minute, minute + MINUTE, event.kind, person, event.detail]);
  const row = await firstOf(same, (one) => mayBeCountedOn(tx, { kind: 'security_event', row: eventOf(one) }, one));
  const { seq: supersedes, ...before } = row === undefined ? { ...event, count: 0, seq: null } : eventOf(row);
  const counted = { ...before, count: before.count + 1 };
  const entry = { kind: 'security_event' as const, row: counted };
  const [numbered] = await appendEntries(tx, org, [{ entry, at: event.at, supersedes }], randomBytes);
  const number = numberValues(numbered);
  if (row !== undefined) await tx.run(countEvent, [counted.count, ...number, int(row, 'rowid')]);
  else {
    const values = [idBytes(org), event.at, event.kind, person, event.detail, counted.count, ...number];
    await insertRows(tx, 'security_event', eventColumns, [values]);
  }
}

async function firstOf(rows: readonly Row[], isIt: (row: Row) => Promise<boolean>): Promise<Row | undefined> {
  for (const row of rows) if (await isIt(row)) return row;
  return undefined;
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
  'seq',
  'salt',
];
const sameRefusal = `SELECT rowid, * FROM access WHERE org = ? AND subject = ? AND at >= ? AND at < ?
  AND actor = ? AND actor_role = ? AND action = ? AND purpose = ? AND refused = 1`;
const eventColumns = ['org', 'at', 'kind', 'person', 'detail', 'count', 'seq', 'salt'];
const newestAccesses = newestOf('access', 'org = ? AND subject = ?');
const sameEvent = `SELECT rowid, * FROM security_event
  WHERE org = ? AND at >= ? AND at < ? AND kind = ? AND person IS ? AND detail = ?`;
/** In the words of the index `security_event_alarm`, which finds them. */
const alarmsOf = `SELECT * FROM security_event WHERE org = ?1 AND kind GLOB 'alarm_*'
  AND seq < (SELECT size FROM audit_head WHERE org = ?1) ORDER BY seq DESC`;
const countEvent = 'UPDATE security_event SET count = ?, seq = ?, salt = ? WHERE rowid = ?';

/**
 * Of those that have a leaf: what somebody else put in is not shown. Values: those of `where`, before when; both again; how many less one.
 */
export function newestOf(table: 'access' | 'security_event', where: string): string {
  const ours = `${where} AND seq < (SELECT size FROM audit_head WHERE audit_head.org = ${table}.org)`;
  return `SELECT * FROM ${table} WHERE ${ours} AND at < ? AND at >= coalesce(
  (SELECT at FROM ${table} WHERE ${ours} AND at < ? ORDER BY at DESC LIMIT 1 OFFSET ?), 0)
  ORDER BY at DESC, rowid DESC`;
}

function accessValues(access: UnnumberedAccess): Value[] {
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
    access.count,
    access.lastAt,
  ];
}

/** `seq` and `salt`. */
function numberValues(numbered: Awaited<ReturnType<typeof appendEntries>>[number] | undefined): Value[] {
  if (numbered === undefined) throw new Error('an entry without a leaf');
  return [numbered.seq, numbered.salt];
}

export function accessOf(row: Row): AccessRecord {
  return {
    org: id(OrgId, row, 'org'),
    at: int(row, 'at'),
    actor: id(PersonId, row, 'actor'),
    actorRole: word(LookRole, row, 'actor_role'),
    subject: id(PersonId, row, 'subject'),
    action: text(row, 'action'),
    purpose: text(row, 'purpose'),
    day: dayOrNull(row, 'day'),
    parameters: [...bytes(row, 'parameters')].map(parameter),
    refused: flag(row, 'refused'),
    count: int(row, 'count'),
    lastAt: int(row, 'last_at'),
    seq: intOrNull(row, 'seq'),
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
    seq: intOrNull(row, 'seq'),
  };
}
