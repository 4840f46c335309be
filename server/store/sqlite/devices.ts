import { z } from 'zod';
import { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import type { DeviceRecord, Devices, ReceiptRecord } from '../store.ts';
import {
  bytesOrNull,
  id,
  idBytes,
  int,
  intOrNull,
  keyBytes,
  publicKey,
  signed,
  signedValues,
  textOrNull,
  word,
} from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function devicesIn({ writer, read }: Database, fromStore: Vault['fromStore']): Devices {
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
      ...leasesOf(row),
      sessionState: sessionState === null ? null : fromStore(sessionState),
    };
  };

  return {
    async createDevice(device) {
      await writer.unit(async (tx) => {
        await insertRows(tx, 'device', deviceColumns, [deviceValues(device)]);
        await insertRows(tx, 'device_progress', progressColumns, [progressValues(device)]);
      });
    },
    async device(device) {
      const row = await read.first(`${selectDevice} WHERE d.device = ?`, [idBytes(device)]);
      return row === null ? null : deviceOf(row);
    },
    async devices(org) {
      return (await read.all(`${selectDevice} WHERE d.org = ? ORDER BY d.rowid`, [idBytes(org)])).map(deviceOf);
    },
    changeDevice(org, device, change) {
      const key = [idBytes(org), idBytes(device)];
      return writer.unit(async (tx) => {
        const [row] = await tx.all(`${selectDevice} WHERE d.org = ? AND d.device = ?`, key);
        if (row === undefined) return null;
        const changed = { ...deviceOf(row), ...change };
        await tx.run(updateDevice, [...deviceValues(changed), ...key]);
        await tx.run(updateLastSeen, [changed.lastSeenAt, ...key]);
        return changed;
      });
    },
    async putReceipt(receipt) {
      await writer.unit(async (tx) => {
        await insertRows(tx, 'receipt', receiptColumns, [receiptValues(receipt, 0)], 'ON CONFLICT DO NOTHING');
        await insertRows(tx, 'receipt', receiptColumns, [receiptValues(receipt, 1)], replaceReceipt);
        const values = [idBytes(receipt.org), idBytes(receipt.device), receipt.policyVersion];
        await insertRows(tx, 'latest_receipt', ['org', 'device', 'policy_version'], [values], replaceLatest);
      });
    },
    async receipts(org, device) {
      const rows = await read.all(receiptsOfDevice, [idBytes(org), idBytes(device)]);
      return rows.map(receiptOf);
    },
    async latestReceipts(org) {
      return (await read.all(latestReceiptsOfOrg, [idBytes(org)])).map(receiptOf);
    },
  };
}

const Status = z.enum(['active', 'retired']);

const deviceColumns = [
  'org',
  'device',
  'person',
  'public_key',
  'status',
  'enrolled_at',
  'agent_version',
  'clock_offset_ms',
  'lease_issued_at',
  'lease_observed_until',
  'lease_entered_until',
  'previous_observed_until',
  'previous_entered_until',
];
const progressColumns = ['org', 'device', 'committed_seq', 'last_seen_at', 'session_state'];
const receiptColumns = ['org', 'device', 'policy_version', 'latest', 'received_at', 'payload', 'key_id', 'signature'];

const selectDevice = `SELECT d.*, p.committed_seq, p.last_seen_at, p.session_state
  FROM device d JOIN device_progress p ON p.org = d.org AND p.device = d.device`;
const updateDevice = `UPDATE device SET ${deviceColumns.map((name) => `${name} = ?`).join(', ')}
  WHERE org = ? AND device = ?`;
const updateLastSeen = 'UPDATE device_progress SET last_seen_at = ? WHERE org = ? AND device = ?';
const replaceReceipt = `ON CONFLICT DO UPDATE SET received_at = excluded.received_at, payload = excluded.payload,
  key_id = excluded.key_id, signature = excluded.signature`;
const replaceLatest = 'ON CONFLICT DO UPDATE SET policy_version = excluded.policy_version';
const receiptsOfDevice = `SELECT * FROM receipt r WHERE org = ? AND device = ? AND NOT (latest = 1 AND EXISTS (
  SELECT 1 FROM receipt f WHERE f.org = r.org AND f.device = r.device AND f.policy_version = r.policy_version
  AND f.latest = 0 AND f.received_at = r.received_at AND f.payload = r.payload AND f.signature = r.signature))
  ORDER BY policy_version, latest`;
const latestReceiptsOfOrg = `SELECT r.* FROM latest_receipt l JOIN receipt r ON r.org = l.org AND r.device = l.device
  AND r.policy_version = l.policy_version AND r.latest = 1 WHERE l.org = ? ORDER BY l.device`;

function deviceValues(device: DeviceRecord): Value[] {
  const { lease, previousLease } = device;
  return [
    idBytes(device.org),
    idBytes(device.device),
    idBytes(device.person),
    keyBytes(device.publicKey),
    device.status,
    device.enrolledAt,
    device.agentVersion,
    device.clockOffsetMs,
    lease?.issuedAt ?? null,
    lease?.observedUntil ?? null,
    lease?.enteredUntil ?? null,
    previousLease?.observedUntil ?? null,
    previousLease?.enteredUntil ?? null,
  ];
}

function progressValues(device: DeviceRecord): Value[] {
  return [idBytes(device.org), idBytes(device.device), device.committedSeq, device.lastSeenAt, device.sessionState];
}

function leasesOf(row: Row): Pick<DeviceRecord, 'lease' | 'previousLease'> {
  const lease =
    intOrNull(row, 'lease_issued_at') === null
      ? null
      : {
          issuedAt: int(row, 'lease_issued_at'),
          observedUntil: int(row, 'lease_observed_until'),
          enteredUntil: int(row, 'lease_entered_until'),
        };
  const previousLease =
    intOrNull(row, 'previous_observed_until') === null
      ? null
      : {
          observedUntil: int(row, 'previous_observed_until'),
          enteredUntil: int(row, 'previous_entered_until'),
        };
  return { lease, previousLease };
}

function receiptValues(receipt: ReceiptRecord, latest: 0 | 1): Value[] {
  return [
    idBytes(receipt.org),
    idBytes(receipt.device),
    receipt.policyVersion,
    latest,
    receipt.receivedAt,
    ...signedValues(receipt.receipt),
  ];
}

function receiptOf(row: Row): ReceiptRecord {
  return {
    org: id(OrgId, row, 'org'),
    device: id(DeviceId, row, 'device'),
    policyVersion: int(row, 'policy_version'),
    receivedAt: int(row, 'received_at'),
    receipt: signed(row),
  };
}
