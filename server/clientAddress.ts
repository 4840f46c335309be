import { createHmac, createSecretKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import type { Random } from './random.ts';

/**
 * Where a request comes from. Behind the one proxy it is the last address of X-Forwarded-For: that is the one which the proxy
 * itself has put there, and whatever stands before it was sent by the client, who may write what it likes. Without a
 * proxy the header is not looked at.
 */
export function clientAddress(request: IncomingMessage, behindProxy: boolean): string {
  const peer = request.socket.remoteAddress ?? '';
  if (!behindProxy) return peer;
  const named =
    String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  return named === '' ? peer : withoutPort(named);
}

/** Some proxies write `203.0.113.7:51123`, `[2001:db8::1]:443` or `[2001:db8::1]`. */
function withoutPort(named: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(named)?.[1];
  const dotted = /^([\d.]+):\d+$/.exec(named)?.[1];
  return bracketed ?? dotted ?? named;
}

/**
 * What requests and handshakes are counted by: one IPv4 address, or one IPv6 /48. A household or an office has many IPv6
 * addresses, often a whole /48 of them, and would otherwise be as many clients as it likes. It is a keyed hash, as it is
 * remembered for longer than the request takes, and the key is nowhere but in this function: no address is kept, in memory either.
 */
export function createLimitKeys(random: Pick<Random, 'bytes'>): (address: string) => string {
  const key = createSecretKey(random.bytes(32));
  return (address) => {
    const plain = unmapped(address);
    const counted = isIPv4(plain) ? plain : truncated(plain);
    return createHmac('sha256', key).update(counted).digest('base64url').slice(0, 22);
  };
}

/** Truncated to /24 (IPv4) or /48 (IPv6), or `this computer`. */
export function truncated(address: string): string {
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
