import { expect, it } from 'vitest';
import { heldAt, holdsView, ownHolds } from '../../../../server/records/holds.ts';
import type { Written } from '../../../../server/records/registers.ts';
import { HoldContent, type HoldStep } from '../../../../shared/protocol/http/holds.ts';
import { addDays, dayOf, HOUR } from '../../../../shared/time.ts';
import { HOLD } from '../../../support/routeExamples.ts';
import { NINE, personId } from '../../../support/storeRecords.ts';

const [PIA, OLA, MIA] = [personId('pia'), personId('ola'), personId('mia')];
const content = HoldContent.parse({ ...HOLD, person: MIA, until: addDays(dayOf(NINE), 30) });

function written(...steps: [number, typeof PIA, number, HoldStep][]): Written<'holds'>[] {
  return steps.map(([number, author, hours, step], index) => {
    const said = { author, reason: 'for this test', entry: { number, step } };
    return { revision: index + 1, at: NINE + hours * HOUR, said };
  });
}
const stateAt = (entries: Written<'holds'>[], hours: number) =>
  holdsView(entries, NINE + hours * HOUR).holds.map(({ state }) => state);
const proposed: HoldStep = { kind: 'proposed', content, alone: false };

it('alone it holds after 72 hours, unless it is refused before; with somebody else, time does nothing', () => {
  const alone = { ...proposed, alone: true };
  expect(stateAt(written([1, PIA, 0, alone]), 71.9)).toEqual(['proposed']);
  expect(stateAt(written([1, PIA, 0, alone]), 72)).toEqual(['holds']);
  expect(stateAt(written([1, PIA, 0, alone], [1, OLA, 71, { kind: 'refused' }]), 100)).toEqual(['refused']);
  expect(stateAt(written([1, PIA, 0, proposed]), 300)).toEqual(['proposed']);
});

it('an approval by whoever proposed it is none, however it came into the store', () => {
  expect(stateAt(written([1, PIA, 0, proposed], [1, PIA, 1, { kind: 'approved' }]), 2)).toEqual(['proposed']);
  expect(stateAt(written([1, PIA, 0, proposed], [1, OLA, 1, { kind: 'approved' }]), 2)).toEqual(['holds']);
});

it('it holds these parameters of these days of this person, from its approval to the end of its last day or its release, and nothing else', () => {
  const entries = written([1, PIA, 0, proposed], [1, OLA, 1, { kind: 'approved' }]);
  const at = (hours: number) => heldAt(entries, NINE + hours * HOUR, 'trusted');
  expect(at(2).holds(MIA, 'session', HOLD.from)).toBe(true);
  expect(at(2).holds(MIA, 'session', HOLD.to)).toBe(true);
  expect(at(2).ofPerson(MIA)).toBe(true);
  expect(at(2).holds(MIA, 'session', addDays(HOLD.to, 1))).toBe(false);
  expect(at(2).holds(MIA, 'session', addDays(HOLD.from, -1))).toBe(false);
  expect(at(2).holds(MIA, 'title', HOLD.from)).toBe(false);
  expect(at(2).holds(OLA, 'session', HOLD.from)).toBe(false);
  expect(at(30 * 24).ofPerson(MIA)).toBe(true);
  expect(at(31 * 24).ofPerson(MIA)).toBe(false);
  const released = [...entries, ...written([1, PIA, 5, { kind: 'released' }])].map((one, place) => ({
    ...one,
    revision: place + 1,
  }));
  expect(heldAt(released, NINE + 6 * HOUR, 'doubted').ofPerson(MIA)).toBe(false);
});

it('nobody is told of a hold that never held; of one that did, also when it is over', () => {
  const entries = written([1, PIA, 0, proposed], [2, PIA, 0, proposed], [2, OLA, 1, { kind: 'approved' }]);
  const told = (hours: number) =>
    ownHolds(entries, MIA, NINE + hours * HOUR).map(({ number, state }) => [number, state]);
  expect(told(2)).toEqual([[2, 'holds']]);
  expect(told(40 * 24)).toEqual([[2, 'over']]);
  expect(ownHolds(entries, OLA, NINE + 2 * HOUR)).toEqual([]);
});

it('what was approved holds at once, also where the clock was set back since; a clock that is in doubt ends nothing', () => {
  const approved = written([1, PIA, 0, proposed], [1, OLA, 5, { kind: 'approved' }]);
  expect(stateAt(approved, 4)).toEqual(['holds']);
  const after = NINE + 40 * 24 * HOUR;
  expect(
    [heldAt(approved, after, 'trusted'), heldAt(approved, after, 'doubted')].map((one) => one.ofPerson(MIA)),
  ).toEqual([false, true]);
  const alone = { ...proposed, alone: true, content: { ...content, until: dayOf(NINE) } };
  expect(heldAt(written([1, PIA, 0, alone]), after, 'doubted').ofPerson(MIA)).toBe(false);
  expect(heldAt(written([1, PIA, 0, proposed]), after, 'doubted').ofPerson(MIA)).toBe(false);
  const refused = written([1, PIA, 0, proposed], [1, OLA, 5, { kind: 'refused' }]);
  expect(heldAt(refused, after, 'doubted').ofPerson(MIA)).toBe(false);
});
