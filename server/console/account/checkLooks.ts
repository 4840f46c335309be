import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { checkEntryProof, type ProofCrypto, type ProofFault } from '../../../shared/audit/entryProof.ts';
import type { Sha256 } from '../../../shared/audit/merkle.ts';
import { canonical } from '../../../shared/canonical.ts';
import type { AccessEntry } from '../../../shared/protocol/http/accesses.ts';
import { type PublicKey, signingInput } from '../../../shared/signed.ts';

/** What was found of one entry of the list. `earlier`: it was recorded before there was a tree, and nothing proves what it said until then. `another`: what is proved says something else than the list does. */
export type LookVerdict =
  | { readonly kind: 'proved'; readonly size: number; readonly at: number; readonly serverKey: PublicKey }
  | { readonly kind: 'earlier' }
  | { readonly kind: 'not_proved'; readonly fault: ProofFault | 'another' };

/** Computed here, in the browser: the server is asked for the proof, and not whether it is right. */
export function checkLook(entry: AccessEntry, proof: unknown): LookVerdict {
  const checked = checkEntryProof(crypto, proof, null);
  if (!checked.ok) return { kind: 'not_proved', fault: checked.fault };
  const { row, leaf, checkpoint, serverKey } = checked;
  if (leaf.kind !== 'access' || leaf.seq !== entry.seq || !tellsThis(row, entry))
    return { kind: 'not_proved', fault: 'another' };
  if (leaf.earlier === true) return { kind: 'earlier' };
  return { kind: 'proved', size: checkpoint.size, at: checkpoint.at, serverKey };
}

/** Everything that the list says of the look, but the name of who looked, which is theirs to change. */
function tellsThis(row: Readonly<Record<string, unknown>>, entry: AccessEntry): boolean {
  const { actorName: _name, seq: _seq, parameters, ...said } = entry;
  const shown = { ...said, parameters: parameters.toSorted() };
  const recorded = Object.fromEntries(Object.keys(shown).map((key) => [key, row[key]]));
  const names = recorded['parameters'];
  return canonical({ ...recorded, parameters: Array.isArray(names) ? names.toSorted() : null }) === canonical(shown);
}

const sha: Sha256 = (...parts) => {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const crypto: ProofCrypto = {
  sha256: sha,
  utf8,
  isSigned(context, { payload, keyId, signature }, publicKey) {
    const key = ofBase64url(publicKey);
    if (keyId !== hexOf(sha(key))) return false;
    // As every other verifier of Daylight does it (RFC 8032), and not as ledgers do (ZIP 215).
    return ed25519.verify(ofBase64url(signature), utf8(signingInput(context, payload)), key, { zip215: false });
  },
};

/** In groups of four, as agents print it. */
export function fingerprint(publicKey: PublicKey): string {
  return (hexOf(sha(ofBase64url(publicKey))).match(/.{4}/g) ?? []).join(' ');
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function ofBase64url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
