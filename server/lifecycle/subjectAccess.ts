import { z } from 'zod';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { Mark } from '../../shared/correction.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { DeviceId, type ImportId, SessionId } from '../../shared/ids.ts';
import { noticePage } from '../../shared/policy/noticePage.ts';
import { Day, dayOf, UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Keeping } from '../control/keeping.ts';
import { imageScope, segmentScope } from '../ingest/scopes.ts';
import { columns, decodeSegment } from '../ingest/segment.ts';
import { marked, shownIn, withoutRecords } from '../reports/corrected.ts';
import { inOrder, type Recorded } from '../reports/recorded.ts';
import { type HeldDay, type ImageHead, type SegmentRecord, StoreError } from '../store/store.ts';
import { csvRecord } from './csv.ts';
import { withheldFrom } from './dataMap.ts';
import { type DayTable, dayPage, indexPage, nameOfNotice, nameOfTranslation, recordsPage } from './exportPages.ts';
import { createWriting, type ExportFile, type Writing } from './exportWriting.ts';
import { linesOf, openedOf, openPiece } from './imports.ts';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ImageLine,
  jsonSchemas,
  Manifest,
  type RecordPart,
  recordPartNames,
  recordParts,
} from './portable.ts';
import { time, words } from './savedPage.ts';
import { rowsOf, type Subject, unlessUnreadable } from './subjectRecords.ts';

/**
 * Everything that is held about a person, as files. No more of it is in memory at once than one parameter's day, one image, or a page
 * of records, and the list of the files. Whoever asks has recorded that, and closes the snapshot.
 */
export async function* subjectFiles(
  leave: Authorized<'subject.export'>,
  subject: Subject,
  asOf: UnixMs,
): AsyncGenerator<ExportFile> {
  const { org, person } = subject.person;
  if (leave.subject !== person || leave.actor.person !== person) throw new Error('an export of somebody else');
  const held = await heldOf(subject, asOf);
  const writing = createWriting();
  const unreadable = new Map<string, Manifest['unreadable'][number]>();
  const note: Note = (parameter, day, pieces) => {
    if (pieces > 0) unreadable.set(`${parameter} ${day}`, { parameter, day, pieces });
  };

  for (const part of recordPartNames) yield* recordFiles(writing, { subject, asOf }, part);
  for (const { parameter, days } of held.parameters)
    yield* dataFiles(writing, { subject, held, note }, parameter, days);
  yield* imageFiles(writing, { subject, held, note });
  yield* importedFiles(writing, subject, note);
  for (const [place, day] of held.days.entries()) {
    const links = { day, before: held.days[place - 1] ?? null, after: held.days[place + 1] ?? null };
    yield writing.file(`days/${day}.html`, dayPage(links, tablesOf({ subject, held, note }, day)));
  }
  for (const head of subject.notices) {
    const notice = await subject.open.notice(head.hash);
    if (notice === null) continue;
    yield writing.file(`notices/${nameOfNotice(head)}.html`, [noticePage(notice)]);
    yield writing.file(`notices/${nameOfNotice(head)}.json`, [`${JSON.stringify(notice, null, 1)}\n`]);
  }
  for (const head of subject.translations) {
    const notice = await subject.open.notice(head.hash);
    if (notice !== null) yield writing.file(`notices/${nameOfTranslation(head)}.html`, [noticePage(notice)]);
  }
  yield writing.file('schema.json', [`${JSON.stringify(jsonSchemas(), null, 1)}\n`]);

  const { name } = await subject.open.profile(subject.person);
  const { authority, privacy, appeal } = subject.contacts;
  const manifest: Omit<Manifest, 'files'> = {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    organisation: { id: org, name: subject.organisation },
    contacts: { authority, privacy, appeal },
    person: { id: person, name },
    asOf,
    parameters: held.parameters.map(({ parameter, days, keptUntil }) => ({
      ...{ parameter, records: writing.recordsIn(`data/${parameter}.ndjson`), days: days.length, keptUntil },
      ...{ firstDay: days[0] ?? dayOf(asOf), lastDay: days.at(-1) ?? dayOf(asOf) },
    })),
    images: writing.recordsIn('images/images.ndjson'),
    unreadable: [...unreadable.values()],
    pastTheirDay: held.pastTheirDay,
    withheld: [...withheldFrom()],
  };
  const counts = new Map(recordPartNames.map((part) => [part, writing.recordsIn(`records/${part}.ndjson`)] as const));
  const { notices, translations } = subject;
  yield writing.file('index.html', indexPage({ manifest, days: held.days, counts, notices, translations }));
  const whole = Manifest.parse({ ...manifest, files: writing.written() });
  yield writing.file('manifest.json', [`${JSON.stringify(whole, null, 1)}\n`]);
}

