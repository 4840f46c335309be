import { DeviceId, OrgId, PersonId, SegmentId } from '../../../shared/ids.ts';
import { DiscardReason, DropCause } from '../../../shared/outcome.ts';
import type { Vault } from '../../vault/vault.ts';
import type { BlobFolder } from '../blobs/blobFolder.ts';
import {
  type AppendResult,
  type BatchUnit,
  type BlobRecord,
  type Observations,
  type SegmentHead,
  type SegmentRecord,
  type StoredParameter,
  StoreError,
} from '../store.ts';
import { appendTogether } from './appendBatches.ts';
import { callOrder } from './callOrder.ts';
import { bytes, day, dayNumber, id, idBytes, int, parameter, parameterCode, text, word } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { translated, UndecidedCommit } from './failure.ts';
import { replaceSegments } from './replaceSegments.ts';
import { selectByKeys } from './rows.ts';
import { segmentColumns, segmentKey } from './segmentRow.ts';
import { imageOf } from './subjects.ts';

export function observationsIn(
  { writer, read }: Database,
  blobs: BlobFolder,
  fromStore: Vault['fromStore'],
): Observations {
  const append = writer.lane(appendTogether);
  const inOrder = callOrder();
  const segmentOf = (row: Row): SegmentRecord => ({ ...keyOf(row), sealed: fromStore(bytes(row, 'sealed')) });
  const blobOf = (row: Row, sealed: Uint8Array): BlobRecord => ({ ...imageOf(row), sealed: fromStore(sealed) });

  const appendWith = async (unit: BatchUnit, files: readonly string[]): Promise<AppendResult> => {
    try {
      const result = await append({ unit, files });
      if (result.kind !== 'committed') await blobs.remove(unit.org, files);
      return result;
    } catch (error) {
      // Where the commit may yet be found after a crash, its files stay; opening the store sweeps what nobody names.
      if (!isUndecided(error)) await translated(blobs.remove(unit.org, files));
      throw error;
    }
  };

  return {
    async appendBatch(unit) {
      assertOwnRecords(unit);
      const contents = unit.blobs.map((blob) => blob.sealed);
      return inOrder(unit.device, translated(blobs.write(unit.org, contents)), (files) => appendWith(unit, files));
    },
    async segments(org, person, parameter, from, to) {
      const key = [idBytes(org), idBytes(person), dayNumber(from), dayNumber(to), parameterCode(parameter)];
      return (await read.all(segmentsOfDays, key)).map(segmentOf);
    },
    async newestSegments(org, person, parameter, from, to) {
      const key = [idBytes(org), idBytes(person), dayNumber(from), dayNumber(to), parameterCode(parameter)];
      return (await read.all(newestOfDays, key)).map(segmentOf);
    },
    async segmentsById(org, person, parameter, day, of) {
      const place = [idBytes(org), idBytes(person), dayNumber(day), parameterCode(parameter)];
      const keys = of.map((segment) => [...place, idBytes(segment)]);
      const rows = await selectByKeys(read, 'SELECT rowid AS place, * FROM segment', segmentKey, keys);
      return rows.toSorted((a, b) => int(a, 'place') - int(b, 'place')).map(segmentOf);
    },
    async crowdedSegments(org, person, from, to, least) {
      const key = [idBytes(org), idBytes(person), dayNumber(from), dayNumber(to), parameterCode('screenshot'), least];
      return (await read.all(crowdedOfDays, key)).map((row) => ({ ...keyOf(row), bytes: int(row, 'bytes') }));
    },
    replaceSegments: (merged, of) => writer.unit((tx) => replaceSegments(tx, merged, of)),
    async blob(org, person, image) {
      const row = await read.first(oneImage, [idBytes(org), idBytes(person), idBytes(image)]);
      return row === null ? null : blobOf(row, await translated(blobs.read(org, text(row, 'file'))));
    },
    async stored(org) {
      return (await read.all(storedInAll, [idBytes(org)])).map(storedOf);
    },
    async discards(org, device) {
      const rows = await read.all('SELECT * FROM discarded WHERE org = ? AND device = ?', [
        idBytes(org),
        idBytes(device),
      ]);
      return rows.map((row) => ({
        parameter: int(row, 'parameter') === 0 ? 'unknown' : parameter(int(row, 'parameter')),
        reason: word(DiscardReason, row, 'reason'),
        count: int(row, 'count'),
      }));
    },
    async drops(org, device) {
      const rows = await read.all('SELECT * FROM dropped WHERE org = ? AND device = ?', [
        idBytes(org),
        idBytes(device),
      ]);
      return rows.map((row) => ({
        parameter: parameter(int(row, 'parameter')),
        cause: word(DropCause, row, 'cause'),
        count: int(row, 'count'),
      }));
    },
  };
}

