import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSignatures } from '../../../../server/control/signatures.ts';
import { receiptBy, startServer } from '../../../support/ingestKit.ts';

describe('signatures on other threads', () => {
  it('are those that Ed25519 gives, and tell genuine from forged, however many are asked for at once', async () => {
    const signatures = createSignatures();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const other = generateKeyPairSync('ed25519').publicKey;
    const texts = Array.from({ length: 40 }, (_, place) => randomBytes(1 + place * 40));
    const made = await Promise.all(texts.map((text) => signatures.sign(text, privateKey)));
    expect(made.every((signature, place) => verify(null, texts[place] ?? randomBytes(1), publicKey, signature))).toBe(
      true,
    );
    const verdicts = await Promise.all(
      texts.flatMap((text, place) => {
        const signature = sign(null, text, privateKey);
        const changed = Buffer.concat([text, randomBytes(1)]);
        const flipped = Buffer.from(signature);
        flipped[place] = (flipped[place] ?? 0) ^ 1;
        return [
          signatures.verify(text, publicKey, signature),
          signatures.verify(changed, publicKey, signature),
          signatures.verify(text, publicKey, flipped),
          signatures.verify(text, other, signature),
          signatures.verify(text, publicKey, Buffer.of()),
        ];
      }),
    );
    expect(verdicts).toEqual(texts.flatMap(() => [true, false, false, false, false]));
  });
});

describe('a receipt', () => {
  it('that the device did not sign as it stands is refused and leaves nothing, also among genuine ones', async () => {
    await using kit = await startServer();
    const policy = await kit.publish({ app: { level: 'off' } });
    const [honest, forged] = [await kit.enrol(), await kit.enrol()];
    const genuine = receiptBy(forged, policy);
    const others = receiptBy(honest, policy, { device: forged.record.device });
    const forgeries = [
      { ...genuine, payload: genuine.payload.replace('"tracking":true', '"tracking":false') },
      { ...genuine, signature: others.signature },
      others,
      { ...others, keyId: genuine.keyId },
    ];
    const answers = await Promise.allSettled([
      ...forgeries.map((receipt) => kit.control.receive(forged.record, receipt)),
      kit.control.receive(honest.record, receiptBy(honest, policy)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([...forgeries.map(() => 'rejected'), 'fulfilled']);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'bad_request' });
    }
    expect(await kit.store.receipts(kit.org, forged.record.device)).toEqual([]);
    expect(await kit.store.receipts(kit.org, honest.record.device)).toHaveLength(1);
  });

  it('that is signed and not as described is refused with the field and what was expected of it', async () => {
    await using kit = await startServer();
    const policy = await kit.control.current(kit.org);
    const device = await kit.enrol();
    const refusal = async (change: object) => {
      const said = kit.control.receive(device.record, receiptBy(device, policy, change));
      return String(await said.catch((error: Error) => error.message));
    };
    expect(await refusal({ tracking: 1 })).toBe('receipt: tracking: expected true or false');
    expect(await refusal({ policyVersion: -1 })).toMatch(/^receipt: policyVersion: expected at least \d$/);
    expect(await refusal({ extra: 1 })).toBe('receipt: extra: is not known here');
  });
});
