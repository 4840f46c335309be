import { Observation } from '../../shared/events/observation.ts';
import { everyExample } from './everyObservation.ts';

/** Numbers from 0 up to 1, the same sequence in every run (mulberry32), so that a failure can be repeated. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a batch of the device would be made of now. */
export interface Sending {
  readonly seq: number;
  readonly boot: string;
  readonly session: string;
  readonly policyVersion: number;
  readonly at: number;
  readonly mono: number;
}

/** Which share of the frames began as a batch that the server would have stored. */
export interface Closeness {
  /** Those get one value, anywhere in them, that does not belong there. */
  readonly strange: number;
  /** These are cut off, doubled, or have a byte changed. */
  readonly damaged: number;
}

/** One damaged frame. */
export function fuzzedFrame(next: () => number, sending: Sending, { strange, damaged }: Closeness): Buffer {
  if (next() < strange) return Buffer.from(withStrangeValue(next, batchOf(next, sending)));
  const kind = next();
  const base = Buffer.from(next() < damaged ? JSON.stringify(batchOf(next, sending)) : pick(next, strangers));
  const at = Math.floor(next() * base.length);
  if (kind < 0.35) return base.subarray(0, at);
  if (kind < 0.85) {
    base[at] = Math.floor(next() * 256);
    return base;
  }
  if (kind < 0.92) return Buffer.concat([base, base.subarray(at)]);
  return Buffer.from(Array.from({ length: Math.floor(next() * 60) }, () => Math.floor(next() * 256)));
}

type Batch = Record<string, unknown> & { observations: Record<string, unknown>[] };

function batchOf(next: () => number, { at, mono, ...header }: Sending): Batch {
  const observations = Array.from({ length: 2 }, () => {
    const { parameter, level, fields } = pick(next, everyExample);
    return { parameter, level, at, mono, span: 0, ...fields };
  });
  return { type: 'batch', ...header, observations, dropped: [] };
}

/** Frames that nobody stores, to begin with. */
const strangers = [
  '{"type":"receipt","receipt":{"payload":"{}","keyId":"00","signature":"00"}}',
  '{"type":"hello","hello":{"payload":"{}","keyId":"00","signature":"00"}}',
  '{"type":"image","image":"11111111-1111-4111-8111-111111111111","bytes":100,"digest":"00"}',
  '{"__proto__":{"type":"batch"},"constructor":{"prototype":{}}}',
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  `{"type":"batch","seq":${'9'.repeat(400)}}`,
  '{"type":"acknowledge","acknowledgement":null}',
] as const;

const strangeValues = [
  ...['null', 'true', '-1', '0.5', '1e308', '-0', '9007199254740993', '9'.repeat(400), '""', '[]', '{}', '"\\u0000"'],
  ...['"\\ud800"', '"__proto__"', `"${'x'.repeat(3_000)}"`, `${'['.repeat(500)}${']'.repeat(500)}`],
  ...['{"__proto__":{"level":"full"}}', '{"toString":null}', '[{}]', '"2026-11-20T10:00:00Z"'],
] as const;

/** The frame with one field more, one less, or one with a value that is not its own: in the frame or in an observation. */
function withStrangeValue(next: () => number, batch: Batch): string {
  const target = next() < 0.3 ? batch : (batch.observations[Math.floor(next() * 2)] ?? batch);
  const field = next() < 0.25 ? pick(next, ['__proto__', 'value', 'keys', 'raw', '']) : pick(next, Object.keys(target));
  const how = next();
  if (how < 0.2) Reflect.deleteProperty(target, field);
  // As an own field, also where it is `__proto__`; its value is written as it stands, with what JavaScript cannot hold.
  else Object.defineProperty(target, field, { value: PLACE, enumerable: true, configurable: true, writable: true });
  return JSON.stringify(batch).replace(JSON.stringify(PLACE), () => pick(next, strangeValues));
}

const PLACE = 'the strange value stands here';

function pick<T>(next: () => number, from: readonly [T, ...T[]] | readonly T[]): T {
  return from[Math.floor(next() * from.length)] as T;
}

/** What was sent of one person and what the server said that it has stored, to be compared with what is there. */
export interface Ledger {
  sent(observations: readonly unknown[]): void;
  acknowledged(stored: number): void;
  /** What is wrong with what is stored; empty when it is exactly what was acknowledged, and each of it was sent, strictly valid. */
  differences(stored: readonly unknown[]): string[];
}

export function createLedger(): Ledger {
  const valid = new Map<string, number>();
  let promised = 0;
  return {
    sent(observations) {
      for (const one of observations) {
        if (!Observation.safeParse(one).success) continue;
        const key = spelled(one);
        valid.set(key, (valid.get(key) ?? 0) + 1);
      }
    },
    acknowledged(stored) {
      promised += stored;
    },
    differences(stored) {
      const left = new Map(valid);
      const wrong = stored.length === promised ? [] : [`${promised} were acknowledged, ${stored.length} are stored`];
      for (const one of stored) {
        const key = spelled(one);
        const count = left.get(key) ?? 0;
        if (!Observation.safeParse(one).success) wrong.push(`not valid: ${key}`);
        if (count === 0) wrong.push(`never sent, or not so often: ${key}`);
        left.set(key, count - 1);
      }
      return wrong;
    },
  };
}

/** Without regard to the order of fields. */
function spelled(observation: unknown): string {
  const fields = Object.entries(observation as Record<string, unknown>);
  return JSON.stringify(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
