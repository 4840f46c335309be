import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { ArrivalId, ImportId, OrgId, PersonId } from '../../ids.ts';
import { name, withoutTurning } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, ok, personPath, route } from './route.ts';

const MiB = 1024 * 1024;

/** What of an export another server takes in; `docs/PROTOCOL.md` says each to whoever writes another exporter. */
export const importLimits = {
  /** The ZIP. */
  fileBytes: 128 * MiB,
  /** Each part of it but the last, which is no longer. */
  partBytes: MiB,
  /** All files in it together, unpacked. */
  unpackedBytes: 2_048 * MiB,
  files: 20_000,
  manifestBytes: 8 * MiB,
  /** One line of an `.ndjson`. */
  lineBytes: MiB,
  /** Of the organisation and the person that it says it is from. */
  nameLength: 200,
  /** How long a file waits for the next step of its person, after which it is let go. */
  waitMinutes: 15,
  /** Files that one person begins to bring within an hour. */
  inAnHour: 5,
  /** Imports that one person has at a time, and how much of the disk they take together: what repeats itself a thousandfold is short in a ZIP alone. */
  kept: 10,
  storedBytes: 512 * MiB,
  /** How long an import is kept, whatever its lines say: nobody collects more of it, and whoever wants it longer has the file. */
  keptDays: 365,
} as const;

/**
 * A name in the manifest of a stranger. It stands between words of ours: it shows something, fits, and turns nothing beside it. What turns
 * is taken out and not refused, as servers took such names in before anybody refused them.
 */
export const SourceName = z.string().transform(withoutTurning).pipe(name(importLimits.nameLength));

/** Where something was brought along from, as its manifest says: nothing in an export is signed. */
export const ImportSource = z.strictObject({
  organisation: z.strictObject({ id: OrgId, name: z.string() }),
  person: z.strictObject({ id: PersonId, name: z.string() }),
  /** All of it is as it was there at this instant. */
  asOf: UnixMs,
});
export type ImportSource = z.infer<typeof ImportSource>;

export const ImportedParameter = z.strictObject({
  parameter: ParameterId,
  records: z.int().min(1),
  /** UTC days with something of it, from the oldest. */
  days: z.array(Day).min(1),
});

/** What was brought along. */
export const ImportView = z.strictObject({
  import: ImportId,
  at: UnixMs,
  source: ImportSource,
  /** In the order of the register; without those of which there is nothing. */
  parameters: z.array(ImportedParameter),
  images: z.int(),
  /** The day after which it is deleted. */
  keptUntil: Day,
});
export type ImportView = z.infer<typeof ImportView>;

/** What a file says that it holds, before anything of it is taken in. */
export const ImportContents = z.strictObject({
  source: ImportSource,
  parameters: z.array(ImportedParameter),
  images: z.int(),
  /** Lines of files that say what was done there (who looked, devices, decisions …): they stay in the file. */
  recordsLeft: z.int(),
  /** Entries that had been brought along there from elsewhere: they stay in the file. */
  importedLeft: z.int(),
  /** Of all entries and pictures, those that were brought along before and are not taken in twice. */
  alreadyHere: z.int(),
});
export type ImportContents = z.infer<typeof ImportContents>;

const progress = { done: z.int(), of: z.int() };
const refusal = z.strictObject({ message: z.string(), remedy: z.string().nullable() });

/** A file on its way in, of which nothing is stored before it is confirmed and whole. */
export const ArrivalView = z.strictObject({
  arrival: ArrivalId,
  bytes: z.int(),
  /** After which it is let go. */
  until: UnixMs,
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('receiving'), received: z.int() }),
    z.strictObject({ kind: z.literal('checking'), ...progress }),
    /** Nothing of it was taken in. */
    z.strictObject({ kind: z.literal('refused'), why: refusal }),
    z.strictObject({ kind: z.literal('ready'), contents: ImportContents }),
    z.strictObject({ kind: z.literal('taking'), ...progress }),
    z.strictObject({ kind: z.literal('taken'), import: ImportId }),
  ]),
});
export type ArrivalView = z.infer<typeof ArrivalView>;

