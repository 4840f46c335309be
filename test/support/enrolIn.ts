import type { DeviceRecord, Store } from '../../server/store/store.ts';
import { token } from './storeRecords.ts';

/** Makes a device known to a store in the one way there is: with a code of its person, which it uses up. */
export async function enrolIn(store: Pick<Store, 'createToken' | 'enrolDevice'>, device: DeviceRecord): Promise<void> {
  const { org, person, enrolledAt: now } = device;
  const code = token(`code of ${device.device}`, { kind: 'enrolment', org, person, expiresAt: now + 1 });
  await store.createToken(code);
  const event = { org, at: now, kind: 'device_enrolled' as const, person, detail: 'a device enrolled' };
  const result = await store.enrolDevice({
    codeHash: code.tokenHash,
    now,
    device,
    acknowledgement: null,
    event,
    most: { active: 1_000, inADay: 1_000 },
  });
  if (result.kind !== 'enrolled') throw new Error(`the device was not enrolled: ${result.kind}`);
}
