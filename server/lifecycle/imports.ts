import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import { ImageId, ImportId, type OrgId, type PersonId } from '../../shared/ids.ts';
import {
  type ImportContents,
  type ImportSource,
  type ImportView,
  importLimits,
  SourceName,
} from '../../shared/protocol/http/imports.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { Digest } from '../../shared/signed.ts';
import { addDays, Day, dayOf } from '../../shared/time.ts';
import { type Clock, unset } from '../clock.ts';
import { webpSize } from '../ingest/webp.ts';
import { createLanes } from '../lanes.ts';
import type { Random } from '../random.ts';
import type { ImportPiece, ImportRecord, KeyStore, Store } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import {
  byParameter,
  type ImportIndex,
  type OpenedImport,
  openIndex,
  pieceScope,
  sealIndex,
  viewOf,
} from './importIndex.ts';
import { ImageLine, type Manifest } from './portable.ts';
import { type ExportLine, type ExportSource, readExport, wrongExport } from './readExport.ts';

export const IMPORT_REMEDY =
  'Nothing of it was taken in. Download the export anew at the server that it is from, and choose that file as it is.';

const NAME_REMEDY =
  'Nothing of it was taken in. Have the name changed at the server that it is from, and download the export anew there.';

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

/**
 * What people bring along from other servers: kept apart from what is collected here, so that no report, no total and no other person's
 * page can read it. Each import has a key of its own. One after the other for each person.
 */
export interface Imports {
  /** Those that may still be read, newest first. One that does not open any more is left out. */
  of(whose: Whose): Promise<readonly ImportView[]>;
  /** Reads all of an export, and keeps nothing of it. Throws DaylightError with the file and line that is not right. */
  check(whose: Whose, source: ExportSource, tell: Tell): Promise<ImportContents>;
  /** Takes in what was checked and has not changed since: when it resolves, all of it is there, and until then nothing. */
  take(whose: Whose, source: ExportSource, tell: Tell): Promise<ImportId>;
  /** The lines of one UTC day, as they stood in the file. */
  day(whose: Whose, which: ImportId, day: Day, most: number): Promise<ImportedDay>;
  /** Throws DaylightError `not_found`. */
  requireThere(whose: Whose, which: ImportId): Promise<void>;
  /** Null days: all of it. What stays gets a new id and a new key; the old key is destroyed when this resolves. */
  erase(whose: Whose, which: ImportId, days: DayRange | null): Promise<ImportView | null>;
  /** Takes away what a process that ended has left, and with `past` what is past its day. */
  sweep(org: OrgId, which: 'stray' | 'past'): Promise<void>;
  /** Ends what is being taken in, of which nothing stays, and waits for it. */
  close(): Promise<void>;
}

/** How much of how much was read. */
export type Tell = (done: number, of: number) => void;

export interface ImportedDay {
  readonly entries: readonly { readonly parameter: ParameterId; readonly line: Record<string, unknown> }[];
  readonly more: boolean;
}

interface DayRange {
  readonly from: Day;
  readonly to: Day;
}

export interface ImportDeps {
  readonly store: Store;
  readonly keyStore: Pick<KeyStore, 'dataKeyEpochs' | 'scrub'>;
  readonly vault: Pick<Vault, 'seal' | 'open' | 'destroyDataKeys'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Of all imports of a person together, as they are stored. */
  readonly storedBytes?: number;
}

