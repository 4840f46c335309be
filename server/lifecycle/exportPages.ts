import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { RETENTION } from '../../shared/policy/notice.ts';
import { nameOfLanguage } from '../../shared/policy/translation.ts';
import type { NoticeHead, TranslationHead } from '../../shared/protocol/http/notice.ts';
import type { Day } from '../../shared/time.ts';
import { type Manifest, type RecordPart, recordPartNames, recordParts } from './portable.ts';
import { cellOf, FOOT, head, tableHead, tableRow, text, time, words } from './savedPage.ts';

// The pages of an export.

/** One kind of record of a day: its columns, and the rows. */
export interface DayTable {
  readonly parameter: ParameterId;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** The picture of a row, by its place; null where there is none. */
  readonly pictures: readonly (string | null)[];
}

export interface DayLinks {
  readonly day: Day;
  readonly before: Day | null;
  readonly after: Day | null;
}

export async function* dayPage(
  { day, before, after }: DayLinks,
  tables: AsyncIterable<DayTable>,
): AsyncGenerator<string> {
  yield head(`The day ${day}`, '../');
  const beside = [link(before, 'The day before'), link(after, 'The day after')].filter((one) => one !== '');
  yield `<p>From midnight to midnight, and all times, in UTC.</p><nav>${beside.join(' · ')}</nav>`;
  for await (const { parameter, columns, rows, pictures } of tables) {
    yield `<h2>${text(catalog[parameter].label)}</h2>`;
    yield tableHead(catalog[parameter].label, columns);
    for (const [place, row] of rows.entries()) yield tableRow(row, pictures[place] ?? null);
    yield '</tbody></table></div>';
  }
  yield FOOT;
}

function link(day: Day | null, words: string): string {
  return day === null ? '' : `<a href="${day}.html">${words}</a>`;
}

export async function* recordsPage(
  part: RecordPart,
  rows: AsyncIterable<Readonly<Record<string, unknown>>>,
): AsyncGenerator<string> {
  const { title, about, schema } = recordParts[part];
  const columns = Object.keys(schema.shape);
  yield head(title, '../');
  yield `<p>${text(about)} All times are in UTC.</p>`;
  yield tableHead(title, columns.map(words));
  let none = true;
  for await (const row of rows) {
    none = false;
    yield tableRow(columns.map((column) => shown(column, row[column])));
  }
  yield '</tbody></table></div>';
  if (none) yield '<p>There is none.</p>';
  yield FOOT;
}

/** As its files are called, and the pages that lead to them. */
export function nameOfNotice({ version, edition }: Pick<NoticeHead, 'version' | 'edition'>): string {
  return edition === 1 ? String(version) : `${version}-${edition}`;
}

/** Of one text there may have been several in a language. */
export function nameOfTranslation(head: TranslationHead): string {
  return `${nameOfNotice(head)}-${head.language.toLowerCase()}-${head.hash.slice(0, 12)}`;
}

export interface Contents {
  readonly manifest: Omit<Manifest, 'files'>;
  readonly days: readonly Day[];
  readonly counts: ReadonlyMap<RecordPart, number>;
  readonly notices: readonly NoticeHead[];
  readonly translations: readonly TranslationHead[];
}

export function* indexPage({ manifest, days, counts, notices, translations }: Contents): Generator<string> {
  const { organisation, contacts, person, asOf, parameters, images, unreadable, pastTheirDay, withheld } = manifest;
  yield head(`What ${organisation.name} holds about ${person.name}`, '');
  yield `<p>Everything that Daylight of ${text(organisation.name)} held about ${text(person.name)} at ${time(asOf)} UTC. These pages need no
    network and run no program. Keep the folder where nobody else can read it: nothing in it is encrypted.</p>`;
  yield '<h2>What was recorded</h2>';
  if (parameters.length === 0) yield '<p>Nothing is recorded of you.</p>';
  else {
    yield tableHead('What was recorded', [
      'what',
      'records',
      'days',
      'first',
      'last',
      'the last of it is kept until',
      'as a table',
      'for programs',
    ]);
    for (const { parameter, records, days: many, firstDay, lastDay, keptUntil } of parameters) {
      const plain = [catalog[parameter].label, records, many, firstDay, lastDay, keptUntil].map(cellOf).join('');
      const files = ['csv', 'ndjson'].map(
        (kind) => `<td><a href="data/${parameter}.${kind}">${kind.toUpperCase()}</a></td>`,
      );
      yield `<tr>${plain}${files.join('')}</tr>`;
    }
    yield '</tbody></table></div>';
  }
  if (parameters.length > 0)
    yield `<p>After the day until which it is kept nobody can read it any more in Daylight. ${text(RETENTION)}</p>`;
  if (images > 0)
    yield `<p>Screenshots: ${images}, in the folder <code>images</code>, and on the pages of their days.</p>`;
  if (unreadable.length > 0) {
    const what = unreadable.map(({ parameter, day, pieces }) => `${catalog[parameter].label} of ${day}: ${pieces}`);
    yield `<p><strong>Stored, and cannot be opened any more:</strong> ${text(what.join('; '))}. Ask your organisation about it.</p>`;
  }
  if (pastTheirDay > 0) {
    yield `<p>Past the day until which it was kept, unreadable to everybody, and not deleted yet: ${pastTheirDay} stored pieces.</p>`;
  }
  yield '<h2>Day by day</h2><ul class="days">';
  for (const day of days) yield `<li><a href="days/${day}.html">${day}</a></li>`;
  yield '</ul>';
  if (days.length === 0) yield '<p>There is no day with anything recorded.</p>';
  yield '<h2>What else is held</h2><ul>';
  for (const part of recordPartNames) {
    const { title, about } = recordParts[part];
    yield `<li><a href="records/${part}.html">${text(title)}</a> (${counts.get(part) ?? 0}). ${text(about)}</li>`;
  }
  yield '</ul><h2>What you were told</h2><ul class="days">';
  for (const head of notices) {
    const changed = head.edition === 1 ? '' : `, as changed ${time(head.updatedAt)} UTC`;
    yield `<li><a href="notices/${nameOfNotice(head)}.html">Notice ${head.version}${changed}</a></li>`;
  }
  for (const head of translations) {
    const whose = head.by === 'daylight' ? '' : ', translated by your organisation';
    yield `<li><a href="notices/${nameOfTranslation(head)}.html">Notice ${head.version}, ${text(nameOfLanguage(head.language))}${whose}, as shown from ${time(head.at)} UTC</a></li>`;
  }
  yield '</ul>';
  if (contacts !== undefined) yield `<h2>Whom you can turn to</h2><p>${text(contacts.appeal)}</p>`;
  yield '<h2>What is not in here</h2><ul>';
  for (const { what, why } of withheld) yield `<li><strong>${text(what)}:</strong> ${text(why)}</li>`;
  yield `<li><strong>What is still on your computer:</strong> Daylight there shows what waits to be sent.</li></ul>
    <h2>For programs</h2><p><code>manifest.json</code> lists every file with its SHA-256; <code>schema.json</code> has the form of each as JSON
    Schema. In the CSV files a text that a spreadsheet would take for a formula has an apostrophe in front; the NDJSON files have it as it is.
    <code>daylight-server check-export</code> followed by the folder checks all of it.</p>`;
  yield FOOT;
}

/** Names of columns that hold an instant. */
const INSTANT = /(^at|At|Until)$/;

function shown(column: string, value: unknown): unknown {
  return typeof value === 'number' && INSTANT.test(column) ? time(value) : value;
}
