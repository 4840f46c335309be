import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { EnrolmentPayload } from '../../shared/protocol/http/enrolment.ts';
import { routes } from '../../shared/protocol/http.ts';
import { Signed } from '../../shared/signed.ts';
import type { Folder } from './files.ts';
import { DEVICE_KEY_FILE, jsonOf, keyFrom, privateKeyOf } from './identity.ts';
import { type Place, seal, unseal } from './spool/seal.ts';

const noticeAnswer = routes.enrolmentNotice.response;
export type ShownNotice = z.infer<typeof noticeAnswer>;

const Kept = z.strictObject({
  server: z.url(),
  ca: z.string().nullable(),
  /** What the person was shown before they decided. */
  shown: noticeAnswer,
  /** An EnrolmentPayload, signed; sent again as it is. */
  enrolment: Signed,
});

/** An enrolment that is about to be sent, or was sent and not answered. */
export interface BegunEnrolment extends z.infer<typeof Kept> {
  readonly deviceKey: KeyObject;
}

export const BEGUN_FILE = 'enrolment.sealed';

/** On disk when it resolves, under a key that comes from the device key beside it. `nonce` must be 12 fresh random bytes. */
export async function writeBegunEnrolment(files: Folder, begun: BegunEnrolment, nonce: Uint8Array): Promise<void> {
  const { deviceKey, ...kept } = begun;
  await files.write(BEGUN_FILE, seal(sealingKey(deviceKey), nonce, place, Buffer.from(JSON.stringify(kept))));
}

/** Null when there is none, or none that can be read with the device key beside it. */
export async function readBegunEnrolment(files: Folder): Promise<BegunEnrolment | null> {
  const [sealed, pem] = [await files.read(BEGUN_FILE), await files.read(DEVICE_KEY_FILE)];
  const deviceKey = pem === null ? null : privateKeyOf(pem);
  if (sealed === null || deviceKey?.asymmetricKeyType !== 'ed25519') return null;
  const plain = unseal(sealingKey(deviceKey), place, sealed);
  const kept = plain === null ? null : Kept.safeParse(jsonOf(plain));
  return kept?.success === true ? { ...kept.data, deviceKey } : null;
}

export function payloadOf({ enrolment }: BegunEnrolment): EnrolmentPayload {
  return EnrolmentPayload.parse(JSON.parse(enrolment.payload));
}

const place: Place = { kind: 'enrolment', name: 'enrolment', index: 0 };

function sealingKey(deviceKey: KeyObject): Uint8Array {
  return keyFrom(deviceKey, 'daylight/begun-enrolment/v1');
}