export function createImports(deps: ImportDeps): Imports {
  const { store, clock, storedBytes = importLimits.storedBytes } = deps;
  const lanes = createLanes<PersonId>();
  const closing = new AbortController();
  const passed = unset(clock);

  const opened = async (whose: Whose): Promise<OpenedImport[]> => openedOf(deps, whose, dayOf(clock.now()));
  const one = async (whose: Whose, which: ImportId): Promise<OpenedImport> => {
    const found = (await opened(whose)).find(({ record }) => record.import === which);
    if (found === undefined) throw notThere();
    return found;
  };
  return {
    async of(whose) {
      return (await opened(whose)).map((each) => viewOf(each)).toReversed();
    },
    async check(whose, source, tell) {
      const reading = createReading(deps, await opened(whose), null, closing.signal);
      return reading.read(source, tell);
    },
    take: (whose, source, tell) =>
      lanes.run(whose.person, async () => {
        const before = await opened(whose);
        if (before.length >= importLimits.kept) throw tooMany();
        const writing = await createWriting(deps, whose, storedBytes - sum(before.map(({ index }) => index.bytes)));
        try {
          const reading = createReading(deps, before, writing, closing.signal);
          const { source: from } = await reading.read(source, tell);
          return await writing.finish(from, clock.now(), null);
        } catch (cause) {
          // A store that was closed meanwhile is tidied by the next start.
          await tidy(deps, whose).catch(() => undefined);
          throw cause;
        }
      }),
    async day(whose, which, day, most) {
      const found = await one(whose, which);
      const entries: ImportedDay['entries'][number][] = [];
      for (const piece of found.index.pieces.filter((each) => each.day === day)) {
        for (const line of await linesOf(deps, found, piece.place)) {
          if (entries.length === most) return { entries, more: true };
          entries.push({ parameter: piece.parameter, line: JSON.parse(line) as Record<string, unknown> });
        }
      }
      return { entries, more: false };
    },
    async requireThere(whose, which) {
      await one(whose, which);
    },
    erase: (whose, which, days) =>
      lanes.run(whose.person, async () => {
        const found = await one(whose, which);
        const stays = (day: Day): boolean => days !== null && (day < days.from || day > days.to);
        const [pieces, images] = [found.index.pieces, found.index.images];
        const keptPieces = pieces.filter(({ day }) => stays(day));
        const keptImages = images.filter(({ line }) => stays(line.day));
        if (keptPieces.length + keptImages.length === pieces.length + images.length) throw nothingThere();
        try {
          if (keptPieces.length + keptImages.length === 0) {
            await store.endImport(whose.org, whose.person, which);
            return null;
          }
          return await copied(deps, found, keptPieces, keptImages);
        } finally {
          await tidy(deps, whose);
        }
      }),
    async sweep(org, which) {
      // Nobody is shown it from its day on; it is gone for ever once that has come by both clocks.
      const today = dayOf(Math.min(clock.now(), passed()));
      const isPast = ({ expires }: ImportRecord): boolean => which === 'past' && expires < today;
      const past = (await store.imports(org)).filter(isPast);
      const people = new Set([...past.map(({ person }) => person), ...(await store.strayImports(org))]);
      for (const person of people)
        await lanes.run(person, async () => {
          for (const each of await store.imports(org, person))
            if (isPast(each)) await store.endImport(org, person, each.import);
          await tidy(deps, { org, person });
        });
    },
    async close() {
      closing.abort();
      await lanes.idle();
    },
  };
}

/** Of one person, as an export has them; for whoever stands still in a snapshot, too. */
export async function openedOf(
  { store, vault }: { readonly store: Pick<Store, 'imports'>; readonly vault: Pick<Vault, 'open'> },
  { org, person }: Whose,
  today: Day,
): Promise<OpenedImport[]> {
  const found: OpenedImport[] = [];
  for (const record of await store.imports(org, person)) {
    const each = record.expires < today ? null : await openIndex(vault, record);
    if (each !== null) found.push(each);
  }
  return found;
}

/** The lines of a piece, as JSON. Empty for one that does not open any more. */
export async function linesOf(deps: PieceDeps, of: OpenedImport, place: number): Promise<string[]> {
  const bytes = await openPiece(deps, of, place);
  return Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
}

interface PieceDeps {
  readonly store: Pick<Store, 'importPiece'>;
  readonly vault: Pick<Vault, 'open'>;
}

export async function openPiece(
  { store, vault }: PieceDeps,
  { record }: OpenedImport,
  place: number,
): Promise<Uint8Array> {
  const { org, person, import: which, epoch } = record;
  const piece = await store.importPiece(org, person, which, place);
  if (piece === null) throw new StoreError('damaged', 'a piece of an import is not there');
  return vault.open(pieceScope({ org, person, import: which, epoch, place }), piece.sealed);
}

// ── Reading a file ──

/** Days of parameters: more than lie between 2020 and 2100 of a few parameters, and little enough for the index. */
const MOST_PIECES = 40_000;

/** Of lines that have passed their schema. */
const OfDay = z.looseObject({ day: Day });
const OfPicture = z.looseObject({ observation: z.looseObject({ image: ImageId, digest: Digest }) });

