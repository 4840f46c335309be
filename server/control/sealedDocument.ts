import { Signed } from '../../shared/signed.ts';
import type { DeviceRecord } from '../store/store.ts';
import type { Sealed, SealScope, Vault } from '../vault/vault.ts';

/** Whose a document is that a device signed, which of its documents it is, and the version of the policy that it speaks of. */
export interface Kept {
  readonly device: Pick<DeviceRecord, 'org' | 'person' | 'device'>;
  /** An acknowledgement with the instant from which it counts, and the terms that it knows; see `acknowledgementPart`. */
  readonly part: 'receipt' | `acknowledgement ${string}`;
  readonly policyVersion: number;
}

/** Seals what a device signed for its person: it tells when they worked. */
export function sealDocument(vault: Vault, kept: Kept, document: Signed): Promise<Sealed> {
  return vault.seal(scopeOf(kept), Buffer.from(JSON.stringify(document)));
}

/** Throws VaultError, or SyntaxError or ZodError when what opened is not a signed document. The signature is not checked. */
export async function openDocument(vault: Vault, kept: Kept, sealed: Sealed): Promise<Signed> {
  const opened = await vault.open(scopeOf(kept), sealed);
  return Signed.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
}

function scopeOf({ device: { org, person, device }, part, policyVersion }: Kept): SealScope {
  return { org, person, parameter: 'profile', epoch: 0, record: device, part, policyVersion };
}
