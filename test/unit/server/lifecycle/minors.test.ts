import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { authorize, personTarget } from '../../../../server/authorize.ts';
import type { Decision } from '../../../../server/control/decision.ts';
import { eraseMinors } from '../../../../server/lifecycle/minors.ts';
import { systemRandom } from '../../../../server/random.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { type ServerKit, startServer } from '../../../support/ingestKit.ts';

const BOSS = PersonId.parse(randomUUID());
const minor = { kind: 'minor', by: BOSS, words: 'an apprentice of sixteen' } as const;

/** As what was said is kept before its erasure is ordered. */
async function decide({ control, org, person }: ServerKit, decision: Decision): Promise<void> {
  const subject = personTarget({ org, person, role: 'employee', teams: [], managesTeams: [] });
  const own = !('by' in decision);
  const actor = { org, person: own ? person : BOSS, managesTeams: [], complete: true } as const;
  const verdict = own
    ? authorize({ ...actor, role: 'employee' }, 'restriction.decide', subject)
    : authorize({ ...actor, role: 'owner' }, 'minor.say', subject);
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  await control.decide(verdict.leave, () => decision);
}

const failedHere = (cause: unknown): never => {
  throw cause;
};
const again = (kit: ServerKit) => eraseMinors({ ...kit, random: systemRandom, failed: failedHere });

async function ordered({ erased, org, person }: ServerKit) {
  return (await erased.of({ org, person })).erasures.map(({ scope }) => scope?.parts.map(({ parameter }) => parameter));
}

it('what was said of somebody before the process ended is followed by its erasure when it starts again, once', async () => {
  await using kit = await startServer();
  await kit.enrol();
  expect(await again(kit)).toEqual([]);
  await decide(kit, minor);
  expect(await ordered(kit)).toEqual([]);
  await kit.restart();
  expect(await again(kit)).toEqual([kit.person]);
  expect(await ordered(kit)).toEqual([parameterIds]);
  expect(await again(kit)).toEqual([]);
});

it('what is restricted is left out until it is restricted no more; said anew, all of it is erased anew', async () => {
  await using kit = await startServer();
  await kit.enrol();
  await decide(kit, { kind: 'restricted', parameter: 'notes', ground: 'claims', words: '' });
  await decide(kit, minor);
  await again(kit);
  expect(await ordered(kit)).toEqual([parameterIds.filter((id) => id !== 'notes')]);
  await decide(kit, { kind: 'restriction_ended', parameter: 'notes' });
  await again(kit);
  expect((await ordered(kit))[1]).toEqual(['notes']);
  kit.clock.advance(1);
  await decide(kit, { kind: 'adult', by: BOSS, words: 'she is nineteen' });
  expect(await again(kit)).toEqual([]);
  kit.clock.advance(1);
  await decide(kit, minor);
  await again(kit);
  expect((await ordered(kit))[2]).toEqual(parameterIds);
});
