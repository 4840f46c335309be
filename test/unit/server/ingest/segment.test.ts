import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, decodeSegment, encodeSegment } from '../../../../server/ingest/segment.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { type Observation, observationSchemas } from '../../../../shared/events/observation.ts';
import { observationsOf } from '../../../support/everyObservation.ts';
import { newSession } from '../../../support/ingestKit.ts';

describe('the stored form of a segment', () => {
  it.each(parameterIds)('gives back every observation of %s as it was', (parameter) => {
    fc.assert(
      fc.property(observationsOf(parameter), (observations) => {
        const segment = { parameter, session: newSession(), observations };
        expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
      }),
      { numRuns: 50 },
    );
  });

  it('has a column for every field of every schema and for nothing else', () => {
    const common = ['parameter', 'level', 'at', 'mono', 'span'];
    for (const parameter of parameterIds) {
      const schemas: Record<string, { shape: object }> = observationSchemas[parameter];
      const stored: Record<string, readonly string[]> = columns[parameter];
      expect(Object.keys(stored).sort()).toEqual(Object.keys(schemas).sort());
      for (const [level, { shape }] of Object.entries(schemas)) {
        const fields = Object.keys(shape).filter((field) => !common.includes(field));
        expect([...(stored[level] ?? [])].sort()).toEqual(fields.sort());
      }
    }
  });

  it('spends at most 16 bytes, compressed, on a sample of an application that stays in front', () => {
    const observations = Array.from(
      { length: 60 },
      (_, n): Observation => ({
        ...{ parameter: 'app', level: 'name', name: 'Code', span: 5_000 },
        ...{ at: 1_795_212_000_000 + n * 5_000 + (n % 3), mono: 1_000 + n * 5_000 + (n % 3) },
      }),
    );
    const bytes = deflateRawSync(encodeSegment({ parameter: 'app', session: newSession(), observations }));
    expect(bytes.length / observations.length).toBeLessThan(16);
  });

  it('refuses another version, other content and a truncated segment with a sentence', () => {
    const bytes = encodeSegment({ parameter: 'app', session: newSession(), observations: [] });
    const other = Uint8Array.from(bytes);
    other[0] = 9;
    expect(() => decodeSegment(other)).toThrow('a stored segment cannot be read: version 9');
    expect(() => decodeSegment(new Uint8Array())).toThrow('version none');
    expect(() => decodeSegment(bytes.subarray(0, bytes.length - 1))).toThrow('it is not JSON');
    expect(() => decodeSegment(Buffer.concat([bytes.subarray(0, 17), Buffer.from('["keys",[]]')]))).toThrow(
      'fit together',
    );
  });
});
