import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSegment, encodeSegment } from '../../../server/ingest/segment.ts';
import { correctedOf, markOf, shownIn, withoutRecords } from '../../../server/reports/corrected.ts';
import type { CorrectionFile, CorrectionSaid, CorrectionStep } from '../../../shared/correction.ts';
import type { ObservationOf } from '../../../shared/events/observation.ts';
import { PersonId, RequestId, SessionId } from '../../../shared/ids.ts';

const AT = 1_795_212_000_000;
const OFFICER = PersonId.parse('3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11');
const note = (text: string, at = AT): ObservationOf<'notes'> => {
  return { parameter: 'notes', level: 'on', at, mono: 1, span: 0, note: text };
};
const of = note('as it was written');
const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
const number = fc.integer({ min: 1, max: 12 });

const said: fc.Arbitrary<CorrectionSaid> = fc.oneof(
  text.map((words): CorrectionSaid => ({ kind: 'corrected', values: { note: words }, words: '' })),
  text.map((words): CorrectionSaid => ({ kind: 'disputed', values: { note: words }, words: 'it is wrong' })),
  text.map((words): CorrectionSaid => ({ kind: 'stated', words })),
  number.map((dispute): CorrectionSaid => ({ kind: 'withdrawn', dispute })),
  number.map((dispute): CorrectionSaid => ({ kind: 'accepted', dispute, by: OFFICER, words: 'right' })),
  number.map((dispute): CorrectionSaid => {
    return { kind: 'refused', dispute, by: OFFICER, reason: 'is_right', words: 'no', appeal: 'complain there' };
  }),
);
/** Numbered as they were said, and the same ones in any order, some of them several times. */
const history = fc.array(said, { minLength: 1, maxLength: 12 }).chain((all) => {
  const steps = all.map((one, place): CorrectionStep => ({ number: place + 1, at: AT + place, said: one }));
  const again = fc.shuffledSubarray([...steps, ...steps, ...steps], { minLength: steps.length });
  return again.map((some) => ({ steps, mixed: [...some, ...steps] }));
});

test('what a record says follows from the numbers of what was said, whatever their order in the store, and however often each is there', () => {
  fc.assert(
    fc.property(history, ({ steps, mixed }) => {
      expect(correctedOf({ of, steps: mixed })).toEqual(correctedOf({ of, steps }));
    }),
  );
});

test('the last change holds, each goes on from the one before it, and what was recorded is where the first began', () => {
  fc.assert(
    fc.property(history, ({ steps }) => {
      const { shown, changes, disputes } = correctedOf({ of, steps });
      const values = [{ note: of.note }, ...changes.map(({ to }) => to)];
      expect(shown).toEqual({ ...of, ...values.at(-1) });
      expect(changes.map(({ from }) => from)).toEqual(values.slice(0, -1));
      expect(changes.map((one) => one.number)).toEqual(changes.map((one) => one.number).toSorted((a, b) => a - b));
      // Somebody else's words change nothing but what the person disputed, once, and while it was open.
      const accepted = disputes.filter(({ state }) => state === 'accepted').map((one) => one.values);
      const theirs = changes.filter(({ by }) => by !== null).map(({ to }) => to);
      expect(new Set(theirs)).toEqual(new Set(accepted));
      expect(theirs).toHaveLength(accepted.length);
    }),
  );
});

test('a record has a mark exactly while it was changed, completed, or is disputed', () => {
  fc.assert(
    fc.property(history, ({ steps }) => {
      const corrected = correctedOf({ of, steps });
      const { changes, statements, disputes } = corrected;
      const isMarked = changes.length + statements.length + disputes.filter(({ state }) => state === 'open').length > 0;
      expect(markOf(corrected) !== null).toBe(isMarked);
    }),
  );
});

test('it is stored with its record and goes with it, and another record beside it stays with its own', () => {
  const other = note('another one', AT + 1);
  const session = SessionId.parse('9d1f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11');
  const file = (about: ObservationOf<'notes'>, steps: CorrectionStep[], id: string): CorrectionFile => {
    return { correction: RequestId.parse(`0000000${id}-7c1e-4b0a-9a55-0d6c2f0f9a11`), of: about, steps };
  };
  fc.assert(
    fc.property(history, history, (one, two) => {
      const corrections = [file(of, one.steps, '1'), file(other, two.steps, '2')];
      const part = { session, observations: [of, other], corrections };
      const segment = { parameter: 'notes' as const, parts: [{ session, observations: [of] }, part] };
      expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
      const left = withoutRecords(part, (observation) => observation.at === AT);
      expect(left).toEqual({ session, observations: [other], corrections: corrections.slice(1) });
      expect(shownIn(left)).toEqual(shownIn(part).slice(1));
      expect(withoutRecords(part, () => false)).toBe(part);
    }),
  );
});
