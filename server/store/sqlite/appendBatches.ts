import type { AppendResult, BatchUnit } from '../store.ts';
import { dayNumber, idBytes, int, parameterCode } from './columns.ts';
import type { Row, Value } from './connection.ts';
import { insertRows, selectByKeys } from './rows.ts';
import { segmentColumns, segmentRow } from './segmentRow.ts';
import type { Transaction } from './writer.ts';

/** A batch and the files that hold its images, in the order of its `blobs`. */
export interface Append {
  readonly unit: BatchUnit;
  readonly files: readonly string[];
}

/**
 * Appends all batches that wait, with a few statements for all of them. Each is judged by the seq that its device has
 * after the ones before it, so that two of one group with the same seq are one committed and one duplicate.
 */
export async function appendTogether(tx: Transaction, appends: readonly Append[]): Promise<readonly AppendResult[]> {
  const devices = await deviceStates(tx, appends);
  const results = appends.map(({ unit }) => judge(devices.get(unit.device), unit));
  const committed = appends.filter((_, place) => results[place]?.kind === 'committed');
  if (committed.length === 0) return results;

  await insertRows(
    tx,
    'segment',
    segmentColumns,
    committed.flatMap(({ unit }) => unit.segments.map(segmentRow)),
  );
  await insertRows(tx, 'image', imageColumns, committed.flatMap(imageRows));
  await insertRows(tx, 'discarded', discardedColumns, committed.flatMap(discardedRows), addCount);
  await insertRows(tx, 'dropped', droppedColumns, committed.flatMap(droppedRows), addCount);
  await insertRows(tx, 'device_progress', progressColumns, committed.map(progressRow), advance);
  return results;
}

interface DeviceState {
  readonly org: Buffer;
  readonly person: Buffer;
  readonly active: boolean;
  /** The newest policy version of the organisation, 0 for none. */
  readonly policyVersion: number;
  /** The newest of the person's own decisions, 0 for none. */
  readonly terms: number;
  seq: number;
}

async function deviceStates(tx: Transaction, appends: readonly Append[]): Promise<Map<string, DeviceState>> {
  const devices = new Map(appends.map(({ unit }) => [unit.device as string, unit.device]));
  const keys = [...devices.values()].map((device) => [idBytes(device)]);
  const byKey = new Map<string, DeviceState>();
  for (const row of await selectByKeys(tx, selectState, ['d.device'], keys)) {
    byKey.set(blobOf(row, 'device').toString('hex'), stateOf(row));
  }
  const states = new Map<string, DeviceState>();
  for (const device of devices.values()) {
    const state = byKey.get(idBytes(device).toString('hex'));
    if (state !== undefined) states.set(device, state);
  }
  return states;
}

function judge(device: DeviceState | undefined, unit: BatchUnit): AppendResult {
  if (device === undefined || !device.active) return { kind: 'refused' };
  if (!device.org.equals(idBytes(unit.org)) || !device.person.equals(idBytes(unit.person))) return { kind: 'refused' };
  if (unit.seq <= device.seq) return { kind: 'duplicate' };
  if (unit.seq !== device.seq + 1) return { kind: 'out_of_order', expected: device.seq + 1 };
  if (unit.judgedUnder < device.policyVersion || unit.judgedTerms < device.terms) return { kind: 'stale' };
  device.seq = unit.seq;
  return { kind: 'committed' };
}

// Read in the transaction that appends: a publication or a decision is wholly before it or wholly after it.
const selectState = `SELECT d.device, d.org, d.person, d.status, p.committed_seq,
  coalesce((SELECT max(version) FROM policy WHERE policy.org = d.org), 0) AS policy_version,
  coalesce((SELECT max(revision) FROM personal_decision t WHERE t.org = d.org AND t.person = d.person), 0) AS terms
  FROM device d JOIN device_progress p ON p.org = d.org AND p.device = d.device`;

function stateOf(row: Row): DeviceState {
  return {
    org: blobOf(row, 'org'),
    person: blobOf(row, 'person'),
    active: row['status'] === 'active',
    policyVersion: int(row, 'policy_version'),
    terms: int(row, 'terms'),
    seq: int(row, 'committed_seq'),
  };
}

const imageColumns = [
  'org',
  'person',
  'image',
  'day',
  'segment',
  'epoch',
  'policy_version',
  'terms_version',
  'expires',
  'file',
];

function imageRows({ unit, files }: Append): Value[][] {
  return unit.blobs.map((blob, place) => [
    idBytes(blob.org),
    idBytes(blob.person),
    idBytes(blob.image),
    dayNumber(blob.day),
    idBytes(blob.segment),
    blob.epoch,
    blob.policyVersion,
    blob.termsVersion,
    dayNumber(blob.expires),
    fileOf(files, place),
  ]);
}

const discardedColumns = ['org', 'device', 'parameter', 'reason', 'count'];
const droppedColumns = ['org', 'device', 'parameter', 'cause', 'count'];
const addCount = 'ON CONFLICT DO UPDATE SET count = count + excluded.count';

function discardedRows({ unit }: Append): Value[][] {
  return unit.discarded.map(({ parameter, reason, count }) => [
    idBytes(unit.org),
    idBytes(unit.device),
    parameter === 'unknown' ? 0 : parameterCode(parameter),
    reason,
    count,
  ]);
}

function droppedRows({ unit }: Append): Value[][] {
  return unit.dropped.map(({ parameter, cause, count }) => [
    idBytes(unit.org),
    idBytes(unit.device),
    parameterCode(parameter),
    cause,
    count,
  ]);
}

const progressColumns = ['org', 'device', 'committed_seq', 'last_seen_at', 'session_state'];
const advance = `ON CONFLICT DO UPDATE SET
  committed_seq = excluded.committed_seq,
  last_seen_at = max(coalesce(last_seen_at, 0), excluded.last_seen_at),
  session_state = coalesce(excluded.session_state, session_state)`;

function progressRow({ unit }: Append): Value[] {
  return [idBytes(unit.org), idBytes(unit.device), unit.seq, unit.receivedAt, unit.sessionState];
}

function fileOf(files: readonly string[], place: number): string {
  const file = files[place];
  if (file === undefined) throw new Error('an image was not written before its row');
  return file;
}

function blobOf(row: Row, column: string): Buffer {
  const value = row[column];
  if (!Buffer.isBuffer(value)) throw new Error(`${column} is not a BLOB`);
  return value;
}
