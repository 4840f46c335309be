import { z } from 'zod';
import { appNames, sensitiveNames } from './data/apps.ts';
import { siteDomains } from './data/sites.ts';
import { specialHosts, specialWords } from './data/special.ts';

/**
 * What kind of work an application or a site is for. Deliberately few: a category is told to people, not to machines.
 */
const workCategories = [
  'development',
  'design',
  'documents',
  'communication',
  'meetings',
  'planning',
  'reference',
  'business',
  'system',
  'news',
  'social',
  'entertainment',
  'shopping',
  'travel',
  'other',
] as const;

export const AppCategory = z.enum(workCategories);
export type AppCategory = z.infer<typeof AppCategory>;

export const SiteCategory = z.enum(workCategories);
export type SiteCategory = z.infer<typeof SiteCategory>;

/** By program name without path or extension, in any case. A program that is not in the list is `other`. */
export function appCategory(program: string): AppCategory {
  return categoryOfProgram.get(nameOfProgram(program)) ?? 'other';
}

/**
 * By registrable domain (`example.co.uk`), never by host: otherwise the category would tell more than the domain, which
 * is the higher level. A domain that is not in the list is `other`.
 */
export function siteCategory(domain: string): SiteCategory {
  return categoryOfDomain.get(domain) ?? 'other';
}

/**
 * Whether a visit to this host (lower case, IDNs as xn--) may reveal health, religion, union, politics, sexual life,
 * money and the like: by list, including every subdomain, or by a whole word in one of its labels.
 */
export function isSpecialSite(host: string): boolean {
  const labels = host.split('.');
  const suffixes = labels.map((_, at) => labels.slice(at).join('.'));
  if (suffixes.some((suffix) => special.has(suffix))) return true;
  return labels.some((label) => label.split(notALetter).some((word) => words.has(word)));
}

/**
 * Whether a window of this program is private on any policy: password managers, lock screens, money, private messages.
 */
export function isSensitiveProgram(program: string): boolean {
  return sensitive.has(nameOfProgram(program));
}

const notALetter = /[^a-z]+/;
const EXTENSION = /\.(?:exe|app|bin)$/;
const LONGEST_NAME = 128;

function nameOfProgram(program: string): string {
  return program.slice(0, LONGEST_NAME).trim().toLowerCase().replace(EXTENSION, '');
}

function entries(list: string): readonly string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function byEntry(lists: Readonly<Record<Exclude<AppCategory, 'other'>, string>>): ReadonlyMap<string, AppCategory> {
  const pairs = AppCategory.options.flatMap((category) =>
    category === 'other' ? [] : entries(lists[category]).map((entry): [string, AppCategory] => [entry, category]),
  );
  return new Map(pairs);
}

const categoryOfProgram = byEntry(appNames);
const categoryOfDomain = byEntry(siteDomains);
const sensitive: ReadonlySet<string> = new Set(entries(sensitiveNames));
const special: ReadonlySet<string> = new Set(entries(specialHosts));
const words: ReadonlySet<string> = new Set(entries(specialWords));
