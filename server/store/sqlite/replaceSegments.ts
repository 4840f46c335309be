import type { SegmentId } from '../../../shared/ids.ts';
import { type SegmentRecord, StoreError } from '../store.ts';
import { isClosed } from './closedAccounts.ts';
import { idBytes, int } from './columns.ts';
import type { Row, Value } from './connection.ts';
import { deleteByKeys, insertRows, selectByKeys } from './rows.ts';
import { segmentColumns, segmentKey, segmentRow } from './segmentRow.ts';
import type { Transaction } from './writer.ts';

/** Within a unit: what `Observations.replaceSegments` promises. */
export async function replaceSegments(
  tx: Transaction,
  merged: SegmentRecord,
  of: readonly SegmentId[],
): Promise<'replaced' | 'changed'> {
  if (merged.parameter === 'screenshot') {
    throw new StoreError('conflict', 'a screenshot keeps the segment that its image is sealed for');
  }
  // Of a closed account nothing is taken that is brought: then nothing may go for it either.
  if (await isClosed(tx, merged.org, merged.person)) return 'changed';
  const values = segmentRow(merged);
  const [org, person, day, parameter] = values;
  const keys = of.map((segment) => [org ?? null, person ?? null, day ?? null, parameter ?? null, idBytes(segment)]);
  const rows = await selectByKeys(tx, selectSame, segmentKey, keys);
  if (rows.length === 0 || rows.length !== of.length || !rows.every((row) => isLike(row, values))) return 'changed';
  const places = rows.map((row) => int(row, 'place'));
  await deleteByKeys(tx, 'segment', 'rowid', places);
  await insertRows(tx, 'segment', ['rowid', ...segmentColumns], [[Math.max(...places), ...values]]);
  return 'replaced';
}

const sameColumns = segmentColumns.filter((column) => column !== 'segment' && column !== 'sealed');
const selectSame = `SELECT rowid AS place, ${sameColumns.join(', ')} FROM segment`;

function isLike(row: Row, values: readonly Value[]): boolean {
  return sameColumns.every((column) => isSame(row[column], values[segmentColumns.indexOf(column)]));
}

function isSame(stored: unknown, value: Value | undefined): boolean {
  return stored instanceof Uint8Array && value instanceof Uint8Array
    ? Buffer.compare(stored, value) === 0
    : stored === value;
}
