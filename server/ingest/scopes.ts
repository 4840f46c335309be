import type { Day } from '../../shared/time.ts';
import type { BlobRecord, DeviceRecord, SegmentRecord } from '../store/store.ts';
import { epochOf, type SealScope } from '../vault/vault.ts';

// What ingest seals, and what whoever reads it must name to open it.

type Terms = Pick<SegmentRecord, 'day' | 'policyVersion' | 'termsVersion' | 'expires'>;

export type SegmentKey = Pick<SegmentRecord, 'org' | 'person' | 'parameter' | 'segment' | 'device' | 'epoch'> & Terms;

/** Scope of a segment's `sealed`; the plaintext is compressed and read with `decodeSegment`. */
export function segmentScope(key: SegmentKey): SealScope {
  const { org, person, parameter, epoch, segment, policyVersion } = key;
  const part = partOf(`observations of ${key.device}`, key);
  return { org, person, parameter, epoch, record: segment, part, policyVersion };
}

export type ImageKey = Pick<BlobRecord, 'org' | 'person' | 'image' | 'segment' | 'epoch'> & Terms;

/** Scope of an image's `sealed`; the plaintext is the WebP file, not compressed again. */
export function imageScope(key: ImageKey): SealScope {
  const { org, person, epoch, image, policyVersion } = key;
  const part = partOf(`image of ${key.segment}`, key);
  return { org, person, parameter: 'image', epoch, record: image, part, policyVersion };
}

/** Who can write the database can move neither what it came from, nor the day or the end of what is kept, nor the terms of its capture. */
function partOf(what: string, { day, termsVersion, expires }: Terms): string {
  return `${what}, of ${day}, terms ${termsVersion}, until ${expires}`;
}

/** Scope of `DeviceRecord.sessionState`. */
export function sessionsScope(device: Pick<DeviceRecord, 'org' | 'person' | 'device'>): SealScope {
  const { org, person } = device;
  return { org, person, parameter: 'profile', epoch: 0, record: device.device, part: 'sessions', policyVersion: 0 };
}

/** The epoch of everything captured on `day`. */
export function epochOfDay(day: Day): number {
  return epochOf(Date.parse(`${day}T00:00:00Z`));
}
