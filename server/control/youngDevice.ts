import { HOUR, type UnixMs } from '../../shared/time.ts';
import type { DeviceRecord } from '../store/store.ts';

/** For so long somebody may have enrolled a computer in a person's name without their having noticed. */
export const YOUNG_MS = 72 * HOUR;

export function isYoung({ enrolledAt }: Pick<DeviceRecord, 'enrolledAt'>, at: UnixMs): boolean {
  return at < enrolledAt + YOUNG_MS;
}

/**
 * Whether what this device says for its person is believed where it lets more be collected of them: not from a young one beside one
 * that has been theirs for some time. A person's first computer has nothing to be measured by.
 */
export function speaksFor(device: DeviceRecord, all: readonly DeviceRecord[], now: UnixMs): boolean {
  return !isYoung(device, now) || all.every((one) => one.status !== 'active' || isYoung(one, now));
}
