import { expect, it } from 'vitest';
import { withheldFrom } from '../../../../server/api/withheld.ts';
import type { Decision } from '../../../../server/control/decision.ts';
import { standingOf } from '../../../../server/control/standing.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { orgId, personId } from '../../../support/storeRecords.ts';

const mia = { org: orgId('acme'), person: personId('mia') };
const boss = { person: personId('boss') };

/** What is withheld from this reader after these decisions; null: one that nobody can read any more. */
async function withheld(reader: typeof boss, ...decisions: readonly (Decision | null)[]): Promise<string[]> {
  const standing = standingOf(decisions.map((decision, place) => ({ revision: place + 1, at: place, decision })));
  return [...(await withheldFrom({ control: { standing: async () => standing } }, reader, mia))];
}

const restricted: Decision = { kind: 'restricted', parameter: 'title', ground: 'accuracy', words: '' };
const told: Decision = { kind: 'restriction_lift_told', parameter: 'title', by: boss.person, words: 'checked' };

it('a restriction withholds its parameter from everybody else until it is ended or lifted, also while its lift is told', async () => {
  expect(await withheld(boss)).toEqual([]);
  expect(await withheld(boss, restricted)).toEqual(['title']);
  expect(await withheld(boss, restricted, told, { kind: 'restriction_lift_read', parameter: 'title' })).toEqual([
    'title',
  ]);
  expect(await withheld(boss, restricted, { kind: 'restriction_ended', parameter: 'title' })).toEqual([]);
  const lifted: Decision = { kind: 'restriction_lifted', parameter: 'title', by: boss.person };
  expect(await withheld(boss, restricted, told, lifted)).toEqual([]);
});

it('a decision that nobody can read any more withholds everything from others, and nothing from the person', async () => {
  expect(await withheld(boss, restricted, null)).toEqual([...parameterIds]);
  expect(await withheld(mia, restricted, null)).toEqual([]);
});
