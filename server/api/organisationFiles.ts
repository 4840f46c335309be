import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import { nameOfNotice } from '../lifecycle/exportPages.ts';
import { createWriting, type ExportFile, type Writing } from '../lifecycle/exportWriting.ts';
import type { ImageLine } from '../lifecycle/portable.ts';
import { registerNames } from '../records/registers.ts';
import { inOrder, type Recorded } from '../reports/recorded.ts';
import type { HeldDay, PersonRecord, SegmentRecord } from '../store/store.ts';
import type { Context } from './context.ts';
import { openImage, openSegments, type RecordedRead } from './reading.ts';
import { withheldFrom } from './withheld.ts';

export interface Everybody {
  readonly leave: Authorized<'organisation.export'>;
  readonly name: string;
  /** Everybody in it, with the read that is on record; null: of them nothing of what is recorded may be read. */
  readonly people: readonly { readonly person: PersonRecord; readonly read: RecordedRead | null }[];
}

/**
 * What an owner may read of the organisation and of everybody in it, as files: one folder for each account. No more of it is in memory
 * than one day of a parameter, or one image, and the list of the files of one account. What may be read is asked again at each read;
 * where that changed within a part that was begun, or something does not open, it throws and there is no manifest.
 */
export async function* organisationFiles(context: Context, all: Everybody, asOf: UnixMs): AsyncGenerator<ExportFile> {
  const { actor } = all.leave;
  const top = createWriting();
  const accounts: { person: PersonId; records: number; images: number; withheld: readonly ParameterId[] }[] = [];
  const ended: PersonId[] = [];
  yield* organisationsOwn(context, top, actor.org);
  for (const { person, read } of all.people) {
    const record = await context.store.person(actor.org, person.person);
    if (record === null) {
      ended.push(person.person);
      continue;
    }
    const own = createWriting();
    yield* accountFiles(context, own, { record, read });
    const files = own.written();
    const folder = `people/${person.person}`;
    yield top.file(`${folder}/files.json`, [json(files)]);
    const sum = (named: string): number =>
      files.reduce((many, { name, records }) => many + (name.startsWith(`${folder}/${named}`) ? (records ?? 0) : 0), 0);
    accounts.push({
      ...{ person: person.person, records: sum('data/'), images: sum('images/') },
      withheld: parameterIds.filter((id) => read?.parameters.has(id) !== true),
    });
  }
  yield top.file('README.txt', [readme(all.name, asOf)]);
  const manifest = {
    ...{ format: 'daylight-organisation-export', version: 1, organisation: { id: actor.org, name: all.name }, asOf },
    ...{ accounts, endedMeanwhile: ended, files: top.written() },
  };
  yield top.file('manifest.json', [json(manifest)]);
}

/** What of somebody would be in it, by what is stored; what has ended its days is not. */
export async function heldForExport(
  { store, control, clock }: Context,
  person: PersonRecord,
  parameters: ReadonlySet<ParameterId>,
): Promise<readonly HeldDay[]> {
  const [held, keeping] = [await store.held(person.org, person.person), await control.keeping(person.org)];
  const today = dayOf(clock.now());
  return held.filter((one) => parameters.has(one.parameter) && keeping.until(one) >= today);
}

async function* organisationsOwn(context: Context, writing: Writing, org: OrgId): AsyncGenerator<ExportFile> {
  const { store, accounts, control, registers, notices, endings, certificates } = context;
  async function* people(): AsyncGenerator<string> {
    for (const { person } of await store.people(org)) {
      const record = await store.person(org, person);
      if (record === null) continue;
      const { role, status, createdAt, teams, managesTeams } = record;
      yield line({ id: person, ...(await accounts.profile(record)), role, status, createdAt, teams, managesTeams });
    }
  }
  async function* teams(): AsyncGenerator<string> {
    for (const team of await store.teams(org)) yield line({ id: team.team, name: await accounts.teamName(team) });
  }
  async function* policies(): AsyncGenerator<string> {
    for (const { document, hash, publishedAt, author, reason, signed } of await control.history(org))
      yield line({ version: document.version, hash, publishedAt, author, reason, signed });
  }
  yield writing.records('organisation/people.ndjson', people());
  yield writing.records('organisation/teams.ndjson', teams());
  yield writing.records('organisation/policies.ndjson', policies());
  for (const register of registerNames) {
    const written = await registers.read(org, register);
    const broken = written.find(({ said }) => said === null);
    if (broken !== undefined) throw unreadable(`entry ${broken.revision} of the register ${register}`);
    yield writing.records(`organisation/${register}.ndjson`, linesOf(written));
  }
  for (const head of await notices.heads(org)) {
    const notice = await notices.byHash(org, head.hash);
    if (notice !== null) yield writing.file(`organisation/notice-${nameOfNotice(head)}.json`, [json(notice)]);
  }
  for (const { ending } of endings.of(org)) {
    const file = await certificates.of(ending);
    if (file !== null) yield writing.file(`organisation/certificate-${ending}.json`, [json(file)]);
  }
}

interface Account {
  readonly record: PersonRecord;
  readonly read: RecordedRead | null;
}

