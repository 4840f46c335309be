import { createHash } from 'node:crypto';
import type { UnixMs } from '../../shared/time.ts';

// What a page is made of that is read from a disk, years later, in any browser: no script, nothing from the network, its style in itself.

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
export function tableHead(label: string, columns: readonly string[]): string {
  return `<div class="table" tabindex="0" role="region" aria-label="${text(label)}"><table><thead><tr>${columns.map((one) => `<th scope="col">${text(one)}</th>`).join('')}</tr></thead><tbody>\n`;
}

export function tableRow(values: readonly unknown[], picture: string | null = null): string {
  const image =
    picture === null
      ? ''
      : `<td><a href="../${picture}"><img src="../${picture}" loading="lazy" alt="The screenshot"></a></td>`;
  return `<tr>${values.map(cellOf).join('')}${image}</tr>\n`;
}

export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '<td>–</td>';
  if (typeof value === 'boolean') return `<td>${value ? 'yes' : 'no'}</td>`;
  if (typeof value === 'string' || typeof value === 'number') return `<td><bdi>${text(String(value))}</bdi></td>`;
  return `<td><code>${text(JSON.stringify(value))}</code></td>`;
}

export function text(plain: string): string {
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
  @media print { :root { color-scheme: light; --page: #fff; --ink: #000; } body { font-size: 10pt; margin: 0; max-width: none; } .table { overflow: visible; } tr, h2 { break-inside: avoid; } h2 { break-after: avoid; } }
  bdi { white-space: pre-line; }
  img { max-width: 16rem; height: auto; }
  code { font-size: 0.85em; overflow-wrap: anywhere; }
  .days { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; }
`;

/** Where a page is served and not saved: by which its style alone is allowed (CSP, section 2.3.1). */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

export function head(title: string, up: string): string {
  const back = up === '' ? '' : `<p><a href="${up}index.html">All that is held</a></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${text(title)}</title><style>${STYLE}</style></head><body><main>
${back}<h1>${text(title)}</h1>
`;
}

export const FOOT = '</main></body></html>\n';
