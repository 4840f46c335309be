import { z } from 'zod';
import { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import { DAY } from '../../../shared/time.ts';
import type { Vault } from '../../vault/vault.ts';
import type { RandomBytes } from '../blobs/blobFolder.ts';
import { afterLease } from '../leases.ts';
import type {
  DeviceRecord,
  Devices,
  DeviceWitness,
  EnrolResult,
  IssuedLease,
  LeaseWindow,
  ReceiptRecord,
} from '../store.ts';
import { useUpToken, validToken } from './access.ts';
import { recordSecurityEvent } from './audit.ts';
import { bytes, bytesOrNull, id, idBytes, int, intOrNull, keyBytes, publicKey, textOrNull, word } from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { putAcknowledgement } from './policies.ts';
import { insertRows, selectByKeys, updateRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function devicesIn(
  { writer, read }: Database,
  fromStore: Vault['fromStore'],
  randomBytes: RandomBytes,
): Devices {
  const deviceOf = (row: Row): DeviceRecord => {
    const sessionState = bytesOrNull(row, 'session_state');
    return {
      org: id(OrgId, row, 'org'),
      device: id(DeviceId, row, 'device'),
      person: id(PersonId, row, 'person'),
      publicKey: publicKey(row, 'public_key'),
      status: word(Status, row, 'status'),
      enrolledAt: int(row, 'enrolled_at'),
      committedSeq: int(row, 'committed_seq'),
      lastSeenAt: intOrNull(row, 'last_seen_at'),
      agentVersion: textOrNull(row, 'agent_version'),
      clockOffsetMs: intOrNull(row, 'clock_offset_ms'),
      lease: windowOf(row, 'lease'),
      previousLease: windowOf(row, 'previous'),
      sessionState: sessionState === null ? null : fromStore(sessionState),
    };
  };

  const receiptOf = (row: Row): ReceiptRecord => ({
    org: id(OrgId, row, 'org'),
    device: id(DeviceId, row, 'device'),
    policyVersion: int(row, 'policy_version'),
    receivedAt: int(row, 'received_at'),
    receipt: fromStore(bytes(row, 'sealed')),
  });
  const witnessOf = (row: Row): DeviceWitness => ({
    device: {
      org: id(OrgId, row, 'org'),
      device: id(DeviceId, row, 'device'),
      person: id(PersonId, row, 'person'),
      publicKey: publicKey(row, 'public_key'),
      status: word(Status, row, 'status'),
      enrolledAt: int(row, 'enrolled_at'),
      lease: windowOf(row, 'lease'),
    },
    receipt: bytesOrNull(row, 'sealed') === null ? null : receiptOf(row),
  });
  const recordLeases = writer.lane(recordLeasesTogether);
  const putReceipt = writer.lane(putReceiptsTogether);

  return {
    enrolDevice: ({ codeHash, now, device, acknowledgement, event, most }) =>
      writer.unit(async (tx): Promise<EnrolResult> => {
        const code = await validToken(tx, 'enrolment', codeHash, now);
        if (code?.org !== device.org || code.person !== device.person) return { kind: 'gone' };
        const [taken] = await tx.all(selectTaken, [idBytes(device.device), keyBytes(device.publicKey)]);
        if (taken !== undefined) return { kind: 'conflict' };
        const active = await tx.all(selectActive, [idBytes(device.org), idBytes(device.person)]);
        if (active.length >= most.active) return { kind: 'too_many' };
        const ofDay = [idBytes(device.org), idBytes(device.person), now - DAY, now, most.inADay - 1];
        const [early] = await tx.all(selectEnrolled, ofDay);
        if (early !== undefined) return { kind: 'too_often', nextAt: int(early, 'enrolled_at') + DAY };
        await useUpToken(tx, code);
        await insertDevice(tx, device);
        if (acknowledgement !== null) await putAcknowledgement(tx, acknowledgement);
        await recordSecurityEvent(tx, event, randomBytes);
        return { kind: 'enrolled' };
      }),
    async device(device) {
      const row = await read.first(`${selectDevice} WHERE d.device = ?`, [idBytes(device)]);
      return row === null ? null : deviceOf(row);
    },
    async devices(org, whose) {
      if (whose === undefined) {
        return (await read.all(`${selectDevice} WHERE d.org = ? ORDER BY d.rowid`, [idBytes(org)])).map(deviceOf);
      }
      const keys = whose.map((person) => [idBytes(org), idBytes(person)]);
      const rows = await selectByKeys(read, selectDevice, ['d.org', 'd.person'], keys);
      return rows.toSorted((a, b) => int(a, 'place') - int(b, 'place')).map(deviceOf);
    },
    async activeDevices(org, whose) {
      const keys = whose.map((person) => [idBytes(org), idBytes(person), 'active']);
      const rows = await selectByKeys(read, 'SELECT person FROM device', ['org', 'person', 'status'], keys);
      const many = new Map<PersonId, number>();
      for (const person of rows.map((row) => id(PersonId, row, 'person')))
        many.set(person, (many.get(person) ?? 0) + 1);
      return many;
    },
    changeDevice(org, device, change) {
      const key = [idBytes(org), idBytes(device)];
      return writer.unit(async (tx) => {
        const [row] = await tx.all(`${selectDevice} WHERE d.org = ? AND d.device = ?`, key);
        if (row === undefined) return null;
        const changed = { ...deviceOf(row), ...change };
        await tx.run(updateLastSeen, [changed.lastSeenAt, ...key]);
        await tx.run(updateAgent, [changed.agentVersion, changed.clockOffsetMs, ...key]);
        if (change.status !== undefined) await tx.run(updateStatus, [changed.status, await nextMark(tx, org), ...key]);
        return changed;
      });
    },
    recordLeases: (org, leases) => recordLeases({ org, leases }),
    async putReceipt(receipt) {
      await putReceipt(receipt);
    },
    async receipts(org, device) {
      const rows = await read.all(receiptsOfDevice, [idBytes(org), idBytes(device)]);
      return rows.map(receiptOf);
    },
    async latestReceipt(org, device) {
      const row = await read.first(latestReceiptOfDevice, [idBytes(org), idBytes(device)]);
      return row === null ? null : receiptOf(row);
    },
    async witnessesSince(org, mark) {
      const rows = await read.all(selectWitnesses, [idBytes(org), mark]);
      const newest = rows.reduce((most, row) => Math.max(most, int(row, 'changed')), mark);
      return { mark: newest, changed: rows.map(witnessOf) };
    },
  };
}

async function insertDevice(tx: Transaction, device: DeviceRecord): Promise<void> {
  await insertRows(tx, 'device', deviceColumns, [deviceValues(device, await nextMark(tx, device.org))]);
  await insertRows(tx, 'device_progress', progressColumns, [progressValues(device)]);
}

interface LeasesOfOrg {
  readonly org: OrgId;
  readonly leases: readonly IssuedLease[];
}

/** Each lease on top of those before it, whichever call brought them; a device's row is written once. */
async function recordLeasesTogether(
  tx: Transaction,
  inputs: readonly LeasesOfOrg[],
): Promise<readonly (readonly DeviceId[])[]> {
  const windows = new Map<string, Windows>();
  const keys = new Map(
    inputs.flatMap(({ org, leases }) =>
      leases.map(({ device }) => [`${org} ${device}`, [idBytes(org), idBytes(device)]]),
    ),
  );
  for (const row of await selectByKeys(tx, selectLeases, ['org', 'device'], [...keys.values()])) {
    if (word(Status, row, 'status') === 'retired') continue;
    const [org, device] = [id(OrgId, row, 'org'), id(DeviceId, row, 'device')];
    windows.set(`${org} ${device}`, {
      ...{ org, device },
      ...{ lease: windowOf(row, 'lease'), previousLease: windowOf(row, 'previous') },
    });
  }
  const recorded = inputs.map(({ org, leases }) =>
    leases.filter((lease) => {
      const key = `${org} ${lease.device}`;
      const before = windows.get(key);
      if (before === undefined) return false;
      windows.set(key, { ...before, ...afterLease(before, lease) });
      return true;
    }),
  );
  for (const org of new Set(inputs.map((input) => input.org))) {
    const ofOrg = [...windows.values()].filter((one) => one.org === org);
    if (ofOrg.length === 0) continue;
    const mark = await nextMark(tx, org);
    const rows = ofOrg.map((one) => [idBytes(org), idBytes(one.device), ...windowValues(one), mark]);
    await updateRows(tx, 'device', ['org', 'device'], [...windowColumns, 'changed'], rows);
  }
  return recorded.map((leases) => leases.map(({ device }) => device));
}

type Windows = Pick<DeviceRecord, 'org' | 'device' | 'lease' | 'previousLease'>;

/** In order of arrival: the first of a policy version stays, the last of it and of the device replaces those before. */
async function putReceiptsTogether(tx: Transaction, receipts: readonly ReceiptRecord[]): Promise<readonly true[]> {
  const values = (latest: 0 | 1) => receipts.map((receipt) => receiptValues(receipt, latest));
  await insertRows(tx, 'receipt', receiptColumns, values(0), 'ON CONFLICT DO NOTHING');
  await insertRows(tx, 'receipt', receiptColumns, values(1), replaceReceipt);
  const latest = receipts.map(({ org, device, policyVersion }) => [idBytes(org), idBytes(device), policyVersion]);
  await insertRows(tx, 'latest_receipt', ['org', 'device', 'policy_version'], latest, replaceLatest);
  for (const org of new Set(receipts.map((receipt) => receipt.org))) {
    const mark = await nextMark(tx, org);
    const devices = new Set(receipts.filter((receipt) => receipt.org === org).map(({ device }) => device));
    const rows = [...devices].map((device) => [idBytes(org), idBytes(device), mark]);
    await updateRows(tx, 'device', ['org', 'device'], ['changed'], rows);
  }
  return receipts.map(() => true);
}

/** Above every mark that a reader can have seen: units are committed in the order in which they take it. */
export async function nextMark(tx: Transaction, org: OrgId): Promise<number> {
  const [row] = await tx.all('SELECT max(changed) AS mark FROM device WHERE org = ?', [idBytes(org)]);
  return (row === undefined ? 0 : (intOrNull(row, 'mark') ?? 0)) + 1;
}

const Status = z.enum(['active', 'retired']);

const windowColumns = [
  'lease_issued_at',
  'lease_observed_until',
  'lease_entered_until',
  'previous_issued_at',
  'previous_observed_until',
  'previous_entered_until',
];
const deviceColumns = [
  'org',
  'device',
  'person',
  'public_key',
  'status',
  'enrolled_at',
  'agent_version',
  'clock_offset_ms',
  ...windowColumns,
  'changed',
];
const progressColumns = ['org', 'device', 'committed_seq', 'last_seen_at', 'session_state'];
const receiptColumns = ['org', 'device', 'policy_version', 'latest', 'received_at', 'sealed'];

const selectDevice = `SELECT d.rowid AS place, d.*, p.committed_seq, p.last_seen_at, p.session_state
  FROM device d JOIN device_progress p ON p.org = d.org AND p.device = d.device`;
const selectTaken = 'SELECT 1 AS taken FROM device WHERE device = ? OR public_key = ?';
const selectActive = "SELECT device FROM device WHERE org = ? AND person = ? AND status = 'active'";
const selectEnrolled = `SELECT enrolled_at FROM device WHERE org = ? AND person = ? AND enrolled_at > ? AND enrolled_at <= ?
  ORDER BY enrolled_at DESC LIMIT 1 OFFSET ?`;
const selectLeases = `SELECT org, device, status, ${windowColumns.join(', ')} FROM device`;
const selectWitnesses = `SELECT d.org, d.device, d.person, d.public_key, d.status, d.enrolled_at, d.changed,
  d.lease_issued_at, d.lease_observed_until, d.lease_entered_until, r.policy_version, r.received_at, r.sealed
  FROM device d LEFT JOIN latest_receipt l ON l.org = d.org AND l.device = d.device
  LEFT JOIN receipt r ON r.org = l.org AND r.device = l.device AND r.policy_version = l.policy_version AND r.latest = 1
  WHERE d.org = ? AND d.changed > ? ORDER BY d.rowid`;
const updateStatus = 'UPDATE device SET status = ?, changed = ? WHERE org = ? AND device = ?';
const updateAgent = 'UPDATE device SET agent_version = ?, clock_offset_ms = ? WHERE org = ? AND device = ?';
const updateLastSeen = 'UPDATE device_progress SET last_seen_at = ? WHERE org = ? AND device = ?';
const replaceReceipt = `ON CONFLICT DO UPDATE SET received_at = excluded.received_at,
  sealed = excluded.sealed`;
const replaceLatest = 'ON CONFLICT DO UPDATE SET policy_version = excluded.policy_version';
const receiptsOfDevice = `SELECT * FROM receipt r WHERE org = ? AND device = ? AND NOT (latest = 1 AND EXISTS (
  SELECT 1 FROM receipt f WHERE f.org = r.org AND f.device = r.device AND f.policy_version = r.policy_version
  AND f.latest = 0 AND f.received_at = r.received_at AND f.sealed = r.sealed))
  ORDER BY policy_version, latest`;
const latestReceiptOfDevice = `SELECT r.* FROM latest_receipt l JOIN receipt r ON r.org = l.org AND r.device = l.device
  AND r.policy_version = l.policy_version AND r.latest = 1 WHERE l.org = ? AND l.device = ?`;

function deviceValues(device: DeviceRecord, mark: number): Value[] {
  return [
    idBytes(device.org),
    idBytes(device.device),
    idBytes(device.person),
    keyBytes(device.publicKey),
    device.status,
    device.enrolledAt,
    device.agentVersion,
    device.clockOffsetMs,
    ...windowValues(device),
    mark,
  ];
}

function windowValues({ lease, previousLease }: Pick<DeviceRecord, 'lease' | 'previousLease'>): Value[] {
  return [lease, previousLease].flatMap((one) => [
    one?.issuedAt ?? null,
    one?.observedUntil ?? null,
    one?.enteredUntil ?? null,
  ]);
}

function progressValues(device: DeviceRecord): Value[] {
  return [idBytes(device.org), idBytes(device.device), device.committedSeq, device.lastSeenAt, device.sessionState];
}

function windowOf(row: Row, which: 'lease' | 'previous'): LeaseWindow | null {
  if (intOrNull(row, `${which}_issued_at`) === null) return null;
  return {
    issuedAt: int(row, `${which}_issued_at`),
    observedUntil: int(row, `${which}_observed_until`),
    enteredUntil: int(row, `${which}_entered_until`),
  };
}

function receiptValues(receipt: ReceiptRecord, latest: 0 | 1): Value[] {
  return [
    idBytes(receipt.org),
    idBytes(receipt.device),
    receipt.policyVersion,
    latest,
    receipt.receivedAt,
    receipt.receipt,
  ];
}
