import { truncated } from '../clientAddress.ts';

/** From where and with what someone uses an account; coarse, so that it tells two places apart and follows nobody. */
export interface Client {
  /** Truncated to /24 (IPv4) or /48 (IPv6), or `this computer`. The whole address is never kept. */
  readonly network: string;
  readonly browser: string;
}

export function describeClient(address: string, userAgent: string): Client {
  return { network: truncated(address), browser: browserOf(userAgent) };
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