async function* accountFiles(context: Context, writing: Writing, account: Account): AsyncGenerator<ExportFile> {
  const { store, accounts, clock } = context;
  const { record, read } = account;
  const folder = `people/${record.person}`;
  yield writing.file(`${folder}/account.json`, [
    json({ id: record.person, ...(await accounts.profile(record)), role: record.role }),
  ]);
  if (read === null) return;
  const held = await heldForExport(context, record, read.parameters);
  const daysOf = (id: ParameterId): Day[] =>
    [...new Set(held.filter(({ parameter }) => parameter === id).map(({ day }) => day))].sort();
  const withheld = await withheldFrom(context, read.leave.actor, record);
  for (const parameter of [...read.parameters].filter((id) => !withheld.has(id))) {
    const days = daysOf(parameter);
    if (days.length > 0)
      yield writing.records(
        `${folder}/data/${parameter}.ndjson`,
        unchanged(context, account, parameter, recordsOf(context, read, parameter, days)),
      );
  }
  if (withheld.has('screenshot') || !read.parameters.has('screenshot')) return;
  const given = new Set<string>();
  const keeping = await context.control.keeping(record.org);
  for (const day of daysOf('screenshot')) {
    const lines: string[] = [];
    for (const head of await store.images(record.org, record.person, day)) {
      const expires = keeping.until({ ...head, parameter: 'screenshot' });
      if (expires < dayOf(clock.now())) continue;
      const blob = await store.blob(record.org, record.person, head.image);
      await requireUnchanged(context, account, 'screenshot');
      const picture = blob === null ? null : await openImage(context, read, blob);
      if (picture === null || given.has(head.image)) continue;
      given.add(head.image);
      yield { ...writing.file(`${folder}/images/${head.image}.webp`, [picture]), compress: false };
      const { image, segment, policyVersion, termsVersion } = head;
      lines.push(line({ image, day, keptUntil: expires, segment, policyVersion, termsVersion } satisfies ImageLine));
    }
    if (lines.length > 0) yield writing.records(`${folder}/images/${day}.ndjson`, eachOf(lines));
  }
}

interface FromSegment extends Recorded {
  readonly segment: SegmentRecord;
}

/** In order of time within each day. */
async function* recordsOf(
  context: Context,
  read: RecordedRead,
  parameter: ParameterId,
  days: readonly Day[],
): AsyncGenerator<string> {
  const { org, person } = read.person;
  const keeping = await context.control.keeping(org);
  for (const day of days) {
    const records: FromSegment[] = [];
    for (const segment of await context.store.segments(org, person, parameter, day, day))
      for (const one of await openSegments(context, read, [segment])) records.push({ ...one, segment });
    for (const { device, session, observation, mark, segment } of inOrder(records)) {
      const { policyVersion, termsVersion } = segment;
      const when = { day, keptUntil: keeping.until(segment), device, session, policyVersion, termsVersion };
      yield line({ ...when, observation, ...(mark === undefined ? {} : { mark }) });
    }
  }
}

/** Nothing is let go before it is asked, after it was opened, whether it may be: what was opened before an end of the account is not either. */
async function* unchanged(
  context: Context,
  account: Account,
  parameter: ParameterId,
  lines: AsyncIterable<string>,
): AsyncGenerator<string> {
  let waiting = '';
  for await (const one of lines) {
    waiting += one;
    if (waiting.length < ASK_AGAIN) continue;
    await requireUnchanged(context, account, parameter);
    yield* splitLines(waiting);
    waiting = '';
  }
  await requireUnchanged(context, account, parameter);
  yield* splitLines(waiting);
}

const ASK_AGAIN = 64 * 1024;

function* splitLines(text: string): Generator<string> {
  for (const one of text.split('\n').slice(0, -1)) yield `${one}\n`;
}

async function requireUnchanged(context: Context, { record, read }: Account, parameter: ParameterId): Promise<void> {
  if (read === null) return;
  if ((await context.store.person(record.org, record.person)) === null)
    throw stopped('an account ended while its part was made');
  if ((await withheldFrom(context, read.leave.actor, record)).has(parameter))
    throw stopped('somebody has had something restricted while their part was made');
}

function stopped(what: string): DaylightError {
  return new DaylightError('conflict', `the export stopped: ${what}`, {
    remedy: 'Delete what arrived of it, and download it again.',
  });
}

function unreadable(what: string): DaylightError {
  return new DaylightError('unavailable', `the export stopped: ${what} does not open`, {
    remedy: 'Bring the data folder back from a backup, or see what `daylight-server verify-audit` names.',
  });
}

function line(row: object): string {
  return `${JSON.stringify(row)}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

async function* linesOf(rows: readonly object[]): AsyncGenerator<string> {
  for (const row of rows) yield line(row);
}

async function* eachOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

function readme(name: string, asOf: UnixMs): string {
  return `What Daylight of ${name} held, as far as an owner may read it
Begun ${new Date(asOf).toISOString()}. Each part is as it was when it was read. Nothing in it is encrypted: keep it where
nobody else can read it. Ending the organisation does not reach this file.

organisation/   people, teams, policies as they were signed, notices, registers, certificates of accounts that ended
people/ID/      one folder for each account: account.json, data/PARAMETER.ndjson (one record a line), images
                files.json lists the files of the folder with their SHA-256
manifest.json   which accounts are in it, what of each is not, and the SHA-256 of the other files.
                Without it this export is not whole.

What is not in it
- What the policy shows to no owner, or did not when it was recorded: people gave it under that policy.
- What somebody has had restricted: it is kept, and shown to nobody.
- What was erased, what is past its day, and everything of accounts that have ended.
- What is each person's own: their requests, objections, consents and corrections with their words, who looked at them,
  their sign-ins, and what they brought along. Each takes it along under My data.
- Passwords, second factors and keys: nobody can read them.
Each person of whom records are in it reads in the list of who looked that an owner took it.
`;
}
