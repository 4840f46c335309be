import { canonical } from '../../shared/canonical.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { type AskedConsent, askedConsent } from '../../shared/policy/askedConsent.ts';
import { NO_EXCLUSIONS } from '../../shared/policy/exclusions.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { PublishedPolicy } from './control.ts';
import type { Decision } from './decision.ts';
import { requireFewToday } from './fewToday.ts';
import { payloadHash } from './signer.ts';
import type { Standing } from './standing.ts';

type Rules = PolicyDocument['parameters'];

/** What somebody is asked, and the hash by which they say that it is this that they were shown. */
export type Asked = AskedConsent & { readonly shown: string };

/** `rules`: as they bind the person. Null where nothing is asked: it is off, or rests on something else. */
export function askedOf({ document }: PublishedPolicy, rules: Rules, parameter: ParameterId): Asked | null {
  const exclusions = document.exclusions ?? NO_EXCLUSIONS;
  const words = askedConsent(parameter, { ...document, rules, exclusions });
  return words === null ? null : { ...words, shown: payloadHash(canonical(words)) };
}

/** Throws DaylightError `conflict` when nothing, or something else, is asked by now. */
export function requireAsked(
  current: PublishedPolicy,
  rules: Rules,
  { parameter, shown }: { readonly parameter: ParameterId; readonly shown: string },
): Asked {
  const asked = askedOf(current, rules, parameter);
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

/** The decision of whoever consents to what they were shown. Throws DaylightError `conflict`, or `rate_limited`. */
export function consentTo(
  asked: Asked,
  standing: Standing,
  { now, signed }: { readonly now: UnixMs; readonly signed?: Signed },
): Decision {
  requireFewToday(standing, 'consented', now, (most, hours) => ({
    message: `consent was given ${most} times within a day`,
    remedy: `Give it in ${hours} hours; until then it stays as it is.`,
  }));
  const { parameter, level, purpose, retentionDays, noticeVersion, shown } = asked;
  const viewers = [...asked.viewers];
  const by = signed === undefined ? {} : { signed };
  return { kind: 'consented', parameter, level, purpose, retentionDays, viewers, noticeVersion, shown, ...by };
}

/** Throws DaylightError `not_found` when there is none to withdraw. */
export function withdrawal({ consents }: Standing, parameter: ParameterId, signed?: Signed): Decision {
  if (!consents.has(parameter)) throw new DaylightError('not_found', `no consent of yours holds for ${parameter}`);
  return { kind: 'consent_withdrawn', parameter, ...(signed === undefined ? {} : { signed }) };
}

/** What security events say of it. */
export const consentEvents = {
  consent_given: 'this person consented to something that is collected of them',
  consent_withdrawn: 'this person withdrew a consent of theirs',
} as const;
