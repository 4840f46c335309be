import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { UnixMs } from '../../shared/time.ts';
import type { KeyStore } from '../store/store.ts';
import { catalogued } from './backup/catalogue.ts';
import type { Ledger } from './ledger.ts';
import { EMPTY, LedgerHead } from './ledgerEntry.ts';
import { createPatience, type Patience } from './recovery/patience.ts';
import { type RecoverySettings, readRecoverySettings } from './recovery/recoverySettings.ts';

/** Something outside of the ledger that knows how far it had come. */
export interface LedgerWitness {
  /** As a sentence names it. */
  readonly name: string;
  isIn(ledger: Pick<Ledger, 'head' | 'extends'>): boolean;
}

/** Beside the recovery set, readable without its identity: where the ledger in it had come to. Nothing else is in it. */
export const WitnessFile = z.strictObject({
  format: z.literal('daylight-ledger-head/1'),
  at: UnixMs,
  ledger: LedgerHead,
});
export type WitnessFile = z.infer<typeof WitnessFile>;

export function witnessFileOf(recoverySet: string): string {
  return `${recoverySet}.ledger`;
}

/** What knows of endings in this folder. To be asked for before the ledger is read, as another process may be writing both. */
export async function witnessesOf(
  folder: string,
  keyStore: Pick<KeyStore, 'backups'>,
  patience: Patience = createPatience(),
): Promise<readonly LedgerWitness[]> {
  // Settings that cannot be read are said by `recovery status` and at each write; the server goes on without a set.
  const settings = await readRecoverySettings(folder).catch(() => null);
  // A disk that does not answer holds up no start: that the set cannot be written there is said a moment later.
  const heads =
    settings === null
      ? []
      : await patience.within(() => headsBeside(settings)).catch(() => [settings.written?.ledger ?? []].flat());
  return [
    ...heads.map((head) => ({
      name: `the recovery set ${settings?.file ?? ''}`,
      isIn: (ledger: Pick<Ledger, 'extends'>) => ledger.extends(head),
    })),
    ...(await catalogued(keyStore))
      .filter(({ wrapped }) => wrapped !== null)
      .map(({ at, detail }) => ({
        name: `the backup of ${new Date(at).toISOString()}`,
        isIn: ({ head }: Pick<Ledger, 'head'>) => head.entries >= (detail.ledger ?? 0),
      })),
  ];
}

/** What the settings and the file beside the set say. Where that cannot be read there is nothing that could be compared. */
export async function headsBeside({ file, written }: RecoverySettings): Promise<readonly LedgerHead[]> {
  const text = await readFile(witnessFileOf(file), 'utf8').catch(() => '');
  return [written?.ledger ?? [], WitnessFile.safeParse(jsonOf(text)).data?.ledger ?? []].flat();
}

/** Throws DaylightError `conflict` for a ledger that does not go on from what one of them knows: what was ended since would come back. */
export function requireWitnessed(
  folder: string,
  ledger: Pick<Ledger, 'head' | 'extends'>,
  witnesses: readonly LedgerWitness[],
): void {
  const other = witnesses.find((witness) => !witness.isIn(ledger));
  if (other !== undefined) throw lostLedger(folder, ledger.head, other.name);
}

export function lostLedger(folder: string, { entries }: LedgerHead, witness: string): DaylightError {
  const what = entries === EMPTY.entries ? 'is missing' : 'is older, or another one';
  return new DaylightError(
    'conflict',
    `ledger.ndjson ${what}: it does not know all that had ended here, as ${witness} does`,
    {
      remedy: `Put the newest one that you have into ${folder}, or restore it from the recovery set, as docs/OPERATIONS.md says; what was ended must not come back.`,
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