/** What is there and may still be read, by parameter in the order of the register, and by day. */
export interface Held {
  readonly today: Day;
  readonly parameters: readonly HeldParameter[];
  readonly days: readonly Day[];
  /** Segments and images that are stored still, and of which nothing may be read any more. */
  readonly pastTheirDay: number;
}

export interface HeldParameter {
  readonly parameter: ParameterId;
  /** From the oldest. */
  readonly days: readonly Day[];
  /** As they are stored, without images. */
  readonly bytes: number;
  readonly images: number;
  /** The day after which the last of it must be gone. */
  readonly keptUntil: Day;
}

export function heldUntil(held: readonly HeldDay[], keeping: Keeping, today: Day): Held {
  const stored = held.map((one) => ({ ...one, expires: keeping.until(one) }));
  const readable = stored.filter(({ expires }) => expires >= today);
  const past = stored.filter(({ expires }) => expires < today);
  const parameters = parameterIds.flatMap((parameter) => {
    const own = readable.filter((one) => one.parameter === parameter);
    if (own.length === 0) return [];
    return [
      {
        ...{ parameter, days: distinct(own.map(({ day }) => day)), bytes: sum(own.map(({ bytes }) => bytes)) },
        ...{
          images: sum(own.map(({ images }) => images)),
          keptUntil: distinct(own.map(({ expires }) => expires)).at(-1) ?? today,
        },
      },
    ];
  });
  const pastTheirDay = sum(past.map(({ segments, images }) => segments + images));
  return { today, parameters, days: distinct(readable.map(({ day }) => day)), pastTheirDay };
}

async function heldOf({ store, person, keeping }: Subject, asOf: UnixMs): Promise<Held> {
  return heldUntil(await store.held(person.org, person.person), keeping, dayOf(asOf));
}

/** How many stored pieces of a parameter's day did not open. */
type Note = (parameter: ParameterId, day: Day, pieces: number) => void;

interface Reading {
  readonly subject: Subject;
  readonly held: Held;
  readonly note: Note;
}

async function* recordFiles(
  writing: Writing,
  { subject, asOf }: { readonly subject: Subject; readonly asOf: UnixMs },
  part: RecordPart,
): AsyncGenerator<ExportFile> {
  const names = Object.keys(recordParts[part].schema.shape);
  const rows = (): AsyncIterable<Readonly<Record<string, unknown>>> => rowsOf[part](subject, asOf);
  yield writing.records(
    `records/${part}.ndjson`,
    mapped(rows(), (row) => `${JSON.stringify(row)}\n`),
  );
  yield writing.records(
    `records/${part}.csv`,
    mapped(rows(), (row) => csvRecord(names.map((name) => row[name]))),
    csvRecord(names),
  );
  yield writing.file(`records/${part}.html`, recordsPage(part, rows()));
}

const CSV_HEAD = ['time', 'lasted_ms', 'day', 'kept_until', 'device', 'session', 'level'];

async function* dataFiles(
  writing: Writing,
  reading: Reading,
  parameter: ParameterId,
  days: readonly Day[],
): AsyncGenerator<ExportFile> {
  const fields = fieldsOf(parameter);
  yield writing.records(
    `data/${parameter}.ndjson`,
    mapped(recordsOf(reading, parameter, days), (one) => `${JSON.stringify(lineOf(one))}\n`),
  );
  const header = [...CSV_HEAD, ...fields, ...markColumns];
  yield writing.records(
    `data/${parameter}.csv`,
    mapped(recordsOf(reading, parameter, days), ({ observation, device, session, segment, mark }) => {
      const { at, span, level } = observation;
      const when = [new Date(at).toISOString(), span, segment.day, segment.expires, device, session, level];
      return csvRecord([...when, ...valuesOf(observation, fields), ...markCells(mark)]);
    }),
    csvRecord(header),
  );
}

