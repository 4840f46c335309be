import type { ParameterId } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';

/** Bytes that the vault has sealed. The only bytes about a person that the store takes. Minted here only. */
export type Sealed = Uint8Array & { readonly __sealed: unique symbol };

/**
 * What a sealed text belongs to. All of it is associated data of the seal: bytes moved to another organisation, person,
 * parameter, record or policy version do not open.
 */
export interface SealScope {
  readonly org: OrgId;
  /** Null: belongs to the organisation itself. */
  readonly person: PersonId | null;
  /** `image` is sealed under the key of `screenshot`. */
  readonly parameter: ParameterId | 'image' | 'profile';
  /** Days since 1970-01-01 of the data, divided by seven and rounded down (`epochOf`); 0 for profiles. */
  readonly epoch: number;
  /** The id of the segment, image, person, team … that it is. */
  readonly record: string;
  /** Which part of that record, where it has several: `profile`, `credentials`, `observations` … */
  readonly part: string;
  readonly policyVersion: number;
}

/** Why bytes did not open. The message names the remedy and never the content. */
export class VaultError extends Error {
  readonly code: 'not_authentic' | 'key_destroyed' | 'unavailable' | 'wrong_root_key';

  constructor(code: VaultError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VaultError';
    this.code = code;
  }
}

export interface Vault {
  /** Compresses when `compress` is set, then seals. Creates the data key when the scope has none yet; it is durable first. */
  seal(scope: SealScope, plaintext: Uint8Array, options?: { compress?: boolean }): Promise<Sealed>;
  /** Throws VaultError. Says nothing about why a seal did not open beyond its code. */
  open(scope: SealScope, sealed: Sealed): Promise<Uint8Array>;
  /** Keyed hash for look-ups (e-mail address, client): HMAC-SHA-256 under a key of this server, in hexadecimal. */
  lookupHash(kind: 'email' | 'client', text: string): Digest;
  /** Bytes read from the store by its driver are sealed already; this names them so, and only `open` can tell. */
  fromStore(bytes: Uint8Array): Sealed;
  close(): Promise<void>;
}

export function epochOf(at: UnixMs): number {
  return Math.floor(at / 86_400_000 / 7);
}
