import { isIPv4, isIPv6 } from 'node:net';

/** From where and with what someone uses an account; coarse, so that it tells two places apart and follows nobody. */
export interface Client {
  /** Truncated to /24 (IPv4) or /48 (IPv6), or `this computer`. The whole address is never kept. */
  readonly network: string;
  readonly browser: string;
}

export function describeClient(address: string, userAgent: string): Client {
  return { network: truncate(address), browser: browserOf(userAgent) };
}

/** What requests are counted by: one IPv4 address, or one IPv6 /48 (a household or an office has many addresses). */
export function limitKey(address: string): string {
  const plain = unmapped(address);
  return isIPv4(plain) ? plain : truncate(plain);
}

function truncate(address: string): string {
  const plain = unmapped(address);
  if (plain === '::1' || plain.startsWith('127.')) return 'this computer';
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIPv6(plain)) return `${groupsOf(plain).slice(0, 3).join(':')}::/48`;
  return 'unknown network';
}

function unmapped(address: string): string {
  const lower = address.toLowerCase();
  return lower.startsWith('::ffff:') && isIPv4(lower.slice(7)) ? lower.slice(7) : lower;
}

/** The eight groups of an IPv6 address without a zone, without leading zeroes. */
function groupsOf(address: string): string[] {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeroes = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeroes).fill('0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}

// Order matters: Edge and Opera also say Chrome, and Chrome also says Safari.
const families: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(e|ium)\/|\bCriOS\/|\bHeadlessChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

function browserOf(userAgent: string): string {
  return families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'another program';
}