function createReading(
  deps: ImportDeps,
  before: readonly OpenedImport[],
  writing: Writing | null,
  signal: AbortSignal,
) {
  const known = createKnown(deps, before);
  const pieces: { parameter: ParameterId; day: Day; records: number }[] = [];
  const imageLines = new Map<string, ImageLine>();
  const counts = { records: new Map<ParameterId, number>(), here: 0, images: 0, newImages: 0, left: 0, imported: 0 };
  let manifest: Manifest | null = null;
  let from: ImportSource | null = null;
  let digests: ReadonlyMap<string, Digest> = new Map();
  let last: { readonly parameter: ParameterId; readonly day: Day } | null = null;

  const wrong = (where: string, what: string): DaylightError => wrongExport(where, what, IMPORT_REMEDY);

  const dataOf = async (parameter: ParameterId, { name, number, value }: ExportLine): Promise<void> => {
    const where = `${name}, line ${number}`;
    const { day } = OfDay.parse(value);
    if (last?.parameter === parameter && day < last.day) throw wrong(where, 'its day is before that of the line above');
    last = { parameter, day };
    if (parameter === 'screenshot') requireSamePicture(where, value, digests, wrong);
    counts.records.set(parameter, (counts.records.get(parameter) ?? 0) + 1);
    const line = JSON.stringify(value);
    if (await known.hasLine(parameter, day, line)) {
      counts.here += 1;
      return;
    }
    const piece = pieces.at(-1);
    if (piece?.parameter === parameter && piece.day === day) piece.records += 1;
    else pieces.push({ parameter, day, records: 1 });
    if (pieces.length > MOST_PIECES)
      throw wrong(where, `it is of more than ${MOST_PIECES} days of parameters together`);
    await writing?.line(parameter, day, line);
  };
  const line = async (file: ExportLine): Promise<void> => {
    signal.throwIfAborted();
    const [folder = '', rest = ''] = file.name.split('/');
    if (folder === 'records') counts.left += 1;
    else if (folder === 'imported') counts.imported += 1;
    else if (folder === 'images') {
      const image = ImageLine.parse(file.value);
      if (imageLines.has(image.image)) throw wrong(`${file.name}, line ${file.number}`, 'the picture is there twice');
      imageLines.set(image.image, image);
    } else {
      const parameter = parameterIds.find((id) => rest === `${id}.ndjson`);
      if (parameter !== undefined) await dataOf(parameter, file);
    }
  };
  const file = async (name: string, content: () => AsyncIterable<Uint8Array>): Promise<void> => {
    signal.throwIfAborted();
    const [, folder, image] = /^(images|imported)\/([a-z0-9-]+)\.webp$/.exec(name) ?? [];
    if (folder === 'imported') counts.imported += 1;
    if (folder !== 'images' || image === undefined) return;
    const said = imageLines.get(image);
    if (said === undefined) throw wrong(name, 'no line of images/images.ndjson is of it');
    imageLines.delete(image);
    counts.images += 1;
    const digest = digests.get(name) ?? '';
    if (
      known.hasImage(said.image, digest, () => wrong(name, 'another picture of the same id was brought along before'))
    ) {
      counts.here += 1;
      return;
    }
    counts.newImages += 1;
    const picture = await pictureIn(name, content(), wrong);
    await writing?.image(said, digest, picture);
  };
  return {
    async read(source: ExportSource, tell: Tell): Promise<ImportContents> {
      let [done, of] = [0, 0];
      const digested = writing === null;
      await readExport(source, {
        remedy: IMPORT_REMEDY,
        limits: importLimits,
        digests: digested,
        begun: (found) => {
          manifest = found;
          from = sourceOf(found);
          digests = new Map(found.files.map(({ name, sha256 }) => [name, sha256]));
          // Lines are read twice where what they say is checked first.
          of = sum(found.files.map(({ name, bytes }) => (name.endsWith('.ndjson') ? bytes : 0)));
          if (digested) of += sum(found.files.map(({ bytes }) => bytes));
          tell(0, of);
        },
        line,
        file,
        read: (bytes) => tell((done += bytes), of),
      });
      if (manifest === null || from === null) throw new Error('an export was read without its manifest');
      const [without] = imageLines.keys();
      if (without !== undefined) throw wrong('images/images.ndjson', 'a line is of a picture that is not there');
      requireSums(manifest, counts.records, counts.images, wrong);
      if (pieces.length === 0 && counts.newImages === 0) throw nothingNew(counts.here);
      return {
        source: from,
        parameters: byParameter(pieces),
        images: counts.newImages,
        recordsLeft: counts.left,
        importedLeft: counts.imported,
        alreadyHere: counts.here,
      };
    },
  };
}

function sourceOf({ organisation, person, asOf }: Manifest): ImportSource {
  const said = <T extends { readonly name: string }>(whose: string, one: T): T => {
    const read = SourceName.safeParse(one.name);
    if (read.success) return { ...one, name: read.data };
    const { message } = describeIssue(read.error, `the name of its ${whose}`);
    throw wrongExport('manifest.json', message, NAME_REMEDY);
  };
  return { organisation: said('organisation', organisation), person: said('person', person), asOf };
}

