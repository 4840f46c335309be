/**
 * A host name as browsers write it: lower case, without a final dot, IDNs in Punycode. Null when it is no host name.
 * Unicode is folded by NFKC and lower-casing, which is UTS 46 for every name that a browser has already normalised.
 */
export function asciiHost(raw: string): string | null {
  if (raw.length > LONGEST_RAW || hidden.test(raw)) return null;
  const folded = raw.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(otherDots, '.');
  const labels = (folded.endsWith('.') ? folded.slice(0, -1) : folded).split('.').map(asciiLabel);
  const host = labels.join('.');
  return wellFormed.test(host) && host.length <= 253 ? host : null;
}

/** An IPv4 address in any notation that a browser understands (`127.1`, `0x7f.1`): its last label is a number. */
export function isIpv4Like(host: string): boolean {
  return numericLabel.test(host.slice(host.lastIndexOf('.') + 1));
}

const LONGEST_RAW = 512;
const hidden = /[\p{Cf}\p{Cc}\p{Cs}\p{Z}]/u;
const otherDots = /[\u3002\uff61]/g;
const plain = /^[a-z0-9-]*$/;
const wellFormed = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;
const numericLabel = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/** What cannot be a label is given back as it is, and the host then fails as a whole. */
function asciiLabel(label: string): string {
  if (plain.test(label) || !letters.test(label)) return label;
  return `xn--${punycode(Array.from(label, (char) => char.codePointAt(0) ?? 0))}`;
}

const letters = /^[\p{L}\p{M}\p{N}\u00b7\u30fb-]+$/u;

// RFC 3492, section 6.3, with the parameters of section 5.
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function punycode(points: readonly number[]): string {
  const basic = points.filter((point) => point < 128);
  let output = String.fromCharCode(...basic);
  if (basic.length > 0) output += '-';
  let [handled, threshold, delta, bias] = [basic.length, 128, 0, 72];
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= threshold));
    delta += (next - threshold) * (handled + 1);
    threshold = next;
    for (const point of points) {
      if (point < threshold) delta += 1;
      if (point !== threshold) continue;
      output += variableLength(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    threshold += 1;
  }
  return output;
}

function variableLength(delta: number, bias: number): string {
  let [rest, output] = [delta, ''];
  for (let k = BASE; ; k += BASE) {
    const limit = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (rest < limit) return output + digit(rest);
    output += digit(limit + ((rest - limit) % (BASE - limit)));
    rest = Math.floor((rest - limit) / (BASE - limit));
  }
}

function adapt(delta: number, count: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : Math.floor(delta / 2);
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function digit(value: number): string {
  return String.fromCharCode(value < 26 ? value + 97 : value + 22);
}
