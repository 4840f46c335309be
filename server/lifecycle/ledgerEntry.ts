import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DeviceId, ErasureId, OrgId, PersonId } from '../../shared/ids.ts';
import { EndingState, OrderedBy } from '../../shared/protocol/http/endings.ts';
import { Digest, PublicKey, Signed } from '../../shared/signed.ts';
import { UnixMs } from '../../shared/time.ts';

/** Up to the state in which nothing is left here. */
export const clearingStates = EndingState.options.slice(0, 1 + EndingState.options.indexOf('verified_empty'));

export function hasReached(now: EndingState, state: EndingState): boolean {
  return EndingState.options.indexOf(now) >= EndingState.options.indexOf(state);
}

/** A computer of somebody whose account ended: enough to know it again, and to tell it to wipe. */
export const EndedDevice = z
  .strictObject({ device: DeviceId, publicKey: PublicKey, leaseUntil: UnixMs.nullable() })
  .readonly();
export type EndedDevice = z.infer<typeof EndedDevice>;

/** In one line. A person enrols a few a day at the most; whoever ever had more is not told on the eldest ones to wipe. Those of an organisation are in several. */
export const MOST_DEVICES = 2_000;

/** An ending, and whose: `person` is null for a whole organisation. */
const whose = { at: UnixMs, ending: ErasureId, org: OrgId, person: PersonId.nullable() };

/** What something that is counted is called. */
export const KIND = /^[a-z_]{1,40}$/;

const Committed = z.strictObject({
  ...whose,
  state: z.literal('committed'),
  by: OrderedBy,
  /** What there was, by kind. */
  counts: z.record(z.string().regex(KIND), z.int().min(0)),
  devices: z.array(EndedDevice).max(MOST_DEVICES).readonly(),
  /** When the last lease that any computer was given has ended; null when none was. */
  leaseUntil: UnixMs.nullable(),
  /** What legal holds keep from being destroyed with the rest, by their numbers in the register. Committed again when one of them is over. */
  kept: z
    .strictObject({ holds: z.array(z.int().min(1)).min(1).readonly(), since: z.int().min(1) })
    .readonly()
    .optional(),
  /** Of an organisation: what each of its computers is told from then on. Its own key has signed it, which is destroyed next. */
  order: Signed.readonly().optional(),
});

const Reached = z.strictObject({ ...whose, state: EndingState.exclude(['committed']) });

/** Not a state of the ending: one computer has answered that it deleted everything. */
const DeviceWiped = z.strictObject({ ...whose, state: z.literal('device_wiped'), device: DeviceId });

/** What is written down of an ending. Random ids, keys, times and counts: nothing of who anybody was. */
export const LedgerEntry = z.discriminatedUnion('state', [Committed, Reached, DeviceWiped]);
export type LedgerEntry = Readonly<z.infer<typeof LedgerEntry>>;

/** Where a ledger has come to: how many lines, and the hash over all of them. */
export const LedgerHead = z.strictObject({ entries: z.int().min(0), head: Digest }).readonly();
export type LedgerHead = z.infer<typeof LedgerHead>;

export const EMPTY: LedgerHead = { entries: 0, head: '0'.repeat(64) };

/** SHA-256 of the head before, 32 bytes, and the bytes of the line without its end. */
export function headAfter({ entries, head }: LedgerHead, line: string): LedgerHead {
  const hash = createHash('sha256').update(Buffer.from(head, 'hex')).update(line, 'utf8');
  return { entries: entries + 1, head: hash.digest('hex') };
}

/** As it is written: numbered, and with the head that it follows. */
export function lineOf(entry: LedgerEntry, before: LedgerHead): string {
  return JSON.stringify({ seq: before.entries + 1, previous: before.head, ...LedgerEntry.parse(entry) });
}

/** Throws for a line that is no entry, and for one that does not follow `before`. */
export function entryOf(line: string, before: LedgerHead): LedgerEntry {
  const written: unknown = JSON.parse(line);
  const earlier = EarlierEntry.safeParse(written);
  if (earlier.success) return ofEarlier(earlier.data);
  const { seq, previous, ...entry } = Numbered.parse(written);
  if (seq !== before.entries + 1 || previous !== before.head) throw new Error('it does not follow the line before it');
  return LedgerEntry.parse(entry);
}

const Numbered = z.looseObject({ seq: z.int().min(1), previous: Digest });

/** Before lines were numbered there were organisations alone, whose id was that of their ending. */
const EarlierEntry = z.strictObject({
  at: UnixMs,
  organisation: OrgId,
  state: z.enum(['committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified_empty']),
});

function ofEarlier({ at, organisation: org, state }: z.infer<typeof EarlierEntry>): LedgerEntry {
  const of = { at, ending: ErasureId.parse(org), org, person: null };
  if (state !== 'committed') return { ...of, state };
  return { ...of, state, by: 'host', counts: {}, devices: [], leaseUntil: null };
}
