import { canonical } from '../../shared/canonical.ts';
import type { BackupRecord, DataKeyId, WrappedDataKey, WrappedOrgKey, WrappedSigningKey } from '../store/store.ts';
import type { SealScope } from './sealed.ts';

// What a seal is bound to, as bytes. A canonical JSON array (RFC 8785) is injective: every field is there, in its
// place, delimited, and a text that UTF-8 could not tell from another (a lone surrogate) is refused with a TypeError.

/** Associated data of a record: the whole scope. */
export function associatedWithScope(scope: SealScope): Uint8Array {
  const { org, person, parameter, epoch, record, part, policyVersion } = scope;
  return encode(['record', org, person, parameter, requireCount(epoch), record, part, requireCount(policyVersion)]);
}

/** Associated data of a wrapped data key. */
export function associatedWithDataKey(id: DataKeyId & Pick<WrappedDataKey, 'orgKeyVersion'>): Uint8Array {
  const { org, person, parameter, epoch, orgKeyVersion } = id;
  return encode(['data key', org, person, parameter, requireCount(epoch), requireCount(orgKeyVersion)]);
}

/** Associated data of a wrapped organisation key. */
export function associatedWithOrgKey(id: Omit<WrappedOrgKey, 'wrapped'>): Uint8Array {
  return encode(['organisation key', id.org, requireCount(id.version)]);
}

/** Associated data of a signing key of the server. */
export function associatedWithSigningKey(id: Omit<WrappedSigningKey, 'wrapped'>): Uint8Array {
  return encode(['signing key', id.name, id.public]);
}

/** Associated data of the key of a backup: it opens none that says that it ends on another day. */
export function associatedWithBackupKey(id: Pick<BackupRecord, 'backup' | 'expires'>): Uint8Array {
  return encode(['backup key', id.backup, requireCount(id.expires)]);
}

function encode(fields: readonly (string | number | null)[]): Uint8Array {
  return Buffer.from(canonical(fields), 'utf8');
}

/** JSON writes 0 and -0 alike, and a fraction means a caller's mistake. */
function requireCount(value: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value;
  throw new TypeError(`a seal is bound to whole numbers, found ${value}`);
}
