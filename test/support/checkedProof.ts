import { createHash, createPublicKey, verify } from 'node:crypto';

/** An entry proof checked as docs/PROTOCOL.md says, by nothing of ours. Throws what is wrong. */
export function checkedProof(proof: {
  readonly row: string;
  readonly salt: string;
  readonly leaf: string;
  readonly path: readonly string[];
  readonly checkpoint: { readonly payload: string; readonly signature: string };
  readonly serverKey: string;
}): { readonly row: Record<string, unknown>; readonly size: number } {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: proof.serverKey }, format: 'jwk' });
  const signedText = Buffer.from(`daylight/checkpoint/v1\n${proof.checkpoint.payload}`);
  if (!verify(null, signedText, key, Buffer.from(proof.checkpoint.signature, 'base64url')))
    throw new Error('signature');
  const sha = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const leaf = JSON.parse(proof.leaf) as { seq: number; commitment: string };
  const commitment = sha(Buffer.from(proof.salt, 'hex'), Buffer.from(proof.row)).toString('hex');
  if (commitment !== leaf.commitment) throw new Error('commitment');
  const { size, root } = JSON.parse(proof.checkpoint.payload) as { size: number; root: string };
  let [fn, sn] = [leaf.seq, size - 1];
  let hash = sha(Buffer.of(0), Buffer.from(proof.leaf));
  for (const step of proof.path) {
    if (sn === 0) throw new Error('path is too long');
    const other = Buffer.from(step, 'hex');
    if (fn % 2 === 1 || fn === sn) {
      hash = sha(Buffer.of(1), other, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else hash = sha(Buffer.of(1), hash, other);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  if (sn !== 0 || hash.toString('hex') !== root) throw new Error('inclusion');
  return { row: JSON.parse(proof.row) as Record<string, unknown>, size };
}
