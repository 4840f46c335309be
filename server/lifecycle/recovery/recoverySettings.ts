import { randomUUID } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UnixMs } from '../../../shared/time.ts';
import { isMissing, syncFolder, writeDurably } from '../../durable.ts';
import { StoreError } from '../../store/store.ts';
import { LedgerHead } from '../ledgerEntry.ts';

/** Where the recovery set goes and to whom, and how that went. It lies in the data folder, and holds nothing that is secret. */
export const RecoverySettings = z.strictObject({
  /** The public half of an age identity, which is kept elsewhere. */
  recipient: z.string().regex(/^age1[a-z0-9]{20,4000}$/),
  file: z.string().min(1),
  begunAt: UnixMs,
  /** The last one that is whole, and how far the ledger had come then. */
  written: z.strictObject({ at: UnixMs, bytes: z.int().nonnegative(), ledger: LedgerHead }).nullable(),
  /** Since when it cannot be written, and the code of what kept it. */
  failing: z.strictObject({ since: UnixMs, code: z.string() }).nullable(),
});
export type RecoverySettings = z.infer<typeof RecoverySettings>;

const FILE = 'recovery.json';

/** Null where no recovery set was begun. */
export async function readRecoverySettings(folder: string): Promise<RecoverySettings | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return null;
    throw cause;
  });
  if (text === null) return null;
  try {
    return RecoverySettings.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreError(
      'damaged',
      `${join(folder, FILE)}: this does not say where the recovery set goes; begin it anew with \`daylight-server recovery begin\``,
      cause,
    );
  }
}

/** Whole or not at all. */
export async function writeRecoverySettings(folder: string, settings: RecoverySettings): Promise<void> {
  const name = `${FILE}.${randomUUID()}`;
  await writeDurably(folder, name, Buffer.from(JSON.stringify(RecoverySettings.parse(settings), null, 2)));
  await rename(join(folder, name), join(folder, FILE));
  await syncFolder(folder);
}
