import { expect, it } from 'vitest';
import { disclosedOf, disclosuresView } from '../../../../server/records/disclosures.ts';
import type { Written } from '../../../../server/records/registers.ts';
import { DisclosureContent, type DisclosureStep } from '../../../../shared/protocol/http/disclosures.ts';
import { HOUR } from '../../../../shared/time.ts';
import { DISCLOSURE } from '../../../support/routeExamples.ts';
import { NINE, personId } from '../../../support/storeRecords.ts';

const [PIA, OLA, MIA] = [personId('pia'), personId('ola'), personId('mia')];
const content = DisclosureContent.parse(DISCLOSURE);

function written(...steps: [number, typeof PIA, number, DisclosureStep][]): Written<'disclosures'>[] {
  return steps.map(([number, author, hours, step], index) => {
    const said = { author, reason: 'for this test', entry: { number, step } };
    return { revision: index + 1, at: NINE + hours * HOUR, said };
  });
}
const stateAt = (entries: Written<'disclosures'>[], hours: number) =>
  disclosuresView(entries, NINE + hours * HOUR).disclosures.map(({ state }) => state);

it('alone it counts after 72 hours, unless it is refused before; with somebody else, time does nothing', () => {
  const alone: DisclosureStep = { kind: 'proposed', content, alone: true };
  expect(stateAt(written([1, PIA, 0, alone]), 71.9)).toEqual(['proposed']);
  expect(stateAt(written([1, PIA, 0, alone]), 72)).toEqual(['counts']);
  expect(stateAt(written([1, PIA, 0, alone], [1, OLA, 71, { kind: 'refused' }]), 100)).toEqual(['refused']);
  expect(stateAt(written([1, PIA, 0, alone], [1, OLA, 73, { kind: 'refused' }]), 100)).toEqual(['counts']);
  expect(stateAt(written([1, PIA, 0, { ...alone, alone: false }]), 1_000)).toEqual(['proposed']);
});

it('an approval by whoever proposed it is none, however it came into the store', () => {
  const proposed: DisclosureStep = { kind: 'proposed', content, alone: false };
  expect(stateAt(written([1, PIA, 0, proposed], [1, PIA, 1, { kind: 'approved' }]), 2)).toEqual(['proposed']);
  expect(stateAt(written([1, PIA, 0, proposed], [1, OLA, 1, { kind: 'approved' }]), 2)).toEqual(['counts']);
});

it('what was proposed and cannot be read is counted, and nobody is told half of it', () => {
  const [, approval] = written(
    [1, PIA, 0, { kind: 'proposed', content, alone: false }],
    [1, OLA, 1, { kind: 'approved' }],
  );
  if (approval === undefined) throw new Error('two were written');
  const damaged = [{ revision: 1, at: NINE, said: null }, approval];
  expect(disclosuresView(damaged, NINE + HOUR)).toMatchObject({ disclosures: [], unreadable: 2 });
  expect(disclosedOf(damaged, MIA, NINE + HOUR)).toEqual([]);
});
