import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keyIdOf, sha256, signatureProblem, signPayload } from '../../../agent/core/signing.ts';
import { verifySigned } from '../../../server/control/signer.ts';
import { isCanonical } from '../../../shared/canonical.ts';
import { OrgId } from '../../../shared/ids.ts';
import { followKeys, SignedKeyStatement } from '../../../shared/policy/keys.ts';
import { Lease } from '../../../shared/policy/lease.ts';
import { PolicyDocument } from '../../../shared/policy/policy.ts';
import { EnrolmentPayload } from '../../../shared/protocol/http/enrolment.ts';
import {
  AcknowledgementPayload,
  HelloPayload,
  IMAGE_CHUNK_HEADER,
  ReceiptPayload,
  WelcomePayload,
  WipePayload,
} from '../../../shared/protocol/messages.ts';
import { Signed, type SigningContext } from '../../../shared/signed.ts';
import vectors from '../../vectors/protocol.json' with { type: 'json' };

const schemas: Record<string, z.ZodType> = {
  'daylight/enrolment/v1': EnrolmentPayload,
  'daylight/hello/v1': HelloPayload,
  'daylight/welcome/v1': WelcomePayload,
  'daylight/wipe/v1': WipePayload,
  'daylight/policy/v1': PolicyDocument,
  'daylight/lease/v1': Lease,
  'daylight/receipt/v1': ReceiptPayload,
  'daylight/acknowledgement/v1': AcknowledgementPayload,
};
const keys: Record<string, { seed: string; public: string }> = vectors.keys;

describe('the worked examples of docs/PROTOCOL.md', () => {
  it.each(vectors.documents)('$context: both sides verify it, parse it, and sign it to the same bytes', (example) => {
    const context = example.context as SigningContext;
    const signed = Signed.parse(example.signed);
    const key = keys[example.signedBy]!;
    expect(isCanonical(signed.payload)).toBe(true);
    expect(signatureProblem(context, key.public, signed)).toBeNull();
    expect(verifySigned(context, signed, key.public)).toBe(true);
    expect(schemas[context]?.safeParse(JSON.parse(signed.payload)).error).toBeUndefined();
    const privateKey = createPrivateKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: key.public, d: key.seed },
      format: 'jwk',
    });
    expect(signPayload(context, privateKey, signed.payload)).toEqual(signed);
  });

  it('have one for every context, and none verifies in another context', () => {
    expect(vectors.documents.map((example) => example.context).sort()).toEqual(Object.keys(schemas).sort());
    for (const example of vectors.documents) {
      for (const context of Object.keys(schemas).filter((one) => one !== example.context) as SigningContext[]) {
        expect(verifySigned(context, example.signed, keys[example.signedBy]!.public)).toBe(false);
      }
    }
  });

  it('have a new policy key, which follows from the one before, and whose three signatures are made again to the same bytes', () => {
    const { context, signed } = vectors.keyStatement;
    const { payload, ...signatures } = SignedKeyStatement.parse(signed);
    const { server, policy, nextPolicy } = vectors.keys;
    const verify = (key: string, text: string, signature: string): boolean =>
      signatureProblem('daylight/policy-key/v1', key, { payload: text, keyId: keyIdOf(key), signature }) === null;
    const org = OrgId.parse(JSON.parse(payload).org);
    const began = { org, serverKey: server.public, key: policy.public, sequence: 0, retired: [], links: [] };
    const { chain, isWhole } = followKeys(began, [signed], verify);
    expect([isWhole, chain.key, chain.sequence, chain.retired]).toEqual([true, nextPolicy.public, 1, [policy.public]]);
    for (const [by, signature] of Object.entries({ previous: policy, next: nextPolicy, server })) {
      const key = { kty: 'OKP', crv: 'Ed25519', x: signature.public, d: signature.seed };
      const again = signPayload(context as SigningContext, createPrivateKey({ key, format: 'jwk' }), payload);
      expect(again.signature).toBe(signatures[by as keyof typeof signatures]);
    }
    expect(chain.links[0]?.statement.policyHash).toBe(vectors.policyHash);
  });

  it('name the policy by the digest of its payload, and cut an image into chunks as described', () => {
    const policy = vectors.documents.find((example) => example.context === 'daylight/policy/v1')!;
    expect(sha256(policy.signed.payload)).toBe(vectors.policyHash);
    const { image, index, bytes, frame } = vectors.imageChunk;
    const chunk = Buffer.from(frame, 'hex');
    expect(chunk.subarray(0, 16).toString('hex')).toBe(image.replaceAll('-', ''));
    expect(chunk.readUInt32BE(16)).toBe(index);
    expect(chunk.subarray(IMAGE_CHUNK_HEADER).toString()).toBe(bytes);
  });
});
