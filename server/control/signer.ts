import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';
import { canonical, isCanonical } from '../../shared/canonical.ts';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import { type Digest, PublicKey, type Signed, type SigningContext, signingInput } from '../../shared/signed.ts';
import { line } from '../../shared/text.ts';
import type { Clock } from '../clock.ts';
import type { OrgRecord, Store } from '../store/store.ts';
import type { SealScope, Vault } from '../vault/vault.ts';
import type { OrgIdentity } from './control.ts';
import { createSignatures, type Signatures } from './signatures.ts';

/** Signs for one organisation. The private keys stay in this file's closures; nothing hands them out. */
export interface OrgSigner {
  readonly identity: OrgIdentity;
  /** Proves the server to a device that pinned `identity.serverKey`. */
  signAsServer(context: 'daylight/welcome/v1' | 'daylight/wipe/v1', document: unknown): Signed;
  /** Signs what devices obey, with `identity.policyKey`. */
  signPolicy(document: PolicyDocument): Signed;
  /** The same for what each device has of its own, on another thread. */
  signLease(document: Lease): Promise<Signed>;
}

export interface Organisations {
  /**
   * Makes an organisation with fresh keys; durable when it resolves. It has no policy until `PolicyControl.begin`.
   * Throws StoreError `conflict` when the id is taken.
   */
  create(org: OrgId, name: string): Promise<OrgIdentity>;
  all(): Promise<readonly OrgIdentity[]>;
  /** Throws DaylightError `not_found` for an organisation that this server does not have. */
  signer(org: OrgId): Promise<OrgSigner>;
  /** Where leases are signed, for whoever verifies what devices answer. */
  readonly signatures: Signatures;
}

const SigningKey = z.strictObject({
  public: PublicKey,
  /** The raw 32-byte seed (RFC 8032), base64url. */
  private: PublicKey,
});

/** What `OrgRecord.profile` holds, sealed for the organisation. */
export const OrgProfile = z.strictObject({
  name: line(1, 120),
  serverKey: SigningKey,
  policyKey: SigningKey,
});
export type OrgProfile = z.infer<typeof OrgProfile>;

/** Every organisation of this server. Opens each profile once; one made by another process is found when first asked for. */
export function createOrganisations(deps: { store: Store; vault: Vault; clock: Clock }): Organisations {
  const { store, vault, clock } = deps;
  const signatures = createSignatures();
  const signers = new Map<OrgId, OrgSigner>();

  async function load(): Promise<void> {
    for (const record of await store.organisations()) {
      if (!signers.has(record.org)) signers.set(record.org, await openSigner(vault, record, signatures));
    }
  }

  return {
    signatures,
    async create(org, name) {
      const parsed = OrgProfile.safeParse({ name, serverKey: newSigningKey(), policyKey: newSigningKey() });
      if (!parsed.success)
        throw new DaylightError('bad_request', 'name: expected 1 to 120 characters', { field: 'name' });
      const profile = await vault.seal(profileScope(org), Buffer.from(canonical(parsed.data)));
      await store.createOrganisation({ org, createdAt: clock.now(), profile });
      const signer = signerOf(org, parsed.data, signatures);
      signers.set(org, signer);
      return signer.identity;
    },
    async all() {
      await load();
      return [...signers.values()].map((signer) => signer.identity);
    },
    async signer(org) {
      if (!signers.has(org)) await load();
      const signer = signers.get(org);
      if (signer === undefined) throw new DaylightError('not_found', 'this server has no such organisation');
      return signer;
    },
  };
}

/** True when `signed` is signed by `publicKey` in `context` and names that key. Never throws for bad input. */
export function verifySigned(context: SigningContext, signed: Signed, publicKey: PublicKey): boolean {
  const { keyId, key } = verifierOf(publicKey);
  if (signed.keyId !== keyId || key === null) return false;
  return verify(null, signedBytes(context, signed.payload), key, signatureBytes(signed));
}

/** A public key that was read once, for whoever checks many signatures by it. */
export interface Verifier {
  readonly keyId: Digest;
  /** Null when it is no point on the curve: nothing verifies with it. */
  readonly key: KeyObject | null;
}

export function verifierOf(publicKey: PublicKey): Verifier {
  const keyId = keyIdOf(publicKey);
  try {
    return { keyId, key: publicKeyObject(publicKey) };
  } catch {
    return { keyId, key: null };
  }
}

/**
 * The document that `publicKey` signed in `context`: signature first, then canonical form, then the schema. Throws
 * DaylightError `bad_request` that says which of the three failed, and nothing of the content.
 */
