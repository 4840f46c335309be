import { catalog } from '../../shared/catalog.ts';
import { basisInWords } from '../../shared/policy/basisInWords.ts';
import type { DisclosuresView, DisclosureView, OwnDisclosure } from '../../shared/protocol/http/disclosures.ts';
import type { UnixMs } from '../../shared/time.ts';
import { csvRecord } from '../lifecycle/csv.ts';
import { FOOT, head, tableHead, tableRow, text, time } from '../lifecycle/savedPage.ts';

/** The whole register, to print and to keep. */
export function disclosuresPage({ asOf, disclosures, unreadable }: DisclosuresView, organisation: string): string {
  const title = `Disclosures: ${organisation}`;
  const damaged = unreadable === 0 ? '' : `<p><strong>Entries that cannot be read: ${unreadable}.</strong></p>`;
  return page(title, asOf, damaged, registerColumns, disclosures.map(registerRow));
}

export function disclosuresTable({ disclosures }: DisclosuresView): string {
  return table(registerColumns, disclosures.map(registerRow));
}

/** What one person is told, likewise. */
export function ownDisclosuresPage(asOf: UnixMs, disclosures: readonly OwnDisclosure[], whose: string): string {
  return page(`To whom data about ${whose} was given`, asOf, '', ownColumns, disclosures.map(ownRow));
}

export function ownDisclosuresTable(disclosures: readonly OwnDisclosure[]): string {
  return table(ownColumns, disclosures.map(ownRow));
}

const ownColumns = [
  ...['number', 'to whom', 'on what ground', 'why', 'data', 'from', 'to', 'what exactly', 'given on'],
  ...['was secret to', 'secret because', 'secret on the authority of'],
];

type Told = Omit<OwnDisclosure, 'wasSecret'> & { readonly secrecy: OwnDisclosure['wasSecret'] };

function toldRow({ number, recipient, basis, why, parameters, from, to, what, givenOn, secrecy }: Told): unknown[] {
  const data = parameters.map((id) => catalog[id].label).join(', ');
  return [
    number,
    recipient,
    basisInWords(basis),
    why,
    data,
    from,
    to,
    what,
    givenOn,
    secrecy?.until,
    secrecy?.reason,
    secrecy?.authority,
  ];
}

function ownRow({ wasSecret, ...own }: OwnDisclosure): unknown[] {
  return toldRow({ ...own, secrecy: wasSecret });
}

const registerColumns = [...ownColumns, 'people', 'state', 'proposed by', 'approved by', 'counts from', 'secret now'];

function registerRow(one: DisclosureView): unknown[] {
  const { people, state, proposedBy, approvedBy, countsFrom, isSecret } = one;
  const whom = people === 'everyone' ? people : people.join(' ');
  return [
    ...toldRow(one),
    whom,
    state,
    proposedBy,
    approvedBy,
    countsFrom === null ? null : time(countsFrom),
    isSecret,
  ];
}

function page(
  title: string,
  asOf: UnixMs,
  note: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const none = rows.length === 0 ? '<p>None is on record.</p>' : '';
  return [
    head(title, ''),
    `<p>As of ${time(asOf)} UTC, made by Daylight from its register of disclosures.</p>${note}${none}`,
    tableHead(text(title), columns),
    ...rows.map((row) => tableRow(row)),
    '</tbody></table></div>',
    FOOT,
  ].join('');
}

function table(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [csvRecord(columns), ...rows.map(csvRecord)].join('');
}