function keyOf(row: Row): Omit<SegmentHead, 'bytes'> {
  return {
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    parameter: parameter(int(row, 'parameter')),
    day: day(row, 'day'),
    segment: id(SegmentId, row, 'segment'),
    device: id(DeviceId, row, 'device'),
    epoch: int(row, 'epoch'),
    policyVersion: int(row, 'policy_version'),
    termsVersion: int(row, 'terms_version'),
    expires: day(row, 'expires'),
  };
}

// The key's index finds the rows; reading them by row number then is in order without sorting what they hold.
const segmentsOfDays = `SELECT * FROM segment WHERE rowid IN (
  SELECT rowid FROM segment WHERE org = ? AND person = ? AND day BETWEEN ? AND ? AND parameter = ?) ORDER BY rowid`;
const newestOfDays = `SELECT * FROM segment WHERE rowid IN (SELECT max(rowid) FROM segment
  WHERE org = ? AND person = ? AND day BETWEEN ? AND ? AND parameter = ? GROUP BY device) ORDER BY rowid`;
// Counted and found in the key's index; of the rows only their beginning is read.
const crowdedOfDays = `SELECT ${segmentColumns.filter((column) => column !== 'sealed').join(', ')}, length(sealed) AS bytes
  FROM segment WHERE rowid IN (
    SELECT rowid FROM segment WHERE org = ?1 AND person = ?2 AND (day, parameter) IN (
      SELECT day, parameter FROM segment
      WHERE org = ?1 AND person = ?2 AND day BETWEEN ?3 AND ?4 AND parameter <> ?5
      GROUP BY day, parameter HAVING count(*) >= ?6))
  ORDER BY rowid`;
const oneImage = 'SELECT * FROM image WHERE org = ? AND person = ? AND image = ?';

function assertOwnRecords(unit: BatchUnit): void {
  const isOwn = ({ org, person }: { org: OrgId; person: PersonId }): boolean =>
    org === unit.org && person === unit.person;
  const own = unit.segments.every((segment) => isOwn(segment) && segment.device === unit.device);
  if (own && unit.blobs.every(isOwn)) return;
  throw new StoreError('conflict', 'a record of the batch belongs to another person or device than the batch');
}

function isUndecided(error: unknown): boolean {
  return error instanceof StoreError && error.cause instanceof UndecidedCommit;
}

// Person, day and parameter are how the key of the table is ordered: nothing has to be sorted.
const storedInAll = `SELECT parameter, count(DISTINCT person) AS people, count(*) AS days, min(day) AS first, max(day) AS last
  FROM (SELECT person, day, parameter FROM segment WHERE org = ? GROUP BY person, day, parameter)
  GROUP BY parameter ORDER BY parameter`;

function storedOf(row: Row): StoredParameter {
  return {
    ...{ parameter: parameter(int(row, 'parameter')), people: int(row, 'people'), days: int(row, 'days') },
    ...{ from: day(row, 'first'), to: day(row, 'last') },
  };
}
