import type { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { ErasureId } from '../../shared/ids.ts';
import type { AgentFrame, Bye } from '../../shared/protocol/messages.ts';
import { HelloPayload, WipedPayload } from '../../shared/protocol/messages.ts';
import type { Nonce, Signed } from '../../shared/signed.ts';
import { parsePayload, verifySigned } from '../control/signer.ts';
import type { Ending } from '../lifecycle/ended.ts';
import type { EndedComputer, Endings } from '../lifecycle/endings.ts';
import type { DeviceRecord, Store } from '../store/store.ts';

/** What an order to wipe names. */
export type ProvedDevice = Pick<DeviceRecord, 'org' | 'device'>;

export type Handshake =
  | { readonly kind: 'known'; readonly device: DeviceRecord; readonly hello: HelloPayload }
  /** The device proved itself and is retired: it may still be told to wipe. */
  | { readonly kind: 'retired'; readonly device: DeviceRecord; readonly hello: HelloPayload }
  /** Of somebody whose account ended, or of an organisation that did: nothing else is known of it, and it is told to wipe. */
  | { readonly kind: 'ended'; readonly device: ProvedDevice; readonly hello: HelloPayload }
  | Refused;

interface Refused {
  readonly kind: 'refused';
  readonly reason: Bye['reason'];
  readonly message: string;
}

/**
 * Checks the first frame of a connection against the nonce that was sent on it. The nonce is of this connection alone,
 * so that a hello that was captured on another is worth nothing.
 */
export async function checkHello(
  store: Pick<Store, 'device'>,
  endings: KnownEndings | undefined,
  nonce: Nonce,
  frame: AgentFrame,
): Promise<Handshake> {
  if (frame.type !== 'hello') return refused('bad_handshake', 'the first frame must be a hello');
  const { hello: signed } = frame;
  const read = payloadOf('hello', HelloPayload, signed);
  if ('kind' in read) return read;
  const { said: hello } = read;
  const device = await store.device(hello.device);
  // An account or organisation that has just been ended has its rows for a moment still.
  const organisation = endings?.endedOrganisation(hello.org) ?? null;
  const isKnown = organisation === null && device !== null && device.status !== 'retired';
  const ended = isKnown ? null : (endings?.endedDevice(hello.org, hello.device) ?? null);
  const publicKey = device?.org === hello.org ? device.publicKey : ended?.device.publicKey;
  // Of an organisation that ended without an order there is nothing that a computer would believe.
  if (publicKey === undefined || organisation?.order === null) {
    return refused('unknown_device', 'no such device is enrolled in this organisation; enrol it again');
  }
  if (!verifySigned('daylight/hello/v1', signed, publicKey)) {
    return refused('bad_handshake', 'hello: the signature does not verify with the key of this device');
  }
  if (hello.challenge !== nonce)
    return refused('bad_handshake', 'hello: challenge: it is not the one of this connection');
  if (ended !== null || organisation !== null)
    return { kind: 'ended', device: { org: hello.org, device: hello.device }, hello };
  if (device === null) throw new Error('a key without its device');
  return { kind: device.status === 'retired' ? 'retired' : 'known', device, hello };
}

type KnownEndings = Pick<Endings, 'endedDevice' | 'endedOrganisation'>;

export type HeardWiped = { readonly kind: 'wiped'; readonly computer: EndedComputer } | Refused;

/** What a device without a key says, by the key that the ledger has kept of it: that it was ended, and everything is gone there. */
export function checkWiped(endings: KnownEndings | undefined, signed: Signed): HeardWiped {
  const read = payloadOf('wiped', WipedPayload, signed);
  if ('kind' in read) return read;
  const { org, device, ending } = read.said;
  const ended = endings?.endedDevice(org, device) ?? null;
  if (ended === null || !endingsOf(ended, endings?.endedOrganisation(org) ?? null).includes(ending)) {
    return refused('unknown_device', 'no such device was told to wipe');
  }
  if (!verifySigned('daylight/wiped/v1', signed, ended.device.publicKey)) {
    return refused('bad_handshake', 'wiped: the signature does not verify with the key of this device');
  }
  return { kind: 'wiped', computer: ended };
}

/** What an order for it may have named: somebody's account may have ended before their organisation did, whose order is the only one then. */
function endingsOf({ endings }: EndedComputer, organisation: Ending | null): readonly ErasureId[] {
  return [...endings, ...(organisation === null ? [] : [organisation])].map(({ ending }) => ending);
}

function payloadOf<T>(name: string, schema: z.ZodType<T>, { payload }: Signed): { readonly said: T } | Refused {
  try {
    return { said: parsePayload(name, schema, payload) };
  } catch (error) {
    if (error instanceof DaylightError) return refused('bad_handshake', error.message);
    throw error;
  }
}

function refused(reason: Bye['reason'], message: string): Refused {
  return { kind: 'refused', reason, message };
}
