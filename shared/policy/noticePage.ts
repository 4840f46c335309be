import type { NoticeRecipients, NoticeView } from '../protocol/http/notice.ts';
import { dayOf, type UnixMs } from '../time.ts';
import { saidBefore } from './translation.ts';

/** What is put beside a notice that is not its own words: that a translation is out of date, that it is over. */
interface Beside {
  readonly remark?: string;
}

/** The notice as a page of its own, which needs no network, runs no script, and prints. */
export function noticePage(notice: NoticeView, { remark = '' }: Beside = {}): string {
  const { headings, language, collected, notCollected, never, retention, appeal, prevails, recipients } = notice;
  const title = `${headings.title} · ${notice.organisation}`;
  const lines = collected.map(
    ({ label, text, terms }) =>
      `<h3>${escaped(label)}</h3><p>${escaped(text)}</p><p class="terms">${escaped(terms)}</p>`,
  );
  const off = notCollected.map(({ label }) => label).join(', ') || headings.everything;
  return `<!doctype html>
<html lang="${escaped(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
${saidBefore(notice)
  .map(
    ({ language: said, text }) => `<p class="remark" lang="${said}">${escaped(`${text} ${whichCounts(notice)}`)}</p>`,
  )
  .join('\n')}
<h1>${escaped(headings.title)}</h1>
<p>${escaped(datesOf(notice))}</p>
${[remark, prevails]
  .filter((one) => one !== '')
  .map((one) => `<p class="remark">${escaped(one)}</p>`)
  .join('\n')}
<h2>${escaped(headings.collected)}</h2>
${lines.length === 0 ? `<p>${escaped(headings.nothing)}</p>` : lines.join('\n')}
${retention === '' ? '' : `<p>${escaped(retention)}</p>`}
<h2>${escaped(headings.notCollected)}</h2><p>${escaped(off)}</p>
<h2>${escaped(headings.never)}</h2><p>${escaped(never)}</p>
${appeal === '' ? '' : `<h2>${escaped(headings.whomToAsk)}</h2><p>${escaped(appeal)}</p>`}
${recipients === undefined ? '' : recipientsHtml(recipients)}
<h2>${escaped(headings.table)}</h2>
${tableHtml(headings.table, columnsOf(notice), collected.map(cellsOf))}
${recipients === undefined || recipients.processors.length === 0 ? '' : tableHtml(recipients.heading, recipientColumnsOf(recipients), recipients.processors.map(recipientCellsOf))}
<p class="hash">${escaped(headings.fingerprint)}: <code>${notice.hash}</code></p>
</body></html>
`;
}

/** The same in plain text, for a terminal, a message, or a printer without a browser. */
export function noticePlain(notice: NoticeView, { remark = '' }: Beside = {}): readonly string[] {
  const { headings, collected, notCollected, never, retention, appeal, prevails, recipients } = notice;
  const off = notCollected.map(({ label }) => label).join(', ') || headings.everything;
  return [
    ...saidBefore(notice).map(({ text }) => `${text} ${whichCounts(notice)}`),
    `${headings.title} · ${notice.organisation}`,
    datesOf(notice),
    ...[remark, prevails].filter((one) => one !== ''),
    ...['', headings.collected],
    ...(collected.length === 0 ? [`  ${headings.nothing}`] : []),
    ...collected.flatMap(({ label, level, text, terms }) => [`  ${label} (${level})`, `    ${text}`, `    ${terms}`]),
    ...(retention === '' ? [] : ['', retention]),
    ...['', `${headings.notCollected}: ${off}`],
    ...['', `${headings.never}: ${never}`],
    ...(appeal === '' ? [] : ['', `${headings.whomToAsk}: ${appeal}`]),
    ...(recipients === undefined ? [] : ['', `${recipients.heading}: ${recipients.said}`]),
    ...(recipients?.processors ?? []).flatMap(({ name, text }) => [`  ${name}`, `    ${text}`]),
    ...['', `${headings.fingerprint}: ${notice.hash}`],
  ];
}

/** By which the text that counts is found, where nothing leads to it. */
function whichCounts({ hash }: NoticeView): string {
  return `(SHA-256: ${hash})`;
}

/** The lines as a file. */
export function noticeFile(notice: NoticeView): string {
  return `${noticePlain(notice).join('\n')}\n`;
}

/** Which notice it is, when it was published, and when its text was last changed. */
export function datesOf({ headings, version, publishedAt, updatedAt }: NoticeView): string {
  return `${headings.version} ${version} · ${headings.published} ${instant(publishedAt)} · ${headings.updated} ${instant(updatedAt)}`;
}

/** `2026-11-22 14:03 UTC`: the same in every language. */
function instant(at: UnixMs): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What stands over the table of a notice. */
export function columnsOf({ headings }: NoticeView): readonly string[] {
  const { level, purpose, basis, retentionDays, viewers } = headings;
  return ['id', level, purpose, basis, retentionDays, viewers];
}

/** A row of it, as programs know the facts: the same in every language. */
export function cellsOf({
  parameter,
  level,
  purpose,
  basis,
  retentionDays,
  viewers,
}: NoticeView['collected'][number]): string[] {
  return [parameter, level, purpose, basis, String(retentionDays), viewers.join(', ') || '–'];
}

/** What stands over the table of those to whom it is given. */
export function recipientColumnsOf({ columns }: NoticeRecipients): readonly string[] {
  const { name, purpose, region, fields, safeguard, from } = columns;
  return [name, purpose, region, fields, safeguard, from];
}

/** A row of it, as `cellsOf`. */
export function recipientCellsOf({
  name,
  purpose,
  region,
  fields,
  safeguard,
  from,
}: NoticeRecipients['processors'][number]): string[] {
  const cells = [name, purpose, region, fields.join(', '), safeguard, from === undefined ? '' : dayOf(from)];
  return cells.map((cell) => cell || '–');
}

/** What a file of it is called: letters, digits and hyphens. */
export function noticeFileName({ version, edition, language }: NoticeView): string {
  return `daylight-notice-${version}-${edition}-${language.toLowerCase()}`;
}

function recipientsHtml({ heading, said, processors }: NoticeRecipients): string {
  const each = processors.map(({ name, text }) => `<h3>${escaped(name)}</h3><p>${escaped(text)}</p>`);
  return [`<h2>${escaped(heading)}</h2>`, `<p>${escaped(said)}</p>`, ...each].join('\n');
}

function tableHtml(name: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map((one) => `<th scope="col">${escaped(one)}</th>`);
  const lines = rows.map((cells) => `<tr>${cells.map((one) => `<td>${escaped(one)}</td>`).join('')}</tr>`);
  return `<div class="table" tabindex="0" role="region" aria-label="${escaped(name)}"><table><thead><tr>${heads.join('')}</tr></thead><tbody>
${lines.join('\n')}
</tbody></table></div>`;
}

function escaped(plain: string): string {
  return plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem; padding: 0 1rem; }
  h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: 0; }
  p { margin: 0.3rem 0; } .terms, .hash { font-size: 0.875rem; opacity: 0.8; } .remark { border-left: 4px solid; padding-left: 0.75rem; }
  .table { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.875rem; }
  th, td { border: 1px solid; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
  code { overflow-wrap: anywhere; }
  @media print { body { margin: 0; max-width: none; font-size: 11pt; } h2, h3 { break-after: avoid; } .table { overflow: visible; } }
`;
