import { appNames, sensitiveNames, sensitiveStems } from './data/apps.ts';
import { siteDomains } from './data/sites.ts';
import { listedHosts } from './data/special/hosts.ts';
import { listedTopics } from './data/special/topics.ts';
import { listedEndings, listedHarmless, listedStems, listedWords } from './data/special/words.ts';
import {
  harmlessWords,
  specialEndings,
  specialHosts,
  specialStems,
  specialTopics,
  specialWords,
} from './data/special.ts';
import { createFinder } from './finder.ts';
import { AppCategory, type SiteCategory } from './workCategories.ts';

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
 * money and the like: by list, including every subdomain, or by what its labels are made of: a whole word, the end of
 * one, or a stem between other letters.
 */
export function isSpecialSite(host: string): boolean {
  const labels = host.split('.');
  const suffixes = labels.map((_, at) => labels.slice(at).join('.'));
  if (suffixes.some((suffix) => special.has(suffix))) return true;
  return labels.some((label) => label.split(notALetter).some(isSpecialWord));
}

/**
 * Whether what follows the host (path, query and fragment, as they stand in the address) names a subject that makes the
 * page as private as a special site. Looks at no more than the first 4,096 units.
 */
export function isSpecialPage(afterHost: string): boolean {
  return afterHost.slice(0, LONGEST_LOOKED_AT).split(betweenParts).map(lettersOf).some(holdsTopic);
}

/**
 * Whether a window of this program is private on any policy: password managers, lock screens, money, private messages.
 * By the name of the program or of the application, in any case. What the name begins with decides, so that versions,
 * channels and wrappers of a program are that program: `1Password 7`, `.keepassxc-wrapped`, `org.gnome.World.Secrets`.
 */
export function isSensitiveProgram(program: string): boolean {
  return (
    beginnings(program).some((name) => sensitive.has(name)) ||
    sensitiveParts.some((part) => squashed(program).includes(part))
  );
}

/**
 * What a program may be called, longest first, without spaces and hyphens: `Firefox Developer Edition` begins with
 * `firefoxdeveloperedition`, `firefoxdeveloper` and `firefox`. Of a name in the reverse form of a domain
 * (`org.gnome.World.Secrets`) every part may be where the name begins. The dot and the ending that packagers add to what
 * they wrap are left out.
 */
export function beginnings(program: string): readonly string[] {
  const name = nameOfProgram(program);
  const parts = name.split('.');
  const starts = REVERSE_DOMAIN.test(name) ? parts.map((_, at) => parts.slice(at).join('.')) : [name];
  return starts.flatMap((start) => {
    const words = start.split(SEPARATOR).filter((word) => word !== '');
    return words.map((_, at) => words.slice(0, words.length - at).join(''));
  });
}

const notALetter = /[^a-z]+/;
const betweenParts = /[/\\?#;]+/;
const LONGEST_LOOKED_AT = 4_096;
/** One character in UTF-8 (RFC 3629), percent-encoded. */
const encodedCharacter =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;
const notLetters = /\P{L}+/gu;
const EXTENSION = /\.(?:exe|app|bin)$/;
const WRAPPED = /^\.|-wrapped$/g;
const SEPARATOR = /[\s._-]+/;
const REVERSE_DOMAIN = /^[a-z]{2,3}\.[^\s.]+\.[^\s]+$/;
const LONGEST_NAME = 128;

function isSpecialWord(word: string): boolean {
  if (words.has(word)) return true;
  if (!tells(word)) return false;
  return tells(harmless.reduce((rest, one) => rest.replaceAll(one, ' '), word));
}

function tells(word: string): boolean {
  return holdsStem(word) || endings.some((ending) => word.endsWith(ending));
}

function lettersOf(part: string): string {
  return decoded(part).normalize('NFKC').toLowerCase().replaceAll(notLetters, '');
}

/** Whatever of it can be decoded: one percent sign that means nothing must not hide what the others spell. */
function decoded(part: string): string {
  return part.replaceAll(encodedCharacter, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded; // an overlong form, half a surrogate, beyond Unicode
    }
  });
}

function nameOfProgram(program: string): string {
  return program.slice(0, LONGEST_NAME).trim().toLowerCase().replace(EXTENSION, '').replace(WRAPPED, '');
}

function squashed(program: string): string {
  return nameOfProgram(program).split(SEPARATOR).join('');
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
const sensitive: ReadonlySet<string> = new Set(entries(sensitiveNames).map(squashed));
const sensitiveParts = entries(sensitiveStems);
const special: ReadonlySet<string> = new Set([specialHosts, listedHosts].flatMap(entries));
const words: ReadonlySet<string> = new Set([specialWords, listedWords].flatMap(entries));
const holdsStem = createFinder([specialStems, listedStems].flatMap(entries));
const endings = [specialEndings, listedEndings].flatMap(entries);
const harmless = [harmlessWords, listedHarmless].flatMap(entries);
const holdsTopic = createFinder([specialTopics, listedTopics].flatMap(entries));
