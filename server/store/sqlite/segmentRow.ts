import type { SegmentRecord } from '../store.ts';
import { dayNumber, idBytes, parameterCode } from './columns.ts';
import type { Value } from './connection.ts';

/** The segment table's primary key. */
export const segmentKey = ['org', 'person', 'day', 'parameter', 'segment'];

/** The segment table's columns, and what a segment has in them, in the same order. */
export const segmentColumns = [
  ...segmentKey,
  'device',
  'epoch',
  'policy_version',
  'terms_version',
  'expires',
  'sealed',
];

export function segmentRow(segment: SegmentRecord): Value[] {
  return [
    idBytes(segment.org),
    idBytes(segment.person),
    dayNumber(segment.day),
    parameterCode(segment.parameter),
    idBytes(segment.segment),
    idBytes(segment.device),
    segment.epoch,
    segment.policyVersion,
    segment.termsVersion,
    dayNumber(segment.expires),
    segment.sealed,
  ];
}
