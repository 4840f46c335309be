import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { RETENTION } from '../../shared/policy/notice.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import { type Manifest, type RecordPart, recordPartNames, recordParts } from './portable.ts';

// The pages of an export: read from a disk, years later, in any browser. No script, nothing from the network, one style in each.

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

export function* noticePage({ version, publishedAt, collected, notCollected, never }: NoticeView): Generator<string> {
  yield head(`Notice ${version}`, '../');
  yield `<p>Published ${time(publishedAt)} UTC. What people were told is collected from then on.</p>`;
  yield tableHead('What is collected', [
    'what',
    'level',
    'in words',
    'purpose',
    'lawful basis',
    'kept for days',
    'who may see it',
  ]);
  for (const { label, level, text: told, purpose, basis, retentionDays, viewers } of collected) {
    const who = ['you', ...viewers].map(words).join(', ');
    yield tableRow([label, words(level), told, words(purpose), words(basis), retentionDays, who]);
  }
  yield '</tbody></table></div>';
  yield `<p>Not collected: ${text(notCollected.map(({ label }) => label).join(', ') || 'nothing more')}.</p><p>${text(never)}</p>`;
  yield FOOT;
}

export interface Contents {
  readonly manifest: Omit<Manifest, 'files'>;
  readonly days: readonly Day[];
  readonly counts: ReadonlyMap<RecordPart, number>;
  readonly notices: readonly number[];
}

export function* indexPage({ manifest, days, counts, notices }: Contents): Generator<string> {
  const { organisation, person, asOf, parameters, images, unreadable, pastTheirDay, withheld } = manifest;
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
  for (const version of notices) yield `<li><a href="notices/${version}.html">Notice ${version}</a></li>`;
  yield '</ul><h2>What is not in here</h2><ul>';
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

/** `2026-11-22 14:03:11` */
export function time(at: UnixMs): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** `actorName`, `own_data` → `actor name`, `own data` */
export function words(name: string): string {
  if (name === 'memoryGiB') return 'memory in GiB';
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What is wider than the window is scrolled where it is, by keys too. */
function tableHead(label: string, columns: readonly string[]): string {
  return `<div class="table" tabindex="0" role="region" aria-label="${text(label)}"><table><thead><tr>${columns.map((one) => `<th scope="col">${text(one)}</th>`).join('')}</tr></thead><tbody>\n`;
}

function tableRow(values: readonly unknown[], picture: string | null = null): string {
  const image =
    picture === null
      ? ''
      : `<td><a href="../${picture}"><img src="../${picture}" loading="lazy" alt="The screenshot"></a></td>`;
  return `<tr>${values.map(cellOf).join('')}${image}</tr>\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '<td>–</td>';
  if (typeof value === 'boolean') return `<td>${value ? 'yes' : 'no'}</td>`;
  if (typeof value === 'string' || typeof value === 'number') return `<td><bdi>${text(String(value))}</bdi></td>`;
  return `<td><code>${text(JSON.stringify(value))}</code></td>`;
}

function text(plain: string): string {
  return plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The policy of the page itself: should a text of somebody ever get out of its cell, it still runs nothing and calls nobody. */
const POLICY =
  "script-src 'none'; connect-src 'none'; object-src 'none'; frame-src 'none'; font-src 'none'; media-src 'none'; form-action 'none'; base-uri 'none'";

const STYLE = `
  :root { color-scheme: light dark; --page: #fff; --ink: #1b1d21; --link: #0b57d0; }
  @media (prefers-color-scheme: dark) { :root { --page: #16181c; --ink: #e8e8ea; --link: #8ab4f8; } }
  a { color: var(--link); }
  body { background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
  .table { overflow-x: auto; }
  table { border-collapse: collapse; font-size: 0.9rem; }
  th, td { border-bottom: 1px solid #8886; padding: 0.3rem 0.75rem 0.3rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { font-weight: 600; white-space: nowrap; }
  img { max-width: 16rem; height: auto; }
  code { font-size: 0.85em; overflow-wrap: anywhere; }
  .days { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; }
`;

function head(title: string, up: string): string {
  const back = up === '' ? '' : `<p><a href="${up}index.html">All that is held</a></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${text(title)}</title><style>${STYLE}</style></head><body><main>
${back}<h1>${text(title)}</h1>
`;
}

const FOOT = '</main></body></html>\n';
