import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonical, isCanonical } from '../../shared/canonical.ts';
import { DaylightError, describeIssue } from '../../shared/errors.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { KeyReason, KeyStatement } from '../../shared/policy/keys.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import {
  type Digest,
  PublicKey,
  type Signature,
  type Signed,
  type SigningContext,
  signingInput,
} from '../../shared/signed.ts';
import { line } from '../../shared/text.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { OrgRecord, PolicyKeyRecord, Store } from '../store/store.ts';
import { newKeyPair, privateKeyOf, publicKeyObject } from '../vault/ed25519.ts';
import type { SealScope, Vault } from '../vault/vault.ts';
import type { OrgIdentity } from './control.ts';
import { type PolicyKeys, provenKeys } from './policyKeys.ts';
import { createSignatures, type Signatures } from './signatures.ts';

/** Signs for one organisation. The private keys stay in this file's closures; nothing hands them out. */
export interface OrgSigner {
  readonly identity: OrgIdentity;
  /** That `identity.policyKey` is the one in force, and which ones came before it. */
  readonly keys: PolicyKeys;
  /** Proves the server to a device that pinned `identity.serverKey`. */
  signAsServer(
    context:
      | 'daylight/welcome/v1'
      | 'daylight/wipe/v1'
      | 'daylight/organisation-ended/v1'
      | 'daylight/checkpoint/v1'
      | 'daylight/restore/v1'
      | 'daylight/let-go/v1'
      | 'daylight/erased/v1'
      | 'daylight/self-test-request/v1'
      | 'daylight/self-test-result/v1',
    document: unknown,
  ): Signed;
  /** Signs what devices obey, with `identity.policyKey`. */
  signPolicy(document: PolicyDocument): Signed;
  /** The same payload, signed with `identity.policyKey`: what was published is for whoever asks to have verified. */
  renew(policy: Signed): Signed;
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
  /**
   * Makes a new policy key, by which everything is signed from then on; the one before is kept no longer. Durable when it resolves, all
   * or nothing. Throws StoreError `conflict` when another change, or another policy, was quicker.
   */
  rotate(org: OrgId, change: NewKey): Promise<OrgSigner>;
  /** It has ended: from here on there is none with this id, and its keys are let go of. */
  end(org: OrgId): void;
  /** Where leases are signed, for whoever verifies what devices answer. */
  readonly signatures: Signatures;
}

export interface NewKey {
  /** The policy in force: from then on the new key signs it. */
  readonly policy: { readonly version: number; readonly hash: Digest };
  readonly reason: KeyReason;
  readonly at: UnixMs;
  readonly author: PersonId | null;
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
  /** How many were before it: as many changes of the key as there must be. */
  policyKeySequence: z.int().min(0).default(0),
});
export type OrgProfile = z.infer<typeof OrgProfile>;

/** Every organisation of this server. Opens each profile once; one made by another process is found when first asked for. */
export function createOrganisations(deps: { store: Store; vault: Vault; clock: Clock }): Organisations {
  const { store, vault, clock } = deps;
  const signatures = createSignatures();
  const signers = new Map<OrgId, OrgSigner>();
  const ended = new Set<OrgId>();

  async function load(): Promise<void> {
    for (const record of await store.organisations()) {
      if (!signers.has(record.org)) keep(record.org, await open(record));
    }
  }

  /** It may have ended while its profile was opened. */
  function keep(org: OrgId, signer: OrgSigner): void {
    if (!ended.has(org)) signers.set(org, signer);
  }

  async function open(record: OrgRecord): Promise<OrgSigner> {
    const profile = await openProfile(vault, record);
    return signerOf(record.org, profile, await store.policyKeys(record.org), signatures);
  }

  async function fromStore(org: OrgId): Promise<OrgRecord> {
    const record = (await store.organisations()).find((one) => one.org === org);
    if (record === undefined) throw noSuchOrganisation();
    return record;
  }

  return {
    signatures,
    async create(org, name) {
      const parsed = OrgProfile.safeParse({ name, serverKey: newKeyPair(), policyKey: newKeyPair() });
      if (!parsed.success)
        throw new DaylightError('bad_request', 'name: expected 1 to 120 characters', { field: 'name' });
      const profile = await vault.seal(profileScope(org), Buffer.from(canonical(parsed.data)));
      await store.createOrganisation({ org, createdAt: clock.now(), profile });
      const signer = signerOf(org, parsed.data, [], signatures);
      signers.set(org, signer);
      return signer.identity;
    },
    async all() {
      await load();
      return [...signers.values()].map((signer) => signer.identity);
    },
    async signer(org) {
      // Of the others none is opened: what is wrong with one of them is not its matter.
      const signer = signers.get(org) ?? (await open(await fromStore(org)));
      signers.set(org, signer);
      return signer;
    },
    async rotate(org, change) {
      const before = await openProfile(vault, await fromStore(org));
      const made = await store.policyKeys(org);
      const { record, profile } = nextKey(org, before, change);
      const sealed = await vault.seal(profileScope(org), Buffer.from(canonical(profile)));
      try {
        await store.rotatePolicyKey(record, change.policy.version, sealed);
      } catch (error) {
        signers.delete(org); // the store may have it all the same
        throw error;
      }
      const signer = signerOf(org, profile, [...made, record], signatures);
      keep(org, signer);
      return signer;
    },
    end(org) {
      ended.add(org);
      signers.delete(org);
    },
  };
}