async function* imageFiles(writing: Writing, reading: Reading): AsyncGenerator<ExportFile> {
  const { subject, held, note } = reading;
  const { store, vault, person } = subject;
  const days = held.parameters.find(({ parameter }) => parameter === 'screenshot')?.days ?? [];
  const given = new Set<string>();
  for (const day of days) {
    let closed = 0;
    for (const head of await imagesOf(reading, day)) {
      const blob = await unlessMissing(store.blob(person.org, person.person, head.image));
      const bytes = blob === null ? null : await unlessUnreadable(vault.open(imageScope(blob), blob.sealed));
      if (bytes === null) closed += 1;
      else {
        given.add(head.image);
        yield { ...writing.file(`images/${head.image}.webp`, [bytes]), compress: false };
      }
    }
    note('screenshot', day, closed);
  }
  async function* lines(): AsyncGenerator<string> {
    for (const day of days) {
      for (const { image, expires, segment, policyVersion, termsVersion } of await imagesOf(reading, day)) {
        const line: ImageLine = { image, day, keptUntil: expires, segment, policyVersion, termsVersion };
        if (given.has(image)) yield `${JSON.stringify(line)}\n`;
      }
    }
  }
  yield writing.records('images/images.ndjson', lines());
}

/** What was brought along, as it stood in the file that it came in. */
async function* importedFiles(writing: Writing, subject: Subject, note: Note): AsyncGenerator<ExportFile> {
  const imports = await openedOf(subject, subject.person, subject.today);
  async function* lines(parameter: ParameterId): AsyncGenerator<ImportedLine> {
    for (const one of imports) {
      for (const { place, day } of one.index.pieces.filter((piece) => piece.parameter === parameter)) {
        const opened = await unlessUnreadable(linesOf(subject, one, place));
        if (opened === null) note(parameter, day, 1);
        for (const line of opened ?? []) yield { ...ImportedFields.parse(JSON.parse(line)), import: one.record.import };
      }
    }
  }
  for (const parameter of parameterIds) {
    if (!imports.some(({ index }) => index.pieces.some((piece) => piece.parameter === parameter))) continue;
    const fields = fieldsOf(parameter);
    yield writing.records(
      `imported/${parameter}.ndjson`,
      mapped(lines(parameter), (line) => `${JSON.stringify(line)}\n`),
    );
    yield writing.records(
      `imported/${parameter}.csv`,
      mapped(lines(parameter), ({ import: which, day, keptUntil, device, session, observation }) => {
        const { at, span, level } = observation;
        const when = [which, new Date(at).toISOString(), span, day, keptUntil, device, session, level];
        return csvRecord([...when, ...fields.map((field) => observation[field])]);
      }),
      csvRecord(['import', ...CSV_HEAD, ...fields]),
    );
  }
  const given = new Set<string>();
  for (const one of imports) {
    for (const { place, line } of one.index.images) {
      const picture = await unlessUnreadable(openPiece(subject, one, place));
      if (picture === null) note('screenshot', line.day, 1);
      else {
        given.add(line.image);
        yield { ...writing.file(`imported/${line.image}.webp`, [picture]), compress: false };
      }
    }
  }
  if (given.size === 0) return;
  async function* imageLines(): AsyncGenerator<string> {
    for (const { index, record } of imports)
      for (const { line } of index.images)
        if (given.has(line.image)) yield `${JSON.stringify({ ...line, import: record.import })}\n`;
  }
  yield writing.records('imported/images.ndjson', imageLines());
}

/** They passed the schema of their file when they came, and are sealed since. */
const ImportedFields = z.looseObject({
  day: Day,
  keptUntil: Day,
  device: DeviceId,
  session: SessionId,
  observation: z.looseObject({ at: UnixMs, span: z.int(), level: z.string() }),
});
type ImportedLine = z.infer<typeof ImportedFields> & { readonly import: ImportId };

