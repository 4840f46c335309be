import type { Clock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import type { KeyStore } from '../../store/store.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Backup } from './catalogue.ts';
import { folderOf, type Manifest, type Opened } from './manifest.ts';
import type { BackupTarget } from './target.ts';

/** What backups are made of, and where they go. */
export interface BackupParts {
  /** The data folder. */
  readonly folder: string;
  readonly keyStore: KeyStore;
  readonly vault: Pick<Vault, 'sealBackupKey' | 'openBackupKey' | 'lookupHash'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly target: BackupTarget;
  /** Where the ledger is now. */
  readonly ledgerHead: () => Promise<Manifest['ledger']>;
  /** Brings the recovery set up to what is there now. A backup is not complete, and none has ended, before it has. */
  readonly writeRecoverySet: () => Promise<void>;
}

/** Throws VaultError `key_destroyed` for one that has ended. */
export function openedBackup(vault: Pick<Vault, 'openBackupKey'>, record: Backup): Opened {
  const { backup, expires } = record;
  return { key: vault.openBackupKey(record), backup, expires, folder: folderOf(record) };
}

/** Bytes of bytes, of one thing that is done to a backup. */
export interface Progress {
  readonly doing: 'copying' | 'database' | 'images' | 'finishing';
  readonly done: number;
  readonly of: number;
}
