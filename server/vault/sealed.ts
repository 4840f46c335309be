import type { ParameterId } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';

/** Bytes that the vault has sealed. The only bytes about a person that the store takes. Minted in vault.ts only. */
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
  readonly parameter: ParameterId | 'image' | 'profile' | 'imported';
  /** Of the data key: see `epochs.ts`; 0 for profiles. */
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

/** Null for what was altered, or whose key is gone: nobody can read it. Whatever else fails, fails. */
export function unlessLost(opening: Promise<Uint8Array>): Promise<Uint8Array | null> {
  return opening.catch((cause: unknown) => {
    if (cause instanceof VaultError && (cause.code === 'not_authentic' || cause.code === 'key_destroyed')) return null;
    throw cause;
  });
}
