import { expect, test } from 'vitest';
import type { SpooledObservation } from '../../../../agent/core/spool/batchFile.ts';
import { fits, jsonBytes } from '../../../../agent/core/spool/batchRoom.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { at, screenshot } from '../../../support/agentKit.ts';

const empty = { observations: 0, jsonBytes: 0, images: 0 };

test('a batch takes no more observations than the wire does', () => {
  const many = Array.from({ length: limits.batchObservations + 1 }, () => title('t'));
  expect(fits({ ...empty, observations: limits.batchObservations - 3 }, many)).toBe(3);
  expect(fits({ ...empty, observations: limits.batchObservations }, many)).toBe(0);
});

test('a batch takes no more than fits into a frame with its header', () => {
  const long = Array.from({ length: 200 }, () => title('t'.repeat(500)));
  const taken = fits(empty, long);
  expect(jsonBytes(long.slice(0, taken))).toBeLessThan(limits.frameBytes - 8_000);
  expect(jsonBytes(long.slice(0, taken + 1))).toBeGreaterThan(limits.frameBytes - 8_500);
});

test('an empty batch takes the first whatever its size, so that nothing stands in the way of what comes after it', () => {
  expect(fits(empty, [title('t'.repeat(limits.frameBytes))])).toBe(1);
});

test('a batch takes no more images than may be in flight', () => {
  const pictures = Array.from({ length: limits.imagesInFlight + 2 }, () => screenshot(new Uint8Array(64)));
  expect(fits(empty, pictures)).toBe(limits.imagesInFlight);
  expect(fits({ ...empty, observations: 1, images: 1 }, pictures)).toBe(limits.imagesInFlight - 1);
});

function title(text: string): SpooledObservation {
  return { parameter: 'title', level: 'full', at, mono: 0, span: 5_000, title: text };
}
