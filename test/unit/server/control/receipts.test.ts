import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createReceipts } from '../../../../server/control/receipts.ts';
import type { ReceiptRecord, Store } from '../../../../server/store/store.ts';
import { VaultError } from '../../../../server/vault/vault.ts';
import type { ReceiptPayload } from '../../../../shared/protocol/messages.ts';
import type { Signed } from '../../../../shared/signed.ts';
import { DAY } from '../../../../shared/time.ts';
import { acknowledgementBy, connect, MORNING, receiptBy, startServer } from '../../../support/ingestKit.ts';
import { hitsBelow, hitsIn } from '../../../support/markers.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';
import { sealedForTest } from '../../../support/sealedForTest.ts';

describe('what a device signed', () => {
  it('is not in the database in the clear: neither words nor times nor signatures', async () => {
    const { folder, remove } = await temporaryFolder();
    try {
      const store = await openStoreIn(folder);
      await using kit = await startServer({ store });
      const device = await kit.enrol({ acknowledge: false });
      const policy = await kit.publish({ app: { level: 'name' } });
      const at = MORNING + 987_654_321;
      const acknowledgement = await acknowledgementBy(device, { ...policy, publishedAt: at + 1 });
      const receipt = receiptBy(device, policy, { at }, { app: 'name' });
      await using agent = await connect(kit, device);
      agent.send({ type: 'acknowledge', acknowledgement });
      agent.send({ type: 'receipt', receipt });
      await expect.poll(async () => (await kit.store.receipts(kit.org, device.record.device)).length).toBe(1);
      expect(await kit.store.acknowledgements(kit.org, kit.person)).toHaveLength(1);
      await store.close();

      const secrets = {
        ...{ receiptSignature: receipt.signature, acknowledgementSignature: acknowledgement.signature },
        ...{ tracking: '"tracking"', state: '"state"', waiting: '"waiting"' },
        ...{ receiptTime: String(at), acknowledgementTime: String(at + 1) },
      };
      expect(hitsBelow(folder, secrets)).toEqual([]);
      const database = await readFile(join(folder, 'daylight.db'));
      for (const time of [at, at + 1]) expect(database.includes(asStored(time))).toBe(false);

      // The search finds what is there: the policy, and the receipt where nobody sealed it.
      const open = { policy: policy.signed.signature, level: '"level"', published: String(policy.document.notBefore) };
      expect(new Set(hitsBelow(folder, open).map(({ marker }) => marker))).toEqual(new Set(Object.keys(open)));
      expect(database.includes(asStored(policy.publishedAt))).toBe(true);
      const unsealed = Buffer.from(
        receipt.payload + receipt.signature + acknowledgement.payload + acknowledgement.signature,
      );
      expect(new Set(hitsIn('unsealed', unsealed, secrets).map(({ marker }) => marker))).toEqual(
        new Set(Object.keys(secrets)),
      );
    } finally {
      await remove();
    }
  });

  it('proves nothing when it was changed in the store or moved to another device, and does not hold up the others', async () => {
    const real = createReferenceStore();
    let tamper = (record: ReceiptRecord): ReceiptRecord => record;
    const store: Store = { ...real, putReceipt: (record) => real.putReceipt(tamper(record)) };
    await using kit = await startServer({ store });
    const [honest, damaged, robbed] = [await kit.enrol(), await kit.enrol(), await kit.enrol()];
    const policy = await kit.control.current(kit.org);
    let first: ReceiptRecord | null = null;
    tamper = (record) => (first = record);
    await kit.control.receive(honest.record, receiptBy(honest, policy));
    tamper = (record) => ({
      ...record,
      receipt: sealedForTest(record.receipt.map((byte, at) => (at === 99 ? byte ^ 1 : byte))),
    });
    await kit.control.receive(damaged.record, receiptBy(damaged, policy));
    tamper = (record) => ({ ...record, receipt: first?.receipt ?? record.receipt });
    await kit.control.receive(robbed.record, receiptBy(robbed, policy));
    const appProof = async () => (await kit.control.proof(kit.org)).parameters.find((one) => one.parameter === 'app');
    expect(await appProof()).toMatchObject({ devices: 3, confirmed: 1, contradicting: [] });
    kit.clock.advance(9 * DAY); // by then a device that has nothing on record is named
    expect((await appProof())?.waiting.named).toEqual([damaged.record.device, robbed.record.device]);
    expect((await kit.control.latestReceipt(honest.record))?.said.device).toBe(honest.record.device);
    for (const one of [damaged, robbed]) expect(await kit.control.latestReceipt(one.record)).toBeNull();
    tamper = (record) => record;
    await kit.control.receive(damaged.record, receiptBy(damaged, policy));
    expect(await appProof()).toMatchObject({ confirmed: 2 });
  });
});

describe('reading receipts', () => {
  async function counted() {
    const kit = await startServer();
    const device = await kit.enrol();
    const receipt = receiptBy(device, await kit.control.current(kit.org));
    const said = JSON.parse(receipt.payload) as ReceiptPayload;
    let opened = 0;
    let keys = true;
    const vault: typeof kit.vault = {
      ...kit.vault,
      open: (scope, sealed) => {
        opened += 1;
        return keys ? kit.vault.open(scope, sealed) : Promise.reject(new VaultError('unavailable', 'for once'));
      },
    };
    const { org, device: id } = device.record;
    const sealed = await createReceipts(kit.vault, 10).seal(device.record, receipt, said);
    const record = { org, device: id, policyVersion: 1, receivedAt: MORNING, receipt: sealed };
    return {
      ...{ kit, device: device.record, record, receipt, said, receipts: createReceipts(vault, 1) },
      opened: () => opened,
      lose: (lost: boolean) => void (keys = !lost),
    };
  }

  it('opens each once, and none that it has sealed itself', async () => {
    const { kit, device, record, receipt, said, receipts, opened } = await counted();
    await using _kit = kit;
    const own = { ...record, receipt: await receipts.seal(device, receipt, said) };
    expect(await receipts.said(device, own)).toEqual(said);
    expect(opened()).toBe(0);
    for (let time = 0; time < 3; time += 1) expect(await receipts.said(device, record)).toEqual(said);
    expect(opened()).toBe(1);
  });

  it('does not take keys that cannot be read for a changed receipt', async () => {
    const { kit, device, record, said, receipts, lose } = await counted();
    await using _kit = kit;
    lose(true);
    await expect(receipts.said(device, record)).rejects.toMatchObject({ code: 'unavailable' });
    lose(false);
    expect(await receipts.said(device, record)).toEqual(said);
  });

  it('believes only the device that signed', async () => {
    const { kit, device, record, receipts } = await counted();
    await using _kit = kit;
    const { record: other } = await kit.enrol();
    const forged: Signed = receiptBy(await kit.enrol(), await kit.control.current(kit.org));
    const sealed = await receipts.seal(other, forged, JSON.parse(forged.payload) as ReceiptPayload);
    expect(await createReceipts(kit.vault, 10).said(other, { ...record, receipt: sealed })).toBeNull();
    expect(await createReceipts(kit.vault, 10).said(device, { ...record, policyVersion: 2 })).toBeNull();
  });
});

/** How SQLite writes a time of these years in a row: six bytes, the highest first (sqlite.org/fileformat2.html, section 2.1). */
function asStored(time: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(time, 0, 6);
  return bytes;
}
