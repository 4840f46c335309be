import { createHash } from 'node:crypto';
import { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { Signed } from '../../shared/signed.ts';
import type { DeviceRecord, ReceiptRecord } from '../store/store.ts';
import { type Sealed, type Vault, VaultError } from '../vault/vault.ts';
import { createBounded } from './bounded.ts';
import { type Kept, openDocument, sealDocument } from './sealedDocument.ts';
import { readSigned } from './signer.ts';

/** What devices said that they do, as it is kept: sealed for their person. */
export interface Receipts {
  /** `said` is what the verified receipt holds: it is remembered, so that whoever reads it next opens nothing. */
  seal(device: Owner, receipt: Signed, said: ReceiptPayload): Promise<Sealed>;
  /**
   * What a kept receipt says; null when it was changed since, or its key is destroyed: it proves nothing, and nobody
   * else's proof depends on it. Throws VaultError `unavailable` when the keys cannot be read.
   */
  said(device: Owner, record: ReceiptRecord): Promise<ReceiptPayload | null>;
  /** The same with the signed document itself; not remembered. */
  open(device: Owner, record: ReceiptRecord): Promise<{ receipt: Signed; said: ReceiptPayload } | null>;
}

type Owner = Pick<DeviceRecord, 'org' | 'person' | 'device' | 'publicKey'>;

export function createReceipts(vault: Vault, most: number): Receipts {
  // By the digest of the sealed bytes: whatever is changed in the store is another receipt, and is opened.
  const remembered = createBounded<string, ReceiptPayload | null>(most);

  async function open(device: Owner, { policyVersion, receipt: sealed }: ReceiptRecord) {
    try {
      const receipt = await openDocument(vault, keptAs(device, policyVersion), sealed);
      return { receipt, said: readSigned('daylight/receipt/v1', ReceiptPayload, receipt, device.publicKey) };
    } catch (error) {
      if (error instanceof VaultError && error.code === 'unavailable') throw error;
      return null;
    }
  }

  return {
    async seal(device, receipt, said) {
      const sealed = await sealDocument(vault, keptAs(device, said.policyVersion), receipt);
      await remembered.get(keyOf(device, said.policyVersion, sealed), async () => said);
      return sealed;
    },
    said(device, record) {
      const key = keyOf(device, record.policyVersion, record.receipt);
      return remembered.get(key, async () => (await open(device, record))?.said ?? null);
    },
    open,
  };
}

function keptAs(device: Owner, policyVersion: number): Kept {
  return { device, part: 'receipt', policyVersion };
}

/** With what the seal binds: moved to another device or version, it does not open, and must not be remembered there either. */
function keyOf(device: Owner, policyVersion: number, sealed: Sealed): string {
  return `${device.device} ${policyVersion} ${createHash('sha256').update(sealed).digest('base64')}`;
}
