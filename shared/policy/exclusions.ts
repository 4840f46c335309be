import { z } from 'zod';
import type { ParameterId } from '../catalog.ts';
import { matchesGlob } from './glob.ts';
import { asciiHost } from './host.ts';

export const MOST_EXCLUSIONS = 100;

/**
 * What an organisation leaves out on top of what Daylight always does, as globs in which `*` stands for any characters. `apps`:
 * the name of a program or application, in lower case. `sites`: a host and everything below it, in lower case, IDNs as xn--.
 */
export const Exclusions = z.strictObject({ apps: globs(appProblem), sites: globs(siteProblem) });
export type Exclusions = z.infer<typeof Exclusions>;

export const NO_EXCLUSIONS: Exclusions = { apps: [], sites: [] };

/** What an exclusion may keep back. */
export const excludable = ['app', 'title', 'url', 'screenshot'] as const satisfies readonly ParameterId[];

export function isExcludable(parameter: ParameterId): parameter is (typeof excludable)[number] {
  return (excludable as readonly ParameterId[]).includes(parameter);
}

/** What somebody typed, in the form that a policy holds. It may still have a problem. */
export function globFrom(kind: keyof Exclusions, typed: string): string {
  const glob = typed.normalize('NFKC').trim().toLowerCase();
  return kind === 'apps' || glob.includes('*') ? glob : (asciiHost(glob) ?? glob);
}

/** Why it cannot be in a policy: what was expected. Null when it can. */
export function globProblem(kind: keyof Exclusions, glob: string): string | null {
  return kind === 'apps' ? appProblem(glob) : siteProblem(glob);
}

/** Whether an application that goes by one of these names is left out. */
export function excludesApp(exclusions: Exclusions, names: readonly string[]): boolean {
  return appRules(exclusions, names).length > 0;
}

/** The globs that leave it out. */
export function appRules({ apps }: Exclusions, names: readonly string[]): readonly string[] {
  if (apps.length === 0) return [];
  const plain = names.map((name) => name.slice(0, LONGEST_NAME).trim().toLowerCase());
  return apps.filter((glob) => plain.some((name) => matchesGlob(glob, name) || matchesGlob(glob, withoutEnding(name))));
}

/** Whether this host (lower case, IDNs as xn--) is left out: itself, or what it is below. */
export function excludesSite(exclusions: Exclusions, host: string): boolean {
  return siteRules(exclusions, host).length > 0;
}

/** The globs that leave it out. */
export function siteRules({ sites }: Exclusions, host: string): readonly string[] {
  if (sites.length === 0) return [];
  const labels = host.split('.');
  const suffixes = labels.map((_, at) => labels.slice(at).join('.'));
  return sites.filter((glob) => suffixes.some((suffix) => matchesGlob(glob, suffix)));
}

/** Whatever either leaves out. */
export function together(a: Exclusions, b: Exclusions): Exclusions {
  return { apps: [...new Set([...a.apps, ...b.apps])], sites: [...new Set([...a.sites, ...b.sites])] };
}

/** Whether `after` names something that `before` does not. */
export function excludesMore(before: Exclusions, after: Exclusions): boolean {
  return isMore(before.apps, after.apps) || isMore(before.sites, after.sites);
}

/** Whether something is not left out any more that bore on this parameter. */
export function excludesLess(parameter: ParameterId, before: Exclusions, after: Exclusions): boolean {
  if (!isExcludable(parameter)) return false;
  return isMore(after.apps, before.apps) || (parameter !== 'app' && isMore(after.sites, before.sites));
}

const LONGEST_GLOB = 64;
const LONGEST_NAME = 128;
const MOST_STARS = 8;
const ENDING = /\.(?:exe|app|bin)$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u;
const hostLike = /^[a-z0-9*-]+(?:\.[a-z0-9*-]+)*$/;
const tellingCharacters = /[\p{L}\p{N}]/gu;

function globs(problem: (glob: string) => string | null) {
  const glob = z.string().superRefine((value, context) => {
    const message = problem(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
  return z
    .array(glob)
    .max(MOST_EXCLUSIONS, `expected at most ${MOST_EXCLUSIONS} of them`)
    .refine((all) => new Set(all).size === all.length, 'expected each of them once');
}

function appProblem(glob: string): string | null {
  if (glob.length > LONGEST_GLOB) return `expected at most ${LONGEST_GLOB} characters`;
  if (!printable.test(glob) || glob !== globFrom('apps', glob)) {
    return 'expected the name of an application in lower case, such as keepass*';
  }
  return tooWide(glob);
}

function siteProblem(glob: string): string | null {
  if (glob.length > LONGEST_GLOB) return `expected at most ${LONGEST_GLOB} characters`;
  if (!hostLike.test(glob) || glob !== globFrom('sites', glob)) {
    return 'expected a host in lower case without https:// and path, such as intranet.example.com or *.example.com';
  }
  return tooWide(glob);
}

/** What leaves out everything is a switch by another name, and would not look like one. */
function tooWide(glob: string): string | null {
  if ((glob.match(tellingCharacters)?.length ?? 0) < 2) {
    return 'expected at least two letters or digits: to leave out everything, switch the parameter off';
  }
  return glob.split('*').length - 1 > MOST_STARS ? `expected at most ${MOST_STARS} stars` : null;
}

function withoutEnding(name: string): string {
  return name.replace(ENDING, '');
}

function isMore(before: readonly string[], after: readonly string[]): boolean {
  return after.some((glob) => !before.includes(glob));
}
