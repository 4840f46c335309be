import { open, readFile, rename, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hashRaw } from '@node-rs/argon2';
import { z } from 'zod';
import { isMissing, syncFolder } from '../durable.ts';
import { KEY_BYTES } from './envelope.ts';
import {
  createRootKeyFile,
  type RandomBytes,
  type RootKey,
  readPrivately,
  readRootKeyFile,
  rootKeyOf,
} from './rootKey.ts';
import { VaultError } from './sealed.ts';

/**
 * Where the root key comes from. What is written here lies in the data folder and is no secret; a key management service fits as one more kind, with
 * the wrapped key here and a call that unwraps it.
 */
export const RootKeySource = z.discriminatedUnion('kind', [
  /** 32 bytes in a file that only its owner can read; in the data folder where it is a name alone. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  /** Argon2id (RFC 9106) of what the first line of a file says, under parameters of its own. */
  z.strictObject({
    kind: z.literal('passphrase'),
    path: z.string().min(1),
    salt: z.string().regex(/^[0-9a-f]{32}$/),
    memoryKiB: z.int().min(19_456).max(4_194_304),
    passes: z.int().min(2).max(64),
  }),
  /** 32 bytes in base64, for containers. */
  z.strictObject({ kind: z.literal('env'), name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
]);
export type RootKeySource = z.infer<typeof RootKeySource>;

/** 256 MiB and four passes: about a second, once at each start. */
const cost = { memoryKiB: 262_144, passes: 4 };
const SHORTEST = 12;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `file:PATH`, `passphrase:FILE` or `env:NAME`. A passphrase gets parameters of its own, those of `known` where it has some. Throws VaultError with the
 * remedy.
 */
export function rootKeySource(given: string, random: RandomBytes, known: RootKeySource | null = null): RootKeySource {
  const [, kind, where] = /^(file|passphrase|env):(.+)$/.exec(given) ?? [];
  const salt = Buffer.from(random(16)).toString('hex');
  const kdf = known?.kind === 'passphrase' ? known : { ...cost, salt };
  const source = RootKeySource.safeParse(
    kind === 'env'
      ? { kind, name: where }
      : {
          kind,
          path: resolve(where ?? ''),
          ...(kind === 'passphrase' ? { salt: kdf.salt, memoryKiB: kdf.memoryKiB, passes: kdf.passes } : {}),
        },
  );
  if (source.success) return source.data;
  throw new VaultError(
    'unavailable',
    '--root-key: expected where the root key is. Give file:PATH, passphrase:FILE or env:NAME.',
  );
}

export function nameOfSource(source: RootKeySource): string {
  return source.kind === 'env' ? `env:${source.name}` : `${source.kind}:${source.path}`;
}

/** Throws VaultError: `unavailable` for what is not there or may be read by others, `wrong_root_key` for what can be no root key. */
export async function readRootKey(folder: string, source: RootKeySource, env: Env): Promise<RootKey> {
  if (source.kind === 'file') return readRootKeyFile(resolve(folder, source.path));
  return source.kind === 'env' ? ofEnvironment(source.name, env) : ofPassphrase(source);
}

/** A new one where the source is a file and has none; else what is there, which its owner has made. Never replaces any. */
export async function makeRootKey(
  folder: string,
  source: RootKeySource,
  env: Env,
  random: RandomBytes,
): Promise<RootKey> {
  return source.kind === 'file'
    ? createRootKeyFile(resolve(folder, source.path), random)
    : readRootKey(folder, source, env);
}

function ofEnvironment(name: string, env: Env): RootKey {
  const text = env[name]?.trim() ?? '';
  if (text === '') {
    throw new VaultError(
      'unavailable',
      `${name}: the root key is not in the environment. Set ${name} to 32 random bytes in base64, those that this data folder was made with.`,
    );
  }
  const key = Buffer.from(text, 'base64');
  const spelled = key.toString('base64').replace(/=+$/, '');
  if (spelled !== text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')) {
    throw new VaultError(
      'wrong_root_key',
      `${name}: the root key in the environment is not base64. Set it to the text that this data folder was made with.`,
    );
  }
  return rootKeyOf(key, name);
}

async function ofPassphrase({
  path,
  salt,
  memoryKiB,
  passes,
}: Extract<RootKeySource, { kind: 'passphrase' }>): Promise<RootKey> {
  const text = Buffer.from(await readPrivately(path, 4_096)).toString('utf8');
  const passphrase = (text.split(/\r?\n/, 1)[0] ?? '').normalize('NFC');
  if (Array.from(passphrase).length < SHORTEST) {
    throw new VaultError(
      'wrong_root_key',
      `${path}: the passphrase is shorter than ${SHORTEST} characters. Put the original file back; for a new one take five random words or more.`,
    );
  }
  const bytes = await hashRaw(passphrase, {
    ...{ memoryCost: memoryKiB, timeCost: passes, parallelism: 1, outputLen: KEY_BYTES },
    salt: Buffer.from(salt, 'hex'),
  });
  return rootKeyOf(new Uint8Array(bytes), path);
}

const NOW = 'root.json';
const NEXT = 'root-next.json';

/** Null where nothing is written: then it is `root.key` in the folder. */
export function currentSource(folder: string): Promise<RootKeySource | null> {
  return readSource(folder, NOW);
}

/** What a change of the root key was to lead to. It counts when the key store says so, which opens with one of the two. */
export function nextSource(folder: string): Promise<RootKeySource | null> {
  return readSource(folder, NEXT);
}

export function writeCurrentSource(folder: string, source: RootKeySource): Promise<void> {
  return writeSource(folder, NOW, source);
}

export function writeNextSource(folder: string, source: RootKeySource): Promise<void> {
  return writeSource(folder, NEXT, source);
}

export async function dropNextSource(folder: string): Promise<void> {
  await unlink(join(folder, NEXT)).catch(unlessMissing);
  await syncFolder(folder);
}

export function unlessMissing(cause: unknown): void {
  if (!isMissing(cause)) throw cause;
}

async function readSource(folder: string, name: string): Promise<RootKeySource | null> {
  const file = join(folder, name);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return null;
    throw cause;
  });
  if (text === null) return null;
  try {
    return RootKeySource.parse(JSON.parse(text));
  } catch (cause) {
    throw new VaultError(
      'unavailable',
      `${file}: this does not say where the root key is. Put the file back as it was, or restore the folder from the recovery set.`,
      cause,
    );
  }
}

/** Whole or not at all; a name of one kind, so that what a crash left is overwritten. */
async function writeSource(folder: string, name: string, source: RootKeySource): Promise<void> {
  const temporary = join(folder, `${name}.tmp`);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(RootKeySource.parse(source)));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}
