import { describe, expect, it } from 'vitest';
import { type ClockReading, captureTime, clockOffset, isFlagged } from '../../../../server/ingest/captureTime.ts';
import { BootId } from '../../../../shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';

const NOW = 1_795_212_000_000;
const boot = BootId.parse('11111111-1111-4111-8111-111111111111');
const otherBoot = BootId.parse('22222222-2222-4222-8222-222222222222');
const reading = (at = NOW): ClockReading => ({ boot, at, mono: 10 * HOUR, serverAt: NOW, serverMono: 0 });

describe('when something was captured', () => {
  it('is what the device stamped when its clock is right, to the millisecond', () => {
    expect(captureTime(reading(NOW + 900), { at: NOW - 5, mono: 10 * HOUR - 5, boot }, NOW)).toBe(NOW - 5);
  });

  it('is corrected by the offset of the handshake when its clock is wrong, and the offset is flagged above two minutes', () => {
    const fast = reading(NOW + DAY);
    expect(captureTime(fast, { at: NOW + DAY - MINUTE, mono: 10 * HOUR - MINUTE, boot }, NOW)).toBe(NOW - MINUTE);
    expect([clockOffset(fast), isFlagged(clockOffset(fast)), isFlagged(2 * MINUTE)]).toEqual([DAY, true, false]);
  });

  it('is unknown for a stamp in the future, of this boot or another', () => {
    expect(captureTime(reading(), { at: NOW + 3 * MINUTE, mono: 10 * HOUR, boot }, NOW)).toBeNull();
    expect(captureTime(reading(), { at: NOW + 3 * MINUTE, mono: 5, boot: otherBoot }, NOW)).toBeNull();
    expect(captureTime(reading(), { at: NOW + MINUTE, mono: 5, boot: otherBoot }, NOW)).toBe(NOW + MINUTE);
  });

  it('is unknown when the two clocks of one boot contradict each other', () => {
    expect(captureTime(reading(), { at: NOW, mono: 9 * HOUR, boot }, NOW)).toBeNull();
    expect(captureTime(reading(), { at: NOW, mono: 11 * HOUR, boot }, NOW)).toBeNull();
  });

  it('allows for a monotonic clock that stood still while the computer slept', () => {
    expect(captureTime(reading(), { at: NOW - 3 * DAY, mono: 9 * HOUR, boot }, NOW)).toBe(NOW - 3 * DAY);
  });

  it('takes a stamp as it was made when the clock was set between capture and handshake', () => {
    const stamp = { at: NOW - MINUTE, mono: 10 * HOUR - MINUTE, boot };
    expect(captureTime(reading(NOW + 365 * DAY), stamp, NOW)).toBe(NOW - MINUTE);
    expect(captureTime(reading(NOW + SECOND), stamp, NOW)).toBe(NOW - MINUTE);
  });
});
