import { DaylightError } from '../../shared/errors.ts';
import type { AgentFrame, Bye } from '../../shared/protocol/messages.ts';
import { HelloPayload } from '../../shared/protocol/messages.ts';
import type { Nonce } from '../../shared/signed.ts';
import { parsePayload, verifySigned } from '../control/signer.ts';
import type { DeviceRecord, Store } from '../store/store.ts';

export type Handshake =
  | { readonly kind: 'known'; readonly device: DeviceRecord; readonly hello: HelloPayload }
  /** The device proved itself and is retired: it may still be told to wipe. */
  | { readonly kind: 'retired'; readonly device: DeviceRecord; readonly hello: HelloPayload }
  | { readonly kind: 'refused'; readonly reason: Bye['reason']; readonly message: string };

/**
 * Checks the first frame of a connection against the nonce that was sent on it. The nonce is of this connection alone,
 * so that a hello that was captured on another is worth nothing.
 */
export async function checkHello(store: Store, nonce: Nonce, frame: AgentFrame): Promise<Handshake> {
  if (frame.type !== 'hello') return refused('bad_handshake', 'the first frame must be a hello');
  const { hello: signed } = frame;
  let hello: HelloPayload;
  try {
    hello = parsePayload('hello', HelloPayload, signed.payload);
  } catch (error) {
    if (error instanceof DaylightError) return refused('bad_handshake', error.message);
    throw error;
  }
  const device = await store.device(hello.device);
  if (device === null || device.org !== hello.org) {
    return refused('unknown_device', 'no such device is enrolled in this organisation; enrol it again');
  }
  if (!verifySigned('daylight/hello/v1', signed, device.publicKey)) {
    return refused('bad_handshake', 'hello: the signature does not verify with the key of this device');
  }
  if (hello.challenge !== nonce)
    return refused('bad_handshake', 'hello: challenge: it is not the one of this connection');
  return { kind: device.status === 'retired' ? 'retired' : 'known', device, hello };
}

function refused(reason: Bye['reason'], message: string): Handshake {
  return { kind: 'refused', reason, message };
}
