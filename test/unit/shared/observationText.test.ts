import { describe, expect, it } from 'vitest';
import { parseObservation } from '../../../shared/events/observation.ts';

const when = { at: 1_795_212_000_000, mono: 5, span: 0 };
const problemOf = (observation: object): string | null => {
  const parsed = parseObservation({ ...when, ...observation });
  return parsed.ok ? null : parsed.problem;
};

describe('an observation', () => {
  it.each([0x00, 0x07, 0x0d, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0xd800, 0xdfff])(
    'with the code unit %i in a text is refused',
    (unit) => {
      const text = `a${String.fromCharCode(unit)}b`;
      expect(problemOf({ parameter: 'notes', level: 'on', note: text })).toMatch(/^note: /);
      expect(problemOf({ parameter: 'title', level: 'full', title: text })).toMatch(/^title: /);
    },
  );

  it('may have tabs, line feeds, and everything that people write', () => {
    expect(problemOf({ parameter: 'notes', level: 'on', note: 'one\n\ttwo – drei 🌅 \u00a0é' })).toBeNull();
  });

  it('of a time zone names one that exists', () => {
    for (const zone of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+12']) {
      expect(problemOf({ parameter: 'timezone', level: 'on', zone })).toBeNull();
    }
    for (const zone of ['Mars/Base', 'Europe/Mia-Example', 'A']) {
      expect(problemOf({ parameter: 'timezone', level: 'on', zone })).toMatch(/^zone: /);
    }
  });
});
