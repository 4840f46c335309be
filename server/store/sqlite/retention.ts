import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { type OrgId, PersonId } from '../../../shared/ids.ts';
import type { BlobFolder } from '../blobs/blobFolder.ts';
import type { Expired, Past, Retention, StoredAge } from '../store.ts';
import { day, dayNumber, id, idBytes, int, parameter, parameterCode, text } from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { translated } from './failure.ts';

export function retentionIn({ writer, read }: Database, blobs: BlobFolder): Retention {
  return {
    async ages(org) {
      const segments = (await read.all(segmentAges, [idBytes(org)])).map((row) => ageOf(row, int(row, 'parameter')));
      const images = await read.all(imageAges, [idBytes(org)]);
      return together([...segments, ...images.map((row) => ageOf(row, parameterCode('screenshot')))]);
    },
    async holders(org) {
      const found = new Set<PersonId>();
      for (const table of ['segment', 'image'])
        for (const row of await read.all(holdersOf(table), [idBytes(org)])) found.add(id(PersonId, row, 'person'));
      return [...found];
    },
    async expire(org, person, past, most) {
      const whose = [idBytes(org), idBytes(person)];
      const images = await expireImages(org, whose, past, most);
      const { sql, values } = segmentsPast(past);
      const rows = await writer.unit((tx) => tx.all(sql, [...whose, ...values, most]));
      return expiredOf(rows, images);
    },
    expireTokens: (org, at) =>
      writer.unit((tx) => tx.run('DELETE FROM token WHERE org = ? AND expires_at <= ?', [idBytes(org), at])),
  };

  /** The files first: a row whose file is gone is found again, a file that no row names is not. */
  async function expireImages(org: OrgId, whose: readonly Value[], past: Past, most: number): Promise<number> {
    const { sql, values } = imagesPast(past);
    const files = (await read.all(sql, [...whose, ...values, most])).map((row) => text(row, 'file'));
    if (files.length === 0) return 0;
    await translated(blobs.remove(org, files));
    return writer.unit((tx) => tx.run(deleteImages, [idBytes(org), JSON.stringify(files)]));
  }
}

// A record is of its day or later than it: what is of today or later is never past.
const RANGE = 'org = ? AND person = ? AND day < ?';

function segmentsPast(past: Past): { readonly sql: string; readonly values: readonly Value[] } {
  const { except = [] } = past;
  const limits = past.parameters.flatMap((one) => one.limits.map((limit) => ({ ...limit, parameter: one.parameter })));
  const isPast = limits.map(() => 'OR (parameter = ? AND terms_version <= ? AND day < ?)').join(' ');
  const isLeft = except.map(() => 'AND NOT (parameter = ? AND day BETWEEN ? AND ?)').join(' ');
  const today = dayNumber(past.today);
  return {
    sql: `DELETE FROM segment WHERE rowid IN (
      SELECT rowid FROM segment WHERE ${RANGE} AND (expires < ? ${isPast}) ${isLeft} LIMIT ?) RETURNING parameter`,
    values: [
      today,
      today,
      ...limits.flatMap((one) => [parameterCode(one.parameter), one.termsVersion, dayNumber(one.before)]),
      ...except.flatMap((one) => [parameterCode(one.parameter), dayNumber(one.from), dayNumber(one.to)]),
    ],
  };
}

function imagesPast(past: Past): { readonly sql: string; readonly values: readonly Value[] } {
  const limits = past.parameters.flatMap((one) => (one.parameter === 'screenshot' ? one.limits : []));
  const except = (past.except ?? []).filter(({ parameter: of }) => of === 'screenshot');
  const isLeft = except.map(() => 'AND NOT (day BETWEEN ? AND ?)').join(' ');
  const isPast = limits.map(() => 'OR (terms_version <= ? AND day < ?)').join(' ');
  const today = dayNumber(past.today);
  return {
    sql: `SELECT file FROM image WHERE ${RANGE} AND (expires < ? ${isPast}) ${isLeft} LIMIT ?`,
    values: [
      ...[today, today, ...limits.flatMap((one) => [one.termsVersion, dayNumber(one.before)])],
      ...except.flatMap((one) => [dayNumber(one.from), dayNumber(one.to)]),
    ],
  };
}

function expiredOf(segments: readonly Row[], images: number): readonly Expired[] {
  const counts = new Map<ParameterId, number>();
  for (const row of segments) {
    const of = parameter(int(row, 'parameter'));
    counts.set(of, (counts.get(of) ?? 0) + 1);
  }
  return parameterIds.flatMap((of) => {
    const one = { parameter: of, segments: counts.get(of) ?? 0, images: of === 'screenshot' ? images : 0 };
    return one.segments + one.images === 0 ? [] : [one];
  });
}

const deleteImages = 'DELETE FROM image WHERE org = ? AND file IN (SELECT value FROM json_each(?))';

const segmentAges = `SELECT day, parameter, terms_version, expires, count(DISTINCT person) AS people, count(*) AS segments, 0 AS images
  FROM segment WHERE org = ? GROUP BY day, parameter, terms_version, expires`;
const imageAges = `SELECT day, terms_version, expires, count(DISTINCT person) AS people, 0 AS segments, count(*) AS images
  FROM image WHERE org = ? GROUP BY day, terms_version, expires`;

/** From one person to the next by the index, whatever lies between them. */
function holdersOf(table: string): string {
  return `WITH RECURSIVE holder(person) AS (
      SELECT min(person) FROM ${table} WHERE org = ?1
      UNION ALL
      SELECT (SELECT min(person) FROM ${table} WHERE org = ?1 AND person > holder.person) FROM holder WHERE holder.person IS NOT NULL)
    SELECT person FROM holder WHERE person IS NOT NULL`;
}

function ageOf(row: Row, code: number): StoredAge {
  return {
    ...{ parameter: parameter(code), day: day(row, 'day'), expires: day(row, 'expires') },
    ...{ termsVersion: int(row, 'terms_version'), people: int(row, 'people') },
    ...{ segments: int(row, 'segments'), images: int(row, 'images') },
  };
}

/** A picture and the segment that names it are one line. */
function together(ages: readonly StoredAge[]): readonly StoredAge[] {
  const known = new Map<string, StoredAge>();
  for (const one of ages) {
    const place = String(parameterIds.indexOf(one.parameter)).padStart(2, '0');
    const key = `${one.day} ${place} ${one.expires} ${String(one.termsVersion).padStart(16, '0')}`;
    const before = known.get(key);
    const people = Math.max(one.people, before?.people ?? 0);
    known.set(key, { ...(before ?? one), people, images: one.images + (before?.images ?? 0) });
  }
  return [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
