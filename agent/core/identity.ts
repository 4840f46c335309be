import { createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { PublicKey } from '../../shared/signed.ts';
import { UnixMs } from '../../shared/time.ts';
import { type Folder } from './files.ts';
import { type Place, seal, unseal } from './spool/seal.ts';

/** Who this device is, and whom it trusts: written once, at enrolment. */
export const Identity = z.strictObject({
  schema: z.literal(1),
  /** Base address of the server, `https://…`, or `http://localhost…`. */
  server: z.url(),
  org: OrgId,
  person: PersonId,
  device: DeviceId,
  organisation: z.string(),
  personName: z.string(),
  /** Proves the server in every handshake. */
  serverKey: PublicKey,
  /** Signed policies and leases then; `PolicyCache` knows the one that does now. */
  policyKey: PublicKey,
  /** Which of the organisation's that was; 0 for the first. */
  policyKeySequence: z.int().min(0).default(0),
  /** Certificates (PEM) that the server's must descend from; null: those that the system trusts. */
  ca: z.string().nullable(),
  enrolledAt: UnixMs,
});
export type Identity = z.infer<typeof Identity>;

const Names = Identity.pick({ organisation: true, personName: true });
type Names = z.infer<typeof Names>;
/** On disk the names of person and organisation are sealed (base64) under a key that comes from the device key. */
const StoredIdentity = Identity.omit({ organisation: true, personName: true }).extend({ names: z.base64() });

export const IDENTITY_FILE = 'identity.json';
export const DEVICE_KEY_FILE = 'device.key';

/** Null when this folder is not enrolled. Throws DaylightError when its files are damaged or readable by others. */
export async function readIdentity(folder: string, files: Folder): Promise<EnrolledDevice | null> {
  const bytes = await files.read(IDENTITY_FILE);
  if (bytes === null) return null;
  const path = join(folder, IDENTITY_FILE);
  const remedy = 'put the file back from a copy, or run "daylight-agent wipe" and enrol again';
  const json = jsonOf(bytes);
  if (json === null) throw new DaylightError('unavailable', `${path} is empty or cut off`, { remedy });
  const stored = StoredIdentity.safeParse(json);
  if (!stored.success) {
    const { message } = describeIssue(stored.error, `${path} is damaged`);
    throw new DaylightError('unavailable', message, { remedy });
  }
  const deviceKey = await readDeviceKey(folder, files);
  const { names: sealed, ...rest } = stored.data;
  const names = openNames(deviceKey, rest.device, Buffer.from(sealed, 'base64'));
  if (names !== null) return { identity: { ...rest, ...names }, deviceKey };
  throw new DaylightError('unavailable', `${path} was not written with the device key beside it`, { remedy });
}

/** Whether these are the bytes of an `identity.json` of Daylight, readable or not. */
export function isStoredIdentity(bytes: Uint8Array): boolean {
  return StoredIdentity.safeParse(jsonOf(bytes)).success;
}

/** On disk when it resolves. `nonce` must be 12 fresh random bytes. */
export async function writeIdentity(
  files: Folder,
  identity: Identity,
  deviceKey: KeyObject,
  nonce: Uint8Array,
): Promise<void> {
  const { organisation, personName, ...rest } = identity;
  const plain = Buffer.from(JSON.stringify({ organisation, personName } satisfies Names));
  const names = seal(namesKey(deviceKey), nonce, placeOf(rest.device), plain).toString('base64');
  await files.write(IDENTITY_FILE, JSON.stringify({ ...rest, names }, null, 2));
}

export interface EnrolledDevice {
  readonly identity: Identity;
  readonly deviceKey: KeyObject;
}

/** A new Ed25519 key, on disk (PKCS #8, PEM, mode 0600) when it resolves. */
export async function makeDeviceKey(files: Folder): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await files.write(DEVICE_KEY_FILE, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}

async function readDeviceKey(folder: string, files: Folder): Promise<KeyObject> {
  const path = join(folder, DEVICE_KEY_FILE);
  const remedy = 'put it back, or run "daylight-agent wipe" and enrol again';
  const pem = await files.read(DEVICE_KEY_FILE);
  if (pem === null) throw new DaylightError('unavailable', `the device key ${path} is missing`, { remedy });
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    throw new DaylightError('unavailable', `the device key ${path} can be read by other users of this computer`, {
      remedy: `if that was not meant, run: chmod 600 "${path}"; or run "daylight-agent wipe" and enrol again`,
    });
  }
  const key = privateKeyOf(pem);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new DaylightError('unavailable', `the device key ${path} is not an Ed25519 key`, { remedy });
}

function openNames(deviceKey: KeyObject, device: DeviceId, sealed: Uint8Array): Names | null {
  const plain = unseal(namesKey(deviceKey), placeOf(device), sealed);
  return plain === null ? null : (Names.safeParse(jsonOf(plain)).data ?? null);
}

function namesKey(deviceKey: KeyObject): Uint8Array {
  return keyFrom(deviceKey, 'daylight/identity/v1');
}

/** 32 bytes that come from the private key, for one purpose (HKDF-SHA-256, RFC 5869). */
export function keyFrom(deviceKey: KeyObject, purpose: string): Uint8Array {
  const seed = deviceKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32); // RFC 8410: it ends with the seed
  return new Uint8Array(hkdfSync('sha256', seed, '', purpose, 32));
}

function placeOf(device: DeviceId): Place {
  return { kind: 'names', name: device, index: 0 };
}

export function privateKeyOf(pem: Uint8Array): KeyObject | null {
  try {
    return createPrivateKey(Buffer.from(pem));
  } catch {
    return null;
  }
}

export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}
