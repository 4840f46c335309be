import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { ErasureId } from '../../shared/ids.ts';
import { WipedPayload, type WipePayload } from '../../shared/protocol/messages.ts';
import { WipeCause } from '../../shared/protocol/window.ts';
import { Signed } from '../../shared/signed.ts';
import { UnixMs } from '../../shared/time.ts';
import type { Folder } from './files.ts';
import { type Identity, jsonOf } from './identity.ts';
import { signPayload } from './signing.ts';
import { serverAddress } from './uplink/serverAddress.ts';

/**
 * What stands in the data folder while everything else in it is deleted by order of the server, so that a wipe that was cut off goes on; and what
 * is left after it where an account ended. It holds nothing that was recorded, no key and no name.
 */
export const EndedNote = z.strictObject({
  schema: z.literal(1),
  reason: WipeCause.exclude(['employee']),
  orderedAt: UnixMs,
  /** It was looked for, and nothing else is here any more. */
  isGone: z.boolean(),
  /** The ending of the account, where the server has named one. */
  ended: z.strictObject({ ending: ErasureId, certificate: z.url().nullable() }).nullable(),
  /** What the server waits for, and where it is; null: it has heard it, or waits for nothing. */
  answer: z.strictObject({ server: z.url(), ca: z.string().nullable(), signed: Signed }).nullable(),
});
export type EndedNote = z.infer<typeof EndedNote>;

export const ENDED_FILE = 'ended.json';

/** Null where nothing was ordered; what cannot be read says nothing. */
export async function readEnded(files: Pick<Folder, 'read'>): Promise<EndedNote | null> {
  const bytes = await files.read(ENDED_FILE);
  return bytes === null ? null : (EndedNote.safeParse(jsonOf(bytes)).data ?? null);
}

export function isEndedNote(bytes: Uint8Array): boolean {
  return EndedNote.safeParse(jsonOf(bytes)).success;
}

export async function writeEnded(files: Pick<Folder, 'write'>, note: EndedNote): Promise<void> {
  await files.write(ENDED_FILE, JSON.stringify(note));
}

/** An order of the server to delete everything, once it is proved. */
export interface WipeOrder {
  readonly reason: EndedNote['reason'];
  readonly at: UnixMs;
  readonly ended?: WipePayload['ended'];
}

/** Made before anything goes: the answer is signed by a key that goes first, and sent by whoever finishes. */
export function noteOf(
  { identity, deviceKey }: { readonly identity: Identity; readonly deviceKey: KeyObject },
  { reason, ended, at }: WipeOrder,
): EndedNote {
  const note: EndedNote = { schema: 1, reason, orderedAt: at, isGone: false, ended: null, answer: null };
  if (ended === undefined) return note;
  const { server, ca, org, device } = identity;
  const payload = canonical(WipedPayload.parse({ org, device, ending: ended.ending, at }));
  // Below the address that the person enrolled with, whatever the order says.
  const certificate = ended.certificate === undefined ? null : `${serverAddress(server).base}${ended.certificate}`;
  return {
    ...note,
    ended: { ending: ended.ending, certificate },
    answer: { server, ca, signed: signPayload('daylight/wiped/v1', deviceKey, payload) },
  };
}