export function readSigned<T>(context: SigningContext, schema: z.ZodType<T>, signed: Signed, publicKey: PublicKey): T {
  if (!verifySigned(context, signed, publicKey)) throw notVerified(context);
  return parsePayload(whatOf(context), schema, signed.payload);
}

/** As `readSigned`, with the signature verified on another thread. */
export async function readSignedAside<T>(
  signatures: Signatures,
  context: SigningContext,
  schema: z.ZodType<T>,
  signed: Signed,
  { keyId, key }: Verifier,
): Promise<T> {
  if (signed.keyId !== keyId || key === null) throw notVerified(context);
  const isGenuine = await signatures.verify(signedBytes(context, signed.payload), key, signatureBytes(signed));
  if (!isGenuine) throw notVerified(context);
  return parsePayload(whatOf(context), schema, signed.payload);
}

function notVerified(context: SigningContext): DaylightError {
  return new DaylightError('bad_request', `${whatOf(context)}: the signature does not verify with the key on record`);
}

function whatOf(context: SigningContext): string {
  return context.split('/')[1] ?? context;
}

/** Parses a payload whose signature is checked elsewhere, with the same errors as `readSigned`. */
export function parsePayload<T>(what: string, schema: z.ZodType<T>, payload: string): T {
  if (!isCanonical(payload)) throw new DaylightError('bad_request', `${what}: the payload is not canonical JSON`);
  const parsed = schema.safeParse(JSON.parse(payload));
  if (parsed.success) return parsed.data;
  const { message, field } = describeIssue(parsed.error, what);
  throw new DaylightError('bad_request', message, { field });
}

/** SHA-256 of the raw 32 bytes of a public key, in hexadecimal: the `keyId` of what it signs. */
export function keyIdOf(publicKey: PublicKey): Digest {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
}

/** SHA-256 of a payload's UTF-8 bytes, in hexadecimal: the hash by which policies name each other. */
export function payloadHash(payload: string): Digest {
  return createHash('sha256').update(payload, 'utf8').digest('hex');
}

function profileScope(org: OrgId): SealScope {
  return { org, person: null, parameter: 'profile', epoch: 0, record: org, part: 'profile', policyVersion: 0 };
}

async function openSigner(vault: Vault, record: OrgRecord, signatures: Signatures): Promise<OrgSigner> {
  const opened = await vault.open(profileScope(record.org), record.profile);
  return signerOf(record.org, OrgProfile.parse(JSON.parse(Buffer.from(opened).toString('utf8'))), signatures);
}

function signerOf(org: OrgId, profile: OrgProfile, signatures: Signatures): OrgSigner {
  const serverKey = privateKeyObject(profile.serverKey);
  const policyKey = privateKeyObject(profile.policyKey);
  const policyKeyId = keyIdOf(profile.policyKey.public);
  return {
    identity: { org, name: profile.name, serverKey: profile.serverKey.public, policyKey: profile.policyKey.public },
    signAsServer: (context, document) => signWith(serverKey, profile.serverKey.public, context, document),
    signPolicy: (document) => signWith(policyKey, profile.policyKey.public, 'daylight/policy/v1', document),
    async signLease(document) {
      const payload = canonical(document);
      const signature = await signatures.sign(signedBytes('daylight/lease/v1', payload), policyKey);
      return signedOf(payload, policyKeyId, signature);
    },
  };
}

function signWith(key: KeyObject, publicKey: PublicKey, context: SigningContext, document: unknown): Signed {
  const payload = canonical(document);
  return signedOf(payload, keyIdOf(publicKey), sign(null, signedBytes(context, payload), key));
}

function signedOf(payload: string, keyId: Digest, signature: Uint8Array): Signed {
  return { payload, keyId, signature: Buffer.from(signature).toString('base64url') };
}

function signedBytes(context: SigningContext, payload: string): Uint8Array {
  return Buffer.from(signingInput(context, payload), 'utf8');
}

function signatureBytes({ signature }: Signed): Uint8Array {
  return Buffer.from(signature, 'base64url');
}

function newSigningKey(): z.infer<typeof SigningKey> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (jwk.x === undefined || jwk.d === undefined) throw new Error('an Ed25519 key without its raw bytes');
  return { public: jwk.x, private: jwk.d };
}

function privateKeyObject(key: z.infer<typeof SigningKey>): KeyObject {
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.public, d: key.private }, format: 'jwk' });
}

function publicKeyObject(raw: PublicKey): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
}
