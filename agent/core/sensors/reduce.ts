import { appCategory, isSensitiveProgram, isSpecialPage, isSpecialSite } from '../../../shared/policy/categories.ts';
import { asciiHost } from '../../../shared/policy/host.ts';
import { boundTitle, redactTitle } from '../../../shared/policy/redact.ts';
import { reduceUrl } from '../../../shared/policy/site.ts';
import type { ActiveWindow } from '../ports.ts';
import type { Reductions } from './reductions.ts';

/** The rules of `shared/policy`, as the ingest gate applies them too. */
export const defaultReductions: Reductions = {
  app(window, level) {
    if (isSensitive(window)) return { parameter: 'app', level: 'category', category: 'private' };
    if (level === 'category') return { parameter: 'app', level, category: appCategory(window.program) };
    const name = boundTitle(window.app)?.slice(0, 128).toWellFormed().trim();
    return name ? { parameter: 'app', level, name } : null;
  },
  title(title, level) {
    const kept = level === 'full' ? boundTitle(bounded(title)) : redactTitle(bounded(title));
    return kept === null ? null : { parameter: 'title', level, title: kept };
  },
  url(url, level) {
    if (url.length > LONGEST_URL) return null;
    const reduced = reduceUrl(url, level);
    if (reduced === null) return null;
    if ('private' in reduced) return { parameter: 'url', level: 'category', category: 'private' };
    if ('category' in reduced) return { parameter: 'url', level: 'category', category: reduced.category };
    if ('domain' in reduced) return { parameter: 'url', level: 'domain', domain: reduced.domain };
    return { parameter: 'url', level: 'host_path', host: reduced.host, path: reduced.path };
  },
  isSensitive,
  isSpecial(url) {
    const { protocol, hostname, pathname, search, hash } = new URL(url);
    const host = asciiHost(hostname);
    // A web page whose host cannot be judged is treated as the worst that it could be.
    if (host === null) return protocol === 'http:' || protocol === 'https:';
    return isSpecialSite(host) || isSpecialPage(pathname + search + hash);
  },
};

/** A window chooses its class, and a program may run under the name of another: either of the two is enough. */
function isSensitive({ program, app }: ActiveWindow): boolean {
  return isSensitiveProgram(program) || isSensitiveProgram(app);
}

/** Long enough for any address that a person sees; the rest is an attack on the time of this process. */
const LONGEST_URL = 16_384;

function bounded(title: string): string {
  return title.slice(0, 4_096);
}
