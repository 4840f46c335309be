import { z } from 'zod';
import { ParameterId } from '../../../shared/catalog.ts';
import { PublicKey, type Signed } from '../../../shared/signed.ts';
import { DAY, type Day, dayOf } from '../../../shared/time.ts';
import { StoreError } from '../store.ts';
import type { Row, Value } from './connection.ts';

// How values are written, and read back with their types checked: a row that does not fit is damage, not data.

/** A UUID as its 16 bytes. */
export function idBytes(id: string): Buffer {
  return exactly(16, Buffer.from(id.replaceAll('-', ''), 'hex'), 'an id');
}

/** A SHA-256 digest as its 32 bytes. */
export function digestBytes(digest: string): Buffer {
  return exactly(32, Buffer.from(digest, 'hex'), 'a digest');
}

/** A public key as its 32 bytes: base64url has several spellings of one key, and a key must be known in all of them. */
export function keyBytes(key: PublicKey): Buffer {
  return exactly(32, Buffer.from(key, 'base64url'), 'a public key');
}

/** Days since 1970-01-01. */
export function dayNumber(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY;
}

/** Ids one after the other, in their order. */
export function idListBytes(ids: readonly string[]): Buffer {
  return Buffer.concat(ids.map(idBytes));
}

export function id<T extends z.ZodType>(schema: T, row: Row, column: string): z.output<T> {
  return parsed(schema, uuidText(exactly(16, bytes(row, column), column)), column);
}

export function idOrNull<T extends z.ZodType>(schema: T, row: Row, column: string): z.output<T> | null {
  return row[column] === null ? null : id(schema, row, column);
}

export function idList<T extends z.ZodType>(schema: T, row: Row, column: string): z.output<T>[] {
  const all = bytes(row, column);
  const ids: z.output<T>[] = [];
  for (let at = 0; at < all.length; at += 16) {
    ids.push(parsed(schema, uuidText(exactly(16, all.subarray(at, at + 16), column)), column));
  }
  return ids;
}

export function digest(row: Row, column: string): string {
  return Buffer.from(exactly(32, bytes(row, column), column)).toString('hex');
}

export function publicKey(row: Row, column: string): PublicKey {
  return parsed(PublicKey, Buffer.from(exactly(32, bytes(row, column), column)).toString('base64url'), column);
}

export function day(row: Row, column: string): Day {
  return dayOf(int(row, column) * DAY);
}

export function dayOrNull(row: Row, column: string): Day | null {
  return row[column] === null ? null : day(row, column);
}

export function int(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : damaged(column);
}

export function intOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : int(row, column);
}

export function flag(row: Row, column: string): boolean {
  return int(row, column) === 1;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : damaged(column);
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** A text that must be one of a schema's. */
export function word<T extends z.ZodType>(schema: T, row: Row, column: string): z.output<T> {
  return parsed(schema, row[column], column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) return damaged(column);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

export function bytesOrNull(row: Row, column: string): Uint8Array | null {
  return row[column] === null ? null : bytes(row, column);
}

/** The three columns `payload`, `key_id`, `signature` of a signed document. */
export function signedValues(signed: Signed): Value[] {
  return [signed.payload, digestBytes(signed.keyId), signed.signature];
}

export function signed(row: Row): Signed {
  return { payload: text(row, 'payload'), keyId: digest(row, 'key_id'), signature: text(row, 'signature') };
}

/**
 * One byte for a parameter. A code, once given, is never given to another parameter: databases and backups hold it.
 * 0 is `unknown` in counts of discarded items and `profile` among the keys, 254 is `imported` among those.
 */
const parameterCodes = {
  session: 1,
  activity: 2,
  app: 3,
  title: 4,
  url: 5,
  screenshot: 6,
  project: 7,
  notes: 8,
  device: 9,
  timezone: 10,
  diagnostics: 11,
} as const satisfies Record<ParameterId, number>;

export function parameterCode(parameter: ParameterId): number {
  return parameterCodes[parameter];
}

export function parameter(code: number): ParameterId {
  return ParameterId.options.find((known) => parameterCodes[known] === code) ?? damaged('parameter');
}

function uuidText(value: Uint8Array): string {
  const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return groups.join('-');
}

function exactly<B extends Uint8Array>(length: number, value: B, what: string): B {
  if (value.length !== length)
    throw new StoreError('damaged', `${what}: expected ${length} bytes, got ${value.length}`);
  return value;
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, column: string): z.output<T> {
  const result = schema.safeParse(value);
  return result.success ? result.data : damaged(column);
}

function damaged(column: string): never {
  throw new StoreError('damaged', `the store holds a value that does not fit in ${column}; restore it from a backup`);
}
