import { canonical } from '../../../shared/canonical.ts';
import { catalog, type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import { type AgreedTerms, keptRules } from '../../../shared/policy/agreed.ts';
import { noticeText } from '../../../shared/policy/notice.ts';
import type { AgreementView, ConsentView } from '../../../shared/protocol/http/consents.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { payloadHash } from '../../control/signer.ts';
import type { Standing } from '../../control/standing.ts';
import type { PersonRecord } from '../../store/store.ts';
import { confirmedOff } from '../confirmedOff.ts';
import type { Context } from '../context.ts';
import { requireFewToday } from '../fewToday.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** Giving and withdrawing consent (GDPR Art. 7): one step each, and the second never harder than the first. */
export function consents(context: Context): HandlersOf<'consents' | 'giveConsent' | 'withdrawConsent'> {
  const { control, clock } = context;
  return {
    async consents({ person }) {
      const [current, standing] = await Promise.all([control.current(person.org), control.standing(person)]);
      const asked = parameterIds.flatMap((id) => askedOf(current, id) ?? []);
      const views = await Promise.all(asked.map((one) => viewOf(context, person, one, standing)));
      return { consents: views, agreement: agreementOf(current, await control.agreedTerms(person)) };
    },
    async giveConsent({ params: { parameter }, body: { shown }, person, leave }) {
      const standing = await control.decide(leave, async (now, current) => {
        const asked = requireAsked(current, parameter, shown);
        requireFewToday(now, 'consented', clock.now(), (most, hours) => ({
          message: `consent was given ${most} times within a day`,
          remedy: `Give it in ${hours} hours; until then it stays as it is.`,
        }));
        await noteEvent(context, person, 'consent_given');
        const { level, purpose, noticeVersion } = asked;
        return { kind: 'consented', parameter, level, purpose, noticeVersion, shown };
      });
      return viewOf(context, person, requireAsked(await control.current(person.org), parameter, shown), standing);
    },
    async withdrawConsent({ params: { parameter }, person, leave }) {
      await control.decide(leave, async (now) => {
        if (!now.consents.has(parameter)) {
          throw new DaylightError('not_found', `no consent of yours holds for ${parameter}`);
        }
        await noteEvent(context, person, 'consent_withdrawn');
        return { kind: 'consent_withdrawn', parameter };
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

/** What somebody is asked to consent to: all that the view says but what they decided. */
type Asked = Omit<ConsentView, 'given' | 'counts' | 'confirmedOff'>;

/** Null where nothing is asked: it is off, or rests on something else. */
function askedOf({ document }: PublishedPolicy, parameter: ParameterId): Asked | null {
  const { level, basis, purpose, retentionDays, viewers } = document.parameters[parameter];
  const text = noticeText(parameter, level, document);
  if (basis !== 'consent' || level === 'off' || text === undefined) return null;
  const { label } = catalog[parameter];
  const words = { parameter, label, level, purpose, retentionDays, viewers, text, noticeVersion: document.version };
  return { ...words, shown: payloadHash(canonical(words)) };
}

function requireAsked(current: PublishedPolicy, parameter: ParameterId, shown: string): Asked {
  const asked = askedOf(current, parameter);
  if (asked === null) {
    throw new DaylightError('conflict', `${parameter}: it is off, or does not rest on consent`, {
      remedy: 'Look at what rests on your consent now.',
    });
  }
  if (asked.shown === shown) return asked;
  throw new DaylightError('conflict', 'shown: something else is asked of you by now', {
    field: 'shown',
    remedy: 'Read what is asked now, and decide again.',
  });
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

function countsOf(
  { parameter, level, purpose }: Asked,
  given: Pick<NonNullable<ConsentView['given']>, 'level' | 'purpose'> | undefined,
): ConsentView['counts'] {
  if (given === undefined) return 'none';
  if (given.purpose !== purpose) return 'other';
  return rank(parameter, given.level) < rank(parameter, level) ? 'less' : 'all';
}