type Wrong = (where: string, what: string) => DaylightError;

/** What the manifest says that it holds is what it holds. */
function requireSums(
  manifest: Manifest,
  records: ReadonlyMap<ParameterId, number>,
  images: number,
  wrong: Wrong,
): void {
  const said = new Map(manifest.parameters.map((one) => [one.parameter, one.records]));
  if (said.size !== manifest.parameters.length) throw wrong('manifest.json', 'it names a parameter twice');
  for (const id of parameterIds) {
    const [claimed, found] = [said.get(id) ?? 0, records.get(id) ?? 0];
    if (claimed !== found) throw wrong('manifest.json', `it says ${claimed} records of ${id}, and there are ${found}`);
  }
  if (manifest.images !== images)
    throw wrong('manifest.json', `it says ${manifest.images} pictures, and there are ${images}`);
}

function requireSamePicture(where: string, value: unknown, digests: ReadonlyMap<string, Digest>, wrong: Wrong): void {
  const { image, digest } = OfPicture.parse(value).observation;
  const found = digests.get(`images/${image}.webp`);
  if (found !== undefined && found !== digest) throw wrong(where, 'its picture is another one');
}

async function pictureIn(name: string, content: AsyncIterable<Uint8Array>, wrong: Wrong): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > limits.imageBytes) throw wrong(name, `it is longer than ${limits.imageBytes} bytes`);
    chunks.push(chunk);
  }
  const picture = Buffer.concat(chunks);
  if (webpSize(picture) === null) throw wrong(name, 'it is no WebP picture, or holds more than one picture');
  return picture;
}

/** What was brought along before; of its lines, those of one parameter and day are in memory at once, as digests. */
function createKnown(deps: ImportDeps, before: readonly OpenedImport[]) {
  const images = new Map(before.flatMap(({ index }) => index.images.map(({ line, digest }) => [line.image, digest])));
  let of = '';
  let lines: ReadonlySet<string> = new Set();
  return {
    async hasLine(parameter: ParameterId, day: Day, line: string): Promise<boolean> {
      if (before.length === 0) return false;
      if (of !== `${parameter} ${day}`) {
        of = `${parameter} ${day}`;
        const found = new Set<string>();
        for (const one of before)
          for (const piece of one.index.pieces)
            if (piece.parameter === parameter && piece.day === day)
              for (const known of await linesOf(deps, one, piece.place)) found.add(digestOf(known));
        lines = found;
      }
      return lines.has(digestOf(line));
    },
    hasImage(image: ImageId, digest: Digest, another: () => DaylightError): boolean {
      const found = images.get(image);
      if (found !== undefined && found !== digest) throw another();
      return found !== undefined;
    },
  };
}

function digestOf(line: string): string {
  return createHash('sha256').update(line, 'utf8').digest('base64').slice(0, 32);
}

// ── Writing ──

/** Half a megabyte is opened and sealed in a few milliseconds. */
const PIECE_BYTES = 512 * 1024;
/** Of pieces that are sealed and not written yet. */
const TOGETHER_BYTES = 2 * 1024 * 1024;

interface Writing {
  line(parameter: ParameterId, day: Day, line: string): Promise<void>;
  image(line: ImageLine, digest: Digest, picture: Uint8Array): Promise<void>;
  /** Of another import, as it is. */
  piece(parameter: ParameterId, day: Day, records: number, bytes: Uint8Array): Promise<void>;
  finish(source: ImportIndex['source'], at: number, instead: OpenedImport | null): Promise<ImportId>;
}