/** One entry, as it stood in the file. */
export const ImportedEntry = z.strictObject({ parameter: ParameterId, line: z.record(z.string(), z.unknown()) });
export type ImportedEntry = z.infer<typeof ImportedEntry>;

const arrivalPath = personPath.extend({ arrival: ArrivalId });
const importPath = personPath.extend({ import: ImportId });

export const importsRoutes = {
  imports: route({
    method: 'GET',
    path: '/people/:person/imports',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'What the person brought along from other servers, newest first (the person alone). Recorded like a day.',
    body: null,
    response: z.strictObject({ imports: z.array(ImportView) }),
  }),
  arrival: route({
    method: 'GET',
    path: '/people/:person/arrivals',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'How far the file is that the person is bringing along now, and what it holds once it was checked (the person alone); null when there is none.',
    body: null,
    response: z.strictObject({ arrival: ArrivalView.nullable() }),
  }),
  beginArrival: route({
    method: 'POST',
    path: '/people/:person/arrivals',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: `Begins to bring along the ZIP of an export, of \`bytes\` bytes (the person alone). What they were bringing before is let go. 429 after ${importLimits.inAnHour} within an hour, and while too many others do.`,
    body: z.strictObject({ bytes: z.int().min(1) }),
    response: ArrivalView,
    status: 201,
  }),
  sendPart: route({
    method: 'PUT',
    path: '/people/:person/arrivals/:arrival/parts/:part',
    auth: 'session',
    params: arrivalPath.extend({
      part: z
        .string()
        .regex(/^(0|[1-9]\d{0,5})$/, 'expected a whole number from 0')
        .transform(Number),
    }),
    query: empty,
    summary: `Part 0, 1, 2 … of the file, in order, each of ${importLimits.partBytes} bytes but the last. The last one begins the check; until it is taken in the file is encrypted under a key that is in memory alone.`,
    body: 'application/octet-stream',
    response: ArrivalView,
  }),
  dropArrival: route({
    method: 'DELETE',
    path: '/people/:person/arrivals/:arrival',
    auth: 'session',
    params: arrivalPath,
    query: empty,
    summary: 'Lets the file go: nothing of it stays. 409 while it is being taken in.',
    body: null,
    response: ok,
  }),
  takeArrival: route({
    method: 'POST',
    path: '/people/:person/arrivals/:arrival/take',
    auth: 'session',
    params: arrivalPath,
    query: empty,
    summary:
      'Takes a file in that was checked and is `ready`, with the password again, and the code of whoever has a second factor. All of it or nothing; ask how far it is until it is `taken`.',
    body: z.strictObject(proof),
    response: ArrivalView,
  }),
  importedDay: route({
    method: 'GET',
    path: '/people/:person/imports/:import/days/:day',
    auth: 'session',
    params: importPath.extend({ day: Day }),
    query: empty,
    summary:
      'What was brought along of one UTC day, as it stood in the file (the person alone). Recorded like a day. At most 5,000 entries; the download of everything has them all.',
    body: null,
    response: z.strictObject({ entries: z.array(ImportedEntry), more: z.boolean() }),
  }),
  eraseImport: route({
    method: 'POST',
    path: '/people/:person/imports/:import/erase',
    auth: 'session',
    params: importPath,
    query: empty,
    summary:
      'Erases what was brought along, all of it or the UTC days from `from` to `to`, for ever (the person alone), with the password again, and the code of whoever has a second factor. When it is answered its key is destroyed. Of what stays `import` is the new id; null where nothing does.',
    body: z.strictObject({ days: z.strictObject({ from: Day, to: Day }).nullable(), ...proof }),
    response: z.strictObject({ import: ImportView.nullable() }),
  }),
};
