import { ErasureId, OrgId, PersonId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import type { BlobFolder } from '../blobs/blobFolder.ts';
import { type BlobRecord, type ErasureRecord, type Erasures, erasureStates, StoreError } from '../store.ts';
import { bytes, dayNumber, id, idBytes, int, parameterCode, text } from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { translated } from './failure.ts';
import { insertRows } from './rows.ts';
import { segmentColumns, segmentRow } from './segmentRow.ts';
import type { Transaction } from './writer.ts';

export function erasuresIn(
  { writer, read, scrub }: Database,
  blobs: BlobFolder,
  fromStore: Vault['fromStore'],
): Erasures {
  const erasureOf = (row: Row): ErasureRecord => ({
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    number: int(row, 'number'),
    order: id(ErasureId, row, 'ordered'),
    at: int(row, 'at'),
    state: stateOf(row),
    changedAt: int(row, 'changed_at'),
    scope: fromStore(bytes(row, 'sealed')),
  });

  return {
    async putErasures(erasures) {
      await writer.unit(async (tx) => {
        for (const one of erasures) await putErasure(tx, one);
      });
    },
    async erasures(org, person) {
      const rows =
        person === undefined
          ? await read.all('SELECT * FROM erasure WHERE org = ? ORDER BY person, number', [idBytes(org)])
          : await read.all(`SELECT * ${OF_PERSON} ORDER BY number`, [idBytes(org), idBytes(person)]);
      return rows.map(erasureOf);
    },
    async advanceErasure({ org, person, number }, state, changedAt) {
      await writer.unit((tx) => tx.run(advance, [state, changedAt, idBytes(org), idBytes(person), number]));
    },
    async storedUnder(org, parameter) {
      const code = parameterCode(parameter);
      const images = parameter === 'screenshot' ? await read.all(imagesUnder, [idBytes(org)]) : [];
      return (await read.all(segmentsUnder, [idBytes(org), code])).map((row) => {
        const [person, termsVersion] = [id(PersonId, row, 'person'), int(row, 'terms_version')];
        const own = images.find(
          (one) => id(PersonId, one, 'person') === person && int(one, 'terms_version') === termsVersion,
        );
        const counts = { days: int(row, 'days'), segments: int(row, 'segments') };
        return { person, termsVersion, ...counts, images: own === undefined ? 0 : int(own, 'images') };
      });
    },
    async storedEpochs(org, person, parameter, from, to) {
      const within = [idBytes(org), idBytes(person), dayNumber(from), dayNumber(to)];
      const segments = await read.all(segmentEpochs, [...within, parameterCode(parameter)]);
      const images = parameter === 'screenshot' ? await read.all(imageEpochs, within) : [];
      return [...new Set([...segments, ...images].map((row) => int(row, 'epoch')))].toSorted((a, b) => a - b);
    },
    async resealSegment(segment, was, images) {
      const own = images.every(
        (image) => image.segment === segment.segment && image.person === segment.person && image.org === segment.org,
      );
      if (!own) throw new StoreError('conflict', 'an image is not of the segment that it is sealed for');
      const files = await translated(
        blobs.write(
          segment.org,
          images.map(({ sealed }) => sealed),
        ),
      );
      const old: string[] = [];
      try {
        const result = await writer.unit((tx) =>
          reseal(
            tx,
            segment,
            was,
            images.map((image, place) => ({ image, file: files[place] ?? '' })),
            old,
          ),
        );
        await translated(blobs.remove(segment.org, result === 'resealed' ? old : files));
        return result;
      } catch (error) {
        // Where the commit may yet be found after a crash, both files stay; opening the store sweeps what nobody names.
        if (error instanceof StoreError && error.code === 'conflict')
          await translated(blobs.remove(segment.org, files));
        throw error;
      }
    },
    async purgeEpochs(org, person, parameter, from, to, epochs) {
      const within = [idBytes(org), idBytes(person), dayNumber(from), dayNumber(to)];
      let gone = 0;
      for (const epoch of epochs) {
        if (parameter === 'screenshot') {
          const rows = await read.all(imageFiles, [...within, epoch]);
          await translated(
            blobs.remove(
              org,
              rows.map((row) => text(row, 'file')),
            ),
          );
          gone += await inBits((tx) => tx.run(purgeImages, [...within, epoch]));
        }
        gone += await inBits((tx) => tx.run(purgeSegments, [...within, parameterCode(parameter), epoch]));
      }
      return gone;
    },
    async replaceSessionState(org, device, was, state) {
      const changed = await writer.unit((tx) => tx.run(replaceState, [state, idBytes(org), idBytes(device), was]));
      return changed > 0;
    },
    scrub: () => translated(scrub()),
  };

  async function inBits(deleteSome: (tx: Transaction) => Promise<number>): Promise<number> {
    let gone = 0;
    for (let deleted = -1; deleted !== 0; gone += deleted) deleted = await writer.unit(deleteSome);
    return gone;
  }
}

async function putErasure(tx: Transaction, one: ErasureRecord): Promise<void> {
  const whose = [idBytes(one.org), idBytes(one.person)];
  const [row] = await tx.all(`SELECT coalesce(max(number), 0) + 1 AS next ${OF_PERSON}`, whose);
  const next = row === undefined ? 1 : int(row, 'next');
  if (one.number !== next) throw new StoreError('conflict', `number: expected ${next}, got ${one.number}`);
  const values = [...whose, one.number, idBytes(one.order), one.at, one.state, one.changedAt, one.scope];
  await insertRows(tx, 'erasure', columns, [values]);
}

/** Within a unit: what `Erasures.resealSegment` promises. The files that nothing names any more are put into `old`. */
async function reseal(
  tx: Transaction,
  segment: ErasureSegment,
  was: number,
  images: readonly { readonly image: BlobRecord; readonly file: string }[],
  old: string[],
): Promise<'resealed' | 'changed'> {
  const values = segmentRow(segment);
  const value = (column: string): Value => values[segmentColumns.indexOf(column)] ?? null;
  const same = segmentColumns.filter((column) => column !== 'epoch' && column !== 'sealed');
  const where = same.map((column) => `${column} = ?`).join(' AND ');
  const changed = await tx.run(`UPDATE segment SET epoch = ?, sealed = ? WHERE ${where} AND epoch = ?`, [
    ...[segment.epoch, segment.sealed, ...same.map(value), was],
  ]);
  if (changed === 0) return 'changed';
  if (segment.parameter !== 'screenshot') return 'resealed';
  const place = [value('org'), value('person'), value('segment')];
  for (const row of await tx.all(imagesOfSegment, place)) old.push(text(row, 'file'));
  const kept = images.map(({ image }) => idBytes(image.image));
  const others = kept.length === 0 ? '' : `AND image NOT IN (${kept.map(() => '?').join(',')})`;
  await tx.run(`DELETE FROM image WHERE org = ? AND person = ? AND segment = ? ${others}`, [...place, ...kept]);
  for (const { image, file } of images) {
    const moved = await tx.run(resealImage, [image.epoch, file, ...place, idBytes(image.image)]);
    if (moved === 0) throw new StoreError('conflict', 'an image that is sealed anew is not stored');
  }
  return 'resealed';
}

type ErasureSegment = Parameters<Erasures['resealSegment']>[0];

function stateOf(row: Row): ErasureRecord['state'] {
  const state = erasureStates.find((one) => one === row['state']);
  if (state === undefined)
    throw new StoreError('damaged', 'the store holds an erasure in no known state; restore it from a backup');
  return state;
}

const OF_PERSON = 'FROM erasure WHERE org = ? AND person = ?';
const columns = ['org', 'person', 'number', 'ordered', 'at', 'state', 'changed_at', 'sealed'];
const advance = 'UPDATE erasure SET state = ?, changed_at = ? WHERE org = ? AND person = ? AND number = ?';
const segmentsUnder = `SELECT person, terms_version, count(DISTINCT day) AS days, count(*) AS segments
  FROM segment WHERE org = ? AND parameter = ? GROUP BY person, terms_version`;
const imagesUnder =
  'SELECT person, terms_version, count(*) AS images FROM image WHERE org = ? GROUP BY person, terms_version';
const segmentEpochs =
  'SELECT DISTINCT epoch FROM segment WHERE org = ? AND person = ? AND day BETWEEN ? AND ? AND parameter = ?';
const imageEpochs = 'SELECT DISTINCT epoch FROM image WHERE org = ? AND person = ? AND day BETWEEN ? AND ?';
const imagesOfSegment = 'SELECT file FROM image WHERE org = ? AND person = ? AND segment = ?';
const resealImage = 'UPDATE image SET epoch = ?, file = ? WHERE org = ? AND person = ? AND segment = ? AND image = ?';
const imageFiles = 'SELECT file FROM image WHERE org = ? AND person = ? AND day BETWEEN ? AND ? AND epoch = ?';
const purgeImages = someOf('image', 'org = ? AND person = ? AND day BETWEEN ? AND ? AND epoch = ?');
const purgeSegments = someOf(
  'segment',
  'org = ? AND person = ? AND day BETWEEN ? AND ? AND parameter = ? AND epoch = ?',
);
const replaceState = 'UPDATE device_progress SET session_state = ? WHERE org = ? AND device = ? AND session_state = ?';

/** So many at once that batches do not wait long. */
function someOf(table: string, which: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${which} LIMIT 500)`;
}