/** Under a key that nothing else is sealed under. What is written is there for nobody until `finish`. */
async function createWriting(
  { store, keyStore, vault, random }: ImportDeps,
  whose: Whose,
  mostBytes: number,
): Promise<Writing> {
  const { org, person } = whose;
  const used = await keyStore.dataKeyEpochs(org, person, 'imported');
  const epoch = Math.max(0, ...used) + 1;
  const which = ImportId.parse(random.uuid());
  const [pieces, images]: [ImportIndex['pieces'], ImportIndex['images']] = [[], []];
  let waiting: ImportPiece[] = [];
  let waitingBytes = 0;
  let bytes = 0;
  let places = 0;
  let open: { parameter: ParameterId; day: Day; lines: string[]; bytes: number } | null = null;

  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await store.putImportPieces(waiting);
    waiting = [];
    waitingBytes = 0;
  };
  const put = async (plaintext: Uint8Array, compress: boolean): Promise<number> => {
    const place = places++;
    const scope = pieceScope({ org, person, import: which, epoch, place });
    const sealed = await vault.seal(scope, plaintext, { compress });
    waiting.push({ org, person, import: which, place, sealed });
    waitingBytes += sealed.length;
    bytes += sealed.length;
    if (bytes > mostBytes) throw tooMuchStored();
    if (waitingBytes >= TOGETHER_BYTES) await flush();
    return place;
  };
  const piece: Writing['piece'] = async (parameter, day, records, plaintext) => {
    pieces.push({ place: await put(plaintext, true), parameter, day, records });
  };
  const endPiece = async (): Promise<void> => {
    if (open === null) return;
    const { parameter, day, lines } = open;
    open = null;
    await piece(parameter, day, lines.length, Buffer.from(`${lines.join('\n')}\n`, 'utf8'));
  };
  return {
    piece,
    async line(parameter, day, line) {
      if (open !== null && (open.parameter !== parameter || open.day !== day || open.bytes > PIECE_BYTES))
        await endPiece();
      open ??= { parameter, day, lines: [], bytes: 0 };
      open.lines.push(line);
      open.bytes += line.length;
    },
    async image(line, digest, picture) {
      images.push({ place: await put(picture, false), digest, line });
    },
    async finish(source, at, instead) {
      await endPiece();
      await flush();
      const expires = instead?.record.expires ?? addDays(dayOf(at), importLimits.keptDays);
      const head = { org, person, import: which, epoch, at, expires };
      const record: ImportRecord = { ...head, sealed: await sealIndex(vault, head, { source, bytes, pieces, images }) };
      await store.putImport(record, instead?.record.import ?? null);
      return which;
    },
  };
}

async function copied(
  deps: ImportDeps,
  found: OpenedImport,
  pieces: ImportIndex['pieces'],
  images: ImportIndex['images'],
): Promise<ImportView> {
  const writing = await createWriting(deps, found.record, importLimits.storedBytes);
  for (const { place, parameter, day, records } of pieces)
    await writing.piece(parameter, day, records, await openPiece(deps, found, place));
  for (const { place, line, digest } of images) await writing.image(line, digest, await openPiece(deps, found, place));
  const which = await writing.finish(found.index.source, found.record.at, found);
  const { org, person } = found.record;
  const record = (await deps.store.imports(org, person)).find((each) => each.import === which);
  const opened = record === undefined ? null : await openIndex(deps.vault, record);
  if (opened === null) throw new Error('an import that was just written is not there');
  return viewOf(opened);
}

/** What is of no import that is there: first its keys, and then its pieces, which nobody can open any more; both logs are emptied of them. */
async function tidy({ store, keyStore, vault }: ImportDeps, { org, person }: Whose): Promise<void> {
  const live = new Set((await store.imports(org, person)).map(({ epoch }) => epoch));
  const epochs = await keyStore.dataKeyEpochs(org, person, 'imported');
  const gone = epochs.filter((epoch) => !live.has(epoch));
  await vault.destroyDataKeys(gone.map((epoch) => ({ org, person, parameter: 'imported', epoch })));
  await store.purgeStrayImports(org, person);
  // Somebody's download may hold one: then the next round empties it.
  await Promise.all([keyStore.scrub(), store.scrub()]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function notThere(): DaylightError {
  return new DaylightError('not_found', 'there is no such import', {
    remedy: 'Look at the list again; it may have been erased, or its time may be over.',
  });
}

function nothingThere(): DaylightError {
  return new DaylightError('conflict', 'nothing of these days was brought along', {
    field: 'days',
    remedy: 'Choose days that the list names.',
  });
}

function nothingNew(here: number): DaylightError {
  const message =
    here > 0 ? 'everything in this file was brought along before' : 'there is nothing recorded in this file';
  return new DaylightError('conflict', message, {
    remedy: 'There is nothing to do. Choose another file if you meant one.',
  });
}

function tooMany(): DaylightError {
  return new DaylightError('conflict', `${importLimits.kept} files were brought along already`, {
    remedy: 'Erase one of them first.',
  });
}

function tooMuchStored(): DaylightError {
  const message = `what you brought along would take more than ${importLimits.storedBytes} bytes of the disk together`;
  return new DaylightError('conflict', message, {
    remedy:
      'Nothing of this file was taken in. Erase something that you brought along before, or choose a smaller file.',
  });
}