/** True when `signed` is signed by `publicKey` in `context` and names that key. Never throws for bad input. */
export function verifySigned(context: SigningContext, signed: Signed, publicKey: PublicKey): boolean {
  const { keyId, key } = verifierOf(publicKey);
  if (signed.keyId !== keyId || key === null) return false;
  return verify(null, signedBytes(context, signed.payload), key, signatureBytes(signed));
}

/** The same for a signature that stands beside others. */
function isSignedBy(context: SigningContext, publicKey: PublicKey, payload: string, signature: Signature): boolean {
  return verifySigned(context, { payload, keyId: keyIdOf(publicKey), signature }, publicKey);
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

async function openProfile(vault: Vault, record: OrgRecord): Promise<OrgProfile> {
  const opened = await vault.open(profileScope(record.org), record.profile);
  return OrgProfile.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
}

/** The new key, and all that proves it. Nothing of it is kept yet. */
function nextKey(
  org: OrgId,
  before: OrgProfile,
  { policy, reason, at, author }: NewKey,
): { readonly record: PolicyKeyRecord; readonly profile: OrgProfile } {
  const policyKey = newKeyPair();
  const sequence = before.policyKeySequence + 1;
  const payload = canonical({
    schema: 1,
    org,
    sequence,
    previousKey: before.policyKey.public,
    key: policyKey.public,
    policyVersion: policy.version,
    policyHash: policy.hash,
    at,
    reason,
  } satisfies KeyStatement);
  const by = (key: z.infer<typeof SigningKey>): Signature =>
    signWith(privateKeyObject(key), key.public, 'daylight/policy-key/v1', payload).signature;
  const statement = { payload, previous: by(before.policyKey), next: by(policyKey), server: by(before.serverKey) };
  return {
    record: { org, sequence, statement, at, author },
    profile: { ...before, policyKey, policyKeySequence: sequence },
  };
}

function signerOf(
  org: OrgId,
  profile: OrgProfile,
  changes: readonly PolicyKeyRecord[],
  signatures: Signatures,
): OrgSigner {
  const [serverPublic, policyPublic] = [profile.serverKey.public, profile.policyKey.public];
  const serverKey = privateKeyObject(profile.serverKey);
  const policyKey = privateKeyObject(profile.policyKey);
  const policyKeyId = keyIdOf(policyPublic);
  return {
    identity: { org, name: profile.name, serverKey: serverPublic, policyKey: policyPublic },
    keys: provenKeys(
      org,
      { serverKey: serverPublic, policyKey: policyPublic, sequence: profile.policyKeySequence },
      changes,
      (key, payload, signature) => isSignedBy('daylight/policy-key/v1', key, payload, signature),
    ),
    signAsServer: (context, document) => signWith(serverKey, serverPublic, context, canonical(document)),
    signPolicy: (document) => signWith(policyKey, policyPublic, 'daylight/policy/v1', canonical(document)),
    renew: ({ payload }) => signWith(policyKey, policyPublic, 'daylight/policy/v1', payload),
    async signLease(document) {
      const payload = canonical(document);
      const signature = await signatures.sign(signedBytes('daylight/lease/v1', payload), policyKey);
      return signedOf(payload, policyKeyId, signature);
    },
  };
}

function noSuchOrganisation(): DaylightError {
  return new DaylightError('not_found', 'this server has no such organisation');
}

function signWith(key: KeyObject, publicKey: PublicKey, context: SigningContext, payload: string): Signed {
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

function privateKeyObject(key: z.infer<typeof SigningKey>): KeyObject {
  return privateKeyOf(Buffer.from(key.private, 'base64url'));
}
