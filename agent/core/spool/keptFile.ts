import { z } from 'zod';
import { BootId, SessionId } from '../../../shared/ids.ts';
import { type Sealer, SpooledObservation } from './batchFile.ts';
import { SEAL_OVERHEAD, seal, unseal } from './seal.ts';

/**
 * Readings that go on, as one file of two slots:
 *
 *     slot 0 ‖ slot 1, each of SLOT_BYTES: { length u32 BE ‖ sealed JSON ‖ zeros }
 *
 * The slots are written in turn, in place, with one fsync: a crash in the middle of one leaves the other. The readable
 * one with the higher turn holds.
 */
export const SLOT_BYTES = 16_384;
const PAGE_BYTES = 4_096;

/** A reading that goes on, under the session and policy that permitted it. */
export const KeptReading = z.strictObject({
  context: z.strictObject({ boot: BootId, session: SessionId, policyVersion: z.int().min(1) }),
  observation: SpooledObservation,
});
export type KeptReading = z.infer<typeof KeptReading>;

const Slot = z.strictObject({ turn: z.int().min(0), readings: z.array(KeptReading) });
type Slot = z.infer<typeof Slot>;

/** What makes two records the same reading: it begins once. */
export function readingKey(boot: string, { parameter, mono }: { parameter: string; mono?: unknown }): string {
  return `${boot} ${parameter} ${String(mono)}`;
}

/** The slot that this turn is written to, as whole pages; what is behind them is to be zeros. */
export function writeSlot({ key, nonce }: Sealer, { turn, readings }: Slot): { at: number; bytes: Buffer } {
  const at = (turn % 2) * SLOT_BYTES;
  const plain = Buffer.from(JSON.stringify({ turn, readings }));
  if (plain.length + SEAL_OVERHEAD + 4 > SLOT_BYTES)
    throw new RangeError('the readings that go on outgrew their place');
  const sealed = seal(key, nonce(), { kind: 'kept', name: 'kept', index: turn % 2 }, plain);
  const bytes = Buffer.alloc(Math.ceil((sealed.length + 4) / PAGE_BYTES) * PAGE_BYTES);
  bytes.writeUInt32BE(sealed.length);
  sealed.copy(bytes, 4);
  return { at, bytes };
}

/** The newer of the two slots that can be read; null when neither can. */
export function readSlots(key: Uint8Array, bytes: Buffer): Slot | null {
  const slots = [0, 1].flatMap((index) => readSlot(key, index, bytes) ?? []);
  return slots.sort((a, b) => b.turn - a.turn)[0] ?? null;
}

function readSlot(key: Uint8Array, index: number, bytes: Buffer): Slot | null {
  const slot = bytes.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES);
  const length = slot.length < 4 ? 0 : slot.readUInt32BE();
  const plain = unseal(key, { kind: 'kept', name: 'kept', index }, slot.subarray(4, 4 + length));
  try {
    return plain === null ? null : (Slot.safeParse(JSON.parse(plain.toString('utf8'))).data ?? null);
  } catch {
    return null;
  }
}