async function imagesOf({ subject, held }: Reading, day: Day): Promise<readonly ImageHead[]> {
  const { store, person, erased, keeping } = subject;
  const all = await store.images(person.org, person.person, day);
  const own = all.map((head) => ({ ...head, expires: keeping.until({ ...head, parameter: 'screenshot' }) }));
  return own.filter(({ image, expires }) => expires >= held.today && !erased.hidesImage(image, day));
}

/** A file that is gone is a piece that does not open. */
async function unlessMissing<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((cause: unknown) => {
    if (cause instanceof StoreError && cause.code === 'damaged') return null;
    throw cause;
  });
}

async function* tablesOf(reading: Reading, day: Day): AsyncGenerator<DayTable> {
  for (const { parameter, days } of reading.held.parameters) {
    if (!days.includes(day)) continue;
    const records = await unitOf(reading, parameter, day);
    const fields = fieldsOf(parameter).filter((field) => !['image', 'digest'].includes(field));
    const hasMarks = records.some(({ mark }) => mark !== undefined);
    yield {
      parameter,
      columns: [
        'time',
        'lasted',
        ...fields.map(words),
        ...(hasMarks ? markColumns.map(words) : []),
        ...(parameter === 'screenshot' ? ['picture'] : []),
      ],
      rows: records.map(({ observation, mark }) => [
        time(observation.at).slice(11),
        lasted(observation.span),
        ...valuesOf(observation, fields),
        ...(hasMarks ? markCells(mark) : []),
      ]),
      pictures: records.map(({ observation }) =>
        observation.parameter === 'screenshot' ? `images/${observation.image}.webp` : null,
      ),
    };
  }
}

const markColumns = ['corrected', 'disputed', 'statements'];

function markCells(mark: Mark | undefined): unknown[] {
  if (mark === undefined) return markColumns.map(() => null);
  const { correctedAt, disputed, statements } = mark;
  return [correctedAt === null ? null : time(correctedAt), disputed ? 'yes' : null, statements.join(' · ')];
}

function lasted(ms: number): string {
  if (ms === 0) return 'a moment';
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An opened observation, with the segment that it is stored in. */
interface FromSegment extends Recorded {
  readonly segment: Omit<SegmentRecord, 'sealed'>;
}

async function* recordsOf(reading: Reading, parameter: ParameterId, days: readonly Day[]): AsyncGenerator<FromSegment> {
  for (const day of days) yield* await unitOf(reading, parameter, day);
}

/** What is stored of one parameter on one day, in order of time. */
async function unitOf({ subject, held, note }: Reading, parameter: ParameterId, day: Day): Promise<FromSegment[]> {
  const { store, vault, person, erased, keeping } = subject;
  const records: FromSegment[] = [];
  let closed = 0;
  for (const { sealed, ...segment } of await store.segments(person.org, person.person, parameter, day, day)) {
    const expires = keeping.until(segment);
    if (expires < held.today) continue;
    const opened = await unlessUnreadable(vault.open(segmentScope(segment), sealed).then(decodeSegment));
    if (opened === null) closed += 1;
    for (const part of opened?.parts ?? []) {
      const { device } = segment;
      for (const { observation, mark } of shownIn(withoutRecords(part, (one) => erased.hides(one))))
        records.push({ device, session: part.session, observation, segment: { ...segment, expires }, ...marked(mark) });
    }
  }
  note(parameter, day, closed);
  return inOrder(records);
}

function lineOf({ device, session, observation, segment, mark }: FromSegment) {
  const { day, expires, policyVersion, termsVersion } = segment;
  return { day, keptUntil: expires, device, session, policyVersion, termsVersion, observation, ...marked(mark) };
}

/** The fields of all its levels, each once. */
function fieldsOf(parameter: ParameterId): string[] {
  return distinct(Object.values<readonly string[]>(columns[parameter]).flat(), 'as they come');
}

function valuesOf(observation: Observation, fields: readonly string[]): unknown[] {
  const values: Readonly<Record<string, unknown>> = { ...observation };
  return fields.map((field) => values[field]);
}

async function* mapped<T>(rows: AsyncIterable<T>, say: (row: T) => string): AsyncGenerator<string> {
  for await (const row of rows) yield say(row);
}

function distinct(values: readonly string[], order: 'sorted' | 'as they come' = 'sorted'): string[] {
  const once = [...new Set(values)];
  return order === 'sorted' ? once.sort() : once;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
