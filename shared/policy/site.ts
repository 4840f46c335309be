import { parse } from 'tldts';
import { isSpecialPage, isSpecialSite, siteCategory } from './categories.ts';
import { asciiHost, isIpv4Like } from './host.ts';
import { looksLikeToken } from './token.ts';
import type { SiteCategory } from './workCategories.ts';

/**
 * What may be known of an address at a level. `private`: a page that is nobody's business or not on the public network;
 * it is recorded, at any level, as the `url` observation of level `category` with the category `private`, which is a
 * lower level and therefore permitted. Null: not a web page; nothing is recorded.
 */
export type ReducedUrl =
  | { readonly category: SiteCategory }
  | { readonly domain: string }
  | { readonly host: string; readonly path: string }
  | { readonly private: true };

export type UrlLevel = 'category' | 'domain' | 'host_path';

/**
 * Reduces an address to its level. Only http and https; user information, port, query and fragment are never kept, and
 * parts of the path that look like identifiers, addresses or tokens become `*`. Reducing what was reduced (as
 * `https://` + host + path) changes nothing, so the server checks an agent with the same function. Linear in the
 * length.
 */
export function reduceUrl(url: string, level: UrlLevel): ReducedUrl | null {
  const parts = splitUrl(url);
  if (parts === null) return null;
  const host = parts.host === IP_LITERAL ? IP_LITERAL : asciiHost(parts.host);
  if (host === null) return null;
  const domain = publicDomain(host);
  if (domain === null || isSpecialSite(host) || isSpecialPage(parts.afterHost)) return { private: true };
  switch (level) {
    case 'category':
      return { category: siteCategory(domain) };
    case 'domain':
      return { domain };
    case 'host_path':
      return { host: host.split('.').some(looksLikeToken) ? domain : host, path: reducePath(parts.path) };
  }
}

/**
 * The registrable domain; null for addresses of a network or a machine, which tell who someone is or where they are.
 */
function publicDomain(host: string): string | null {
  if (host === IP_LITERAL || isIpv4Like(host)) return null;
  const { domain, publicSuffix, isIcann } = parse(host, { extractHostname: false });
  if (domain === null || isIcann !== true) return null;
  return publicSuffix === 'onion' || domain.endsWith('.arpa') || routers.has(domain) ? null : domain;
}

/** Public names that answer only in a home or office network. */
const routers: ReadonlySet<string> = new Set(['fritz.box', 'routerlogin.net', 'tplinkwifi.net', 'myfritz.net']);

const IP_LITERAL = '[';
/** More than any real address needs; what is longer is not one. */
const LONGEST_AUTHORITY = 2_048;
/** Enough for a path of 1,024 units in which every one was percent-encoded. */
const LONGEST_PATH = 4_096;
const LONGEST_REDUCED_PATH = 1_024;

const scheme = /^https?:\/\//i;
const endOfAuthority = /[/\\?#]/;
const endOfPath = /[?#]/;
const notInAuthority = /[\p{Cc}\p{Z}%]/u;
const port = /^:[0-9]{0,5}$/;

/** The host, the path, and the path with query and fragment, as they stand. Null when a browser and we might disagree about which part is the host. */
function splitUrl(url: string): { host: string; path: string; afterHost: string } | null {
  const start = scheme.exec(url.slice(0, 8))?.[0].length;
  if (start === undefined) return null;
  const rest = url.slice(start, start + LONGEST_AUTHORITY + LONGEST_PATH);
  const end = rest.search(endOfAuthority);
  const authority = end === -1 ? rest : rest.slice(0, end);
  if (authority.length > LONGEST_AUTHORITY) return null;
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  const [host, portPart] = splitPort(place);
  if (host === '' || notInAuthority.test(place) || (portPart !== '' && !port.test(portPart))) return null;
  const afterHost = end === -1 ? '' : rest.slice(end);
  return { host, path: untilQuery(afterHost, url.length > start + rest.length), afterHost };
}

function splitPort(place: string): [host: string, port: string] {
  if (place.startsWith('[')) return [IP_LITERAL, place.slice(place.indexOf(']') + 1)];
  const colon = place.indexOf(':');
  return colon === -1 ? [place, ''] : [place.slice(0, colon), place.slice(colon)];
}

/** Half a segment could hide that the whole was a token: where the address was cut, the last segment goes. */
function untilQuery(path: string, cut: boolean): string {
  const end = path.search(endOfPath);
  if (end !== -1) return path.slice(0, end);
  return cut ? path.slice(0, Math.max(path.lastIndexOf('/'), 0)) : path;
}

function reducePath(path: string): string {
  const kept: string[] = [];
  for (const raw of path.split(/[/\\]+/)) {
    const segment = reduceSegment(raw);
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  let reduced = '';
  for (const segment of kept) {
    if (reduced.length + 1 + segment.length > LONGEST_REDUCED_PATH) break;
    reduced += `/${segment}`;
  }
  return reduced === '' ? '/' : reduced;
}

const REMOVED = '*';
const notInSegment = /[\p{C}\p{Zl}\p{Zp}@%=~/\\?#:*]/u;

/**
 * A segment percent-encoded in one way, or `*` when it is, or may hide, something that names a person or opens a door.
 */
function reduceSegment(raw: string): string {
  // Parameters of a segment (RFC 3986, section 3.3) are a query by another name: `;jsessionid=…`.
  const decoded = decode(raw.split(';', 1)[0] ?? '')?.normalize('NFKC');
  if (decoded === undefined) return REMOVED;
  if (decoded === '' || decoded === '.' || decoded === '..') return decoded;
  if (notInSegment.test(decoded) || looksLikeToken(decoded)) return REMOVED;
  return encodeURIComponent(decoded);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
