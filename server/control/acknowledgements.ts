import type { Signed } from '../../shared/signed.ts';
import type { AcknowledgementRecord } from '../store/store.ts';
import { type Sealed, type Vault, VaultError } from '../vault/vault.ts';
import { type Kept, openDocument, sealDocument } from './sealedDocument.ts';
import type { Acknowledged } from './told.ts';

/** What was acknowledged on devices, as it is kept: sealed for the person, with the version and the instant that count. */
export interface Acknowledgements {
  seal(device: Kept['device'], counts: Acknowledged, document: Signed): Promise<Sealed>;
  /**
   * False for a record that this server did not seal as it stands: the clear columns of a row that somebody wrote or changed
   * lift nothing. False also when its key is destroyed. Throws VaultError `unavailable` when the keys cannot be read.
   */
  isGenuine(record: AcknowledgementRecord): Promise<boolean>;
}

export function createAcknowledgements(vault: Vault): Acknowledgements {
  return {
    seal: (device, counts, document) => sealDocument(vault, keptAs(device, counts), document),
    async isGenuine(record) {
      try {
        await openDocument(vault, keptAs(record, record), record.acknowledgement);
        return true;
      } catch (error) {
        if (error instanceof VaultError && error.code === 'unavailable') throw error;
        return false;
      }
    },
  };
}

function keptAs(device: Kept['device'], { noticeVersion, terms, at }: Acknowledged): Kept {
  return { device, part: acknowledgementPart({ terms, at }), policyVersion: noticeVersion };
}

/** Which of the person's documents it is. Terms are named from their first revision on: before there were any, none were. */
export function acknowledgementPart({ terms, at }: Pick<Acknowledged, 'terms' | 'at'>): Kept['part'] {
  return terms === 0 ? `acknowledgement at ${at}` : `acknowledgement of terms ${terms} at ${at}`;
}
