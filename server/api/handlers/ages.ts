import { parameterIds } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { AgeView } from '../../../shared/protocol/http/ages.ts';
import type { Standing } from '../../control/standing.ts';
import { eraseMinor } from '../../lifecycle/minors.ts';
import type { PersonRecord } from '../../store/store.ts';
import { confirmedOff } from '../confirmedOff.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

/** Who is not of age: nothing is collected of them, and what was is erased. */
export function ages(context: Context): HandlersOf<'age' | 'sayAge'> {
  const { control } = context;
  return {
    age: ({ person }) => viewOf(context, person),
    async sayAge({ person, leave, signedIn, body: { minor, words, ...proof } }) {
      // What was said, and not followed by its order because that failed, is ordered when it is said again.
      if (minor && (await eraseMinor(context, person))) {
        context.erasures.wake();
        return viewOf(context, person);
      }
      requireNews(await control.standing(person), minor);
      await refusedOnRecord(context, signedIn.person, 'age_refused', () =>
        requireSamePerson(context, signedIn.person, proof),
      );
      const by = leave.actor.person;
      await control.decide(leave, async (now) => {
        requireNews(now, minor);
        await noteEvent(context, person, minor ? 'minor_said' : 'minor_taken_back');
        return { kind: minor ? 'minor' : 'adult', by, words };
      });
      if (await eraseMinor(context, person)) context.erasures.wake();
      return viewOf(context, person);
    },
  };
}

async function viewOf(context: Context, person: PersonRecord): Promise<AgeView> {
  const { store, control, erased, accounts } = context;
  const { minor, restrictions } = await control.standing(person);
  const held = new Set((await store.held(person.org, person.person)).map(({ parameter }) => parameter));
  const stored = parameterIds.filter((id) => held.has(id));
  const author = minor === null ? null : await store.person(person.org, minor.by);
  const byName = author === null ? null : (await accounts.profile(author)).name;
  return {
    person: person.person,
    minor: minor === null ? null : { since: minor.since, by: minor.by, byName, words: minor.words },
    stored,
    restricted: stored.filter((id) => restrictions.has(id)),
    erasures: (await erased.of(person)).erasures.flatMap(({ at, state, changedAt, scope }) =>
      scope?.kind === 'minor'
        ? [{ at, state, changedAt, parameters: scope.parts.map(({ parameter }) => parameter) }]
        : [],
    ),
    confirmed: await confirmedOff(context, person, ...parameterIds),
  };
}

function requireNews(now: Standing, minor: boolean): void {
  if ((now.minor !== null) !== minor) return;
  const what = minor ? 'this person is said not to be of age already' : 'nobody says that this person is not of age';
  throw new DaylightError('conflict', what, { field: 'minor', remedy: 'Look at what is said of them now.' });
}
