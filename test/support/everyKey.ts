import { createDecipheriv, hkdfSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { connect } from '../../server/store/sqlite/connection.ts';
import { KEY_BYTES, splitEnvelope, unframe } from '../../server/vault/envelope.ts';
import { temporaryFolder } from './openedSqliteStore.ts';

// What somebody can open who has stolen everything, keys included, and does not ask what a seal is bound to.

/** The labels of docs/decisions and the code, under which a key is derived. One that is missing here opens nothing, and a test that expects something fails. */
const LABELS = [
  'daylight organisation key 1',
  'daylight data key 1',
  'daylight signing key 1',
  'daylight backup key 1',
  'daylight root check 1',
  'daylight record 1',
  'daylight organisation record 1',
  'daylight backup 1',
  'daylight arriving file 1',
];
const COMMITMENT_BYTES = 32;
const NONCE = new Uint8Array(12);

export interface Unsealed {
  /** The file, and within a database the table and column. */
  readonly place: string;
  readonly plain: Buffer;
  /** The end of what was sealed: bytes that are nowhere else. */
  readonly piece: Buffer;
  /** The same of each wrapped key on the way to it. */
  readonly keyPieces: readonly Buffer[];
}

interface Key {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Buffer[];
}

export type Keys = readonly Key[];

/** Every key that a key store holds, from the root key on. */
export async function keysIn(folder: string): Promise<Keys> {
  const known: Key[] = [{ bytes: await readFile(join(folder, 'root.key')), pieces: [] }];
  const wrapped = (await valuesOf(join(folder, 'keys.db'))).map(({ bytes }) => bytes);
  for (const key of known) {
    for (const one of wrapped) {
      const bytes = openedUnder(key, one);
      // A root check holds more than the key of the look-ups, which opens nothing.
      if (bytes?.length === KEY_BYTES) known.push({ bytes, pieces: [...key.pieces, pieceOf(one)] });
    }
  }
  return known;
}

/** Everything below a folder that one of the keys opens: whole files, values in databases, pieces of backups, and what is in the databases of those. */
export async function unsealedBelow(folder: string, keys: Keys): Promise<readonly Unsealed[]> {
  const found: Unsealed[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = relative(folder, path);
    const bytes = await readFile(path);
    if (isDatabase(bytes)) found.push(...(await unsealedIn(path, place, keys)));
    else found.push(...opened(place, bytes, keys), ...(await ofBackup(place, bytes, keys)));
  }
  return found;
}

async function unsealedIn(file: string, place: string, keys: Keys): Promise<readonly Unsealed[]> {
  return (await valuesOf(file)).flatMap(({ column, bytes }) => opened(`${place} ${column}`, bytes, keys));
}

const MAGIC = Buffer.from('daylight backup\x01', 'latin1');

/** A file of a backup: its pieces one after the other, and what is sealed within. */
async function ofBackup(place: string, bytes: Buffer, keys: Keys): Promise<readonly Unsealed[]> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return [];
  const pieces: Unsealed[] = [];
  for (let at = MAGIC.length + 16; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    pieces.push(...opened(place, bytes.subarray(at + 4, end), keys));
    at = end;
  }
  const [first] = pieces;
  if (first === undefined) return [];
  const whole = { ...first, plain: Buffer.concat(pieces.map(({ plain }) => plain)) };
  if (!isDatabase(whole.plain)) return [whole];
  const { folder, remove } = await temporaryFolder();
  try {
    await writeFile(join(folder, 'copy.db'), whole.plain);
    return [whole, ...(await unsealedIn(join(folder, 'copy.db'), place, keys))];
  } finally {
    await remove();
  }
}

function isDatabase(bytes: Buffer): boolean {
  return bytes.subarray(0, 15).equals(Buffer.from('SQLite format 3'));
}

function opened(place: string, sealed: Buffer, keys: Keys): Unsealed[] {
  for (const key of keys) {
    const plain = openedUnder(key, sealed);
    if (plain !== null) return [{ place, plain, piece: pieceOf(sealed), keyPieces: key.pieces }];
  }
  return [];
}

/** The commitment says whether the key fits. Whether anything was altered, or belongs elsewhere, a thief does not ask. */
function openedUnder({ bytes: key }: Key, sealed: Buffer): Buffer | null {
  const parts = splitEnvelope(sealed);
  if (parts === null) return null;
  for (const label of LABELS) {
    const derived = new Uint8Array(hkdfSync('sha256', key, parts.salt, label, KEY_BYTES + COMMITMENT_BYTES));
    if (!parts.commitment.every((byte, place) => byte === derived[KEY_BYTES + place])) continue;
    const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, KEY_BYTES), NONCE);
    const plain = unframe(decipher.update(parts.ciphertext));
    return plain === null ? null : Buffer.from(plain);
  }
  return null;
}

function pieceOf(sealed: Buffer): Buffer {
  return sealed.subarray(-24);
}

/** Every value of every table that is bytes. */
async function valuesOf(file: string): Promise<readonly { readonly column: string; readonly bytes: Buffer }[]> {
  const connection = await connect(file);
  try {
    const values: { column: string; bytes: Buffer }[] = [];
    for (const { name } of await connection.all("SELECT name FROM sqlite_master WHERE type = 'table'")) {
      for (const row of await connection.all(`SELECT * FROM ${String(name)}`)) {
        for (const [column, value] of Object.entries(row))
          if (Buffer.isBuffer(value)) values.push({ column: `${String(name)}.${column}`, bytes: value });
      }
    }
    return values;
  } finally {
    await connection.close();
  }
}
