import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { siteCategory } from '../../shared/policy/categories.ts';
import { reduceUrl } from '../../shared/policy/site.ts';

/** The lists of `test/promises/corpus`, made by people who had not read the rules. No rule may be made with sight of those that were found. */
export interface Site {
  /** As it stands in the list: a host, a host and a path, or an address. */
  readonly line: string;
  readonly url: string;
  /** `health`, of `[health: insurers]`. */
  readonly kind: string;
  /** No rule may be made with sight of it. Half of the list, by hash. */
  readonly isHeldOut: boolean;
}

export type List = 'special' | 'pages' | 'work' | 'found' | 'found-work';

export function corpus(list: List): readonly Site[] {
  const text = readFileSync(resolve(import.meta.dirname, `../promises/corpus/${list}.txt`), 'utf8');
  const sites: Site[] = [];
  let kind = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) kind = line.slice(1, -1).split(':')[0] ?? '';
    else sites.push({ line, kind, url: addressOf(line), isHeldOut: isHeldOut(line) });
  }
  return sites;
}

/** Whether the page is told as `private` and nothing else. */
export function isRecognised({ url }: Site): boolean {
  const reduced = reduceUrl(url, 'host_path');
  return reduced !== null && 'private' in reduced;
}

/** How the rules do, as docs/REDACTION.md prints it. */
export function recallReport(): string {
  const special = corpus('special');
  const held = special.filter((site) => site.isHeldOut);
  const kinds = kindsOf(special);
  const rows = kinds.map((kind) => row(kind, ofKind(special, kind)));
  const misses = kinds.map((kind) => `- ${kind}: ${listed(ofKind(held, kind).filter((site) => !isRecognised(site)))}`);
  const pages = corpus('pages');
  const work = corpus('work');
  const known = work.filter(({ url }) => isOfKnownWork(url));
  const found = corpus('found');
  const foundWork = corpus('found-work');
  return [
    '| kind | held out: recognised | learnt from: recognised |',
    '|---|---|---|',
    ...rows,
    row('**all**', special),
    row('special pages of ordinary sites', pages),
    row('sites of work taken for special', work),
    '',
    `Of the ${work.length} sites of work ${known.length} have a category of work; the others are \`other\`.`,
    '',
    'Not recognised, of the half that is held out:',
    '',
    ...misses,
    `- special pages of ordinary sites: ${listed(pages.filter((site) => site.isHeldOut && !isRecognised(site)))}`,
    '',
    `Sites of work that are taken for special: ${listed(work.filter(isRecognised))}`,
    '',
    '| found by searching | recognised |',
    '|---|---|',
    ...kindsOf(found).map((kind) => `| ${kind} | ${share(ofKind(found, kind))} |`),
    `| **all** | ${share(found)} |`,
    `| sites of work taken for special | ${share(foundWork)} |`,
    '',
    'Not recognised, of what was found:',
    '',
    ...kindsOf(found).map((kind) => `- ${kind}: ${listed(ofKind(found, kind).filter((site) => !isRecognised(site)))}`),
    '',
    `Taken for special, of the sites of work that were found: ${listed(foundWork.filter(isRecognised))}`,
  ].join('\n');
}

function row(name: string, sites: readonly Site[]): string {
  const cells = [true, false].map((held) => share(sites.filter(({ isHeldOut }) => isHeldOut === held)));
  return `| ${[name, ...cells].join(' | ')} |`;
}

function share(sites: readonly Site[]): string {
  const recognised = sites.filter(isRecognised).length;
  return `${recognised} of ${sites.length} (${Math.round((100 * recognised) / sites.length)} %)`;
}

function kindsOf(sites: readonly Site[]): readonly string[] {
  return [...new Set(sites.map(({ kind }) => kind))];
}

function ofKind(sites: readonly Site[], kind: string): readonly Site[] {
  return sites.filter((site) => site.kind === kind);
}

function listed(sites: readonly Site[]): string {
  const names = sites.map(({ line }) => line.replace(/^https:\/\//, '').replace(/^www\./, ''));
  return names.length === 0 ? 'none' : `${names.join(', ')}.`;
}

function isOfKnownWork(url: string): boolean {
  const reduced = reduceUrl(url, 'domain');
  return reduced !== null && 'domain' in reduced && siteCategory(reduced.domain) !== 'other';
}

function addressOf(line: string): string {
  if (line.startsWith('https://')) return line;
  return `https://${line}${line.includes('/') ? '' : '/'}`;
}

function isHeldOut(line: string): boolean {
  return (createHash('sha256').update(line).digest()[0] ?? 0) % 2 === 0;
}
