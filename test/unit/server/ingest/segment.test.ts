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
        const segment = { parameter, parts: [{ session: newSession(), observations }] };
        expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
      }),
      { numRuns: 50 },
    );
  });

  it.each(parameterIds)('keeps apart what each batch brought of %s, whatever sessions they were of', (parameter) => {
    const sessions = [newSession(), newSession()];
    const part = fc.record({ session: fc.constantFrom(...sessions), observations: observationsOf(parameter) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        expect(decodeSegment(encodeSegment({ parameter, parts }))).toEqual({ parameter, parts });
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
    const bytes = deflateRawSync(encodeSegment({ parameter: 'app', parts: [{ session: newSession(), observations }] }));
    expect(bytes.length / observations.length).toBeLessThan(16);
  });

  it('refuses a column that a newer version added, which would be lost when the segment is merged', () => {
    const note = {
      ...{ parameter: 'notes', level: 'on', note: 'one' },
      ...{ at: 1_795_212_000_000, mono: 1, span: 0 },
    };
    const part = { session: newSession(), observations: [note as Observation] };
    const text = Buffer.from(encodeSegment({ parameter: 'notes', parts: [part] })).toString('latin1');
    const newer = Buffer.from(text.replace('["one"]', '["one"],["of a newer version"]'), 'latin1');
    expect(newer).not.toHaveLength(text.length);
    expect(() => decodeSegment(newer)).toThrow('more columns than this version knows');
  });

  it('refuses another version, other content and a truncated segment with a sentence', () => {
    const session = newSession();
    const bytes = encodeSegment({ parameter: 'app', parts: [{ session, observations: [] }] });
    const other = Uint8Array.from(bytes);
    other[0] = 9;
    const withJson = (json: string) => Buffer.concat([bytes.subarray(0, 19), Buffer.from(json)]);
    expect(() => decodeSegment(other)).toThrow('a stored segment cannot be read: version 9');
    expect(() => decodeSegment(new Uint8Array())).toThrow('version none');
    expect(() => decodeSegment(bytes.subarray(0, 2))).toThrow('cut short');
    expect(() => decodeSegment(bytes.subarray(0, bytes.length - 1))).toThrow('it is not JSON');
    expect(() => decodeSegment(withJson('["keys",[],[],[]]'))).toThrow('fit together');
    expect(() => decodeSegment(withJson('["app",[0],[2],[]]'))).toThrow('fit together');
    expect(() => decodeSegment(withJson('["app",[0,0],[0],[]]'))).toThrow('fit together');
    expect(() => decodeSegment(withJson('["app",[1],[0],[]]'))).toThrow('names no session');
  });
});
