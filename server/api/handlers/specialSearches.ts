import type { OrgId } from '../../../shared/ids.ts';
import type { SpecialSearchView } from '../../../shared/protocol/http/specialSearches.ts';
import { HOUR } from '../../../shared/time.ts';
import type { Context } from '../context.ts';
import { tooMuch } from '../exports.ts';
import type { HandlersOf } from '../handler.ts';
import { createHourly } from '../hourly.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

/** Each opens what is stored of everybody. */
const IN_AN_HOUR = 5;

/** Looking for what the rules of now take for something private, and erasing it. */
export function specialSearches(context: Context): HandlersOf<'specialSearch' | 'searchSpecial'> {
  const { specialSearches: searches, clock } = context;
  const begun = createHourly<OrgId>(clock);
  return {
    specialSearch: ({ leave: { actor } }) => viewOf(context, actor.org),
    async searchSpecial({ leave: { actor }, signedIn: { person }, body }) {
      const { org, role } = actor;
      const by = { org, person: actor.person, role };
      if (body.mode === 'erase') {
        await refusedOnRecord(context, person, 'erasure_refused', () => requireSamePerson(context, person, body));
        await searches.erase(by);
        await noteEvent(context, person, 'special_erased');
      } else {
        const recent = begun.of(org);
        const [oldest] = recent;
        if (oldest !== undefined && recent.length >= IN_AN_HOUR)
          throw tooMuch(`it was looked for ${IN_AN_HOUR} times within an hour`, oldest + HOUR - clock.mono());
        searches.look(by);
        begun.note(org);
        await noteEvent(context, person, 'special_searched');
      }
      return viewOf(context, org);
    },
  };
}

async function viewOf({ specialSearches: searches, store, accounts }: Context, org: OrgId): Promise<SpecialSearchView> {
  const { erased, ...view } = await searches.of(org);
  if (erased === null) return { ...view, erased };
  const { by, ...rest } = erased;
  const author = await store.person(org, by);
  return { ...view, erased: { ...rest, byName: author === null ? null : (await accounts.profile(author)).name } };
}
