import { parameterIds } from '../../../shared/catalog.ts';
import { type AgreedTerms, keptRules } from '../../../shared/policy/agreed.ts';
import { countsOf } from '../../../shared/policy/askedConsent.ts';
import type { AgreementView, ConsentView } from '../../../shared/protocol/http/consents.ts';
import { type Asked, askedOf, consentTo, requireAsked, withdrawal } from '../../control/consenting.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import type { Standing } from '../../control/standing.ts';
import type { PersonRecord } from '../../store/store.ts';
import { confirmedOff } from '../confirmedOff.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** Giving and withdrawing consent (GDPR Art. 7): one step each, and the second never harder than the first. */
export function consents(context: Context): HandlersOf<'consents' | 'giveConsent' | 'withdrawConsent'> {
  const { control, clock } = context;
  return {
    async consents({ person }) {
      const [current, standing] = await Promise.all([control.current(person.org), control.standing(person)]);
      const rules = await control.rulesFor(person);
      const asked = parameterIds.flatMap((id) => askedOf(current, rules, id) ?? []);
      const views = await Promise.all(asked.map((one) => viewOf(context, person, one, standing)));
      return { consents: views, agreement: agreementOf(current, await control.agreedTerms(person)) };
    },
    async giveConsent({ params: { parameter }, body: { shown }, person, leave }) {
      const rules = await control.rulesFor(person);
      const named = { parameter, shown };
      const standing = await control.decide(leave, async (now, current) => {
        const asked = requireAsked(current, rules, named);
        const decision = consentTo(asked, now, { now: clock.now() });
        await noteEvent(context, person, 'consent_given');
        return decision;
      });
      return viewOf(context, person, requireAsked(await control.current(person.org), rules, named), standing);
    },
    async withdrawConsent({ params: { parameter }, person, leave }) {
      await control.decide(leave, async (now) => {
        const decision = withdrawal(now, parameter);
        await noteEvent(context, person, 'consent_withdrawn');
        return decision;
      });
      return { ok: true };
    },
  };
}

function agreementOf({ document }: PublishedPolicy, agreed: AgreedTerms | null): AgreementView | null {
  if (agreed === null) return null;
  const keeps = keptRules({ ...document, rules: document.parameters }, agreed);
  return { version: document.version, keeps, pending: agreed.pending ?? null };
}

async function viewOf(context: Context, person: PersonRecord, asked: Asked, standing: Standing): Promise<ConsentView> {
  const given = standing.consents.get(asked.parameter);
  return {
    ...asked,
    viewers: [...asked.viewers],
    given:
      given === undefined
        ? null
        : { since: given.since, level: given.level, purpose: given.purpose, noticeVersion: given.noticeVersion },
    counts: countsOf(asked, given),
    confirmedOff: await confirmedOff(context, person, asked.parameter),
  };
}
