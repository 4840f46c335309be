import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import { DAY, HOUR, MINUTE, type UnixMs } from '../../shared/time.ts';
import { en } from '../strings/en.ts';
import { date } from '../strings/format.ts';
import { count, type StringKey, say } from '../strings/say.ts';
import type { PolicyCache, Refusal } from './gate/policyCache.ts';

/** Why something is off, as a person is told. */
export type OffReason = LayerName | 'sensor_unavailable' | 'not_understood' | 'reacting';

export function isOffReason(reason: string): reason is OffReason {
  return Object.hasOwn(en, `off.${reason}`) || reason === 'platform' || reason === 'sensor_unavailable';
}

/** What the organisation says and this version cannot read is not the organisation's word. */
export function reasonFor<R extends OffReason>(
  policies: Pick<PolicyCache, 'policy' | 'notUnderstood'>,
  parameter: ParameterId,
  by: R,
): R | 'not_understood' {
  const isUnread = policies.notUnderstood() !== null || policies.policy()?.notUnderstood[parameter] !== undefined;
  return by === 'organisation' && isUnread ? 'not_understood' : by;
}

/** From when counts what the person has acknowledged and may still react to; null where something else keeps it off. */
export function reactsUntil(
  policies: Pick<PolicyCache, 'lease'>,
  parameter: ParameterId,
  by: OffReason,
): UnixMs | null {
  return by === 'acknowledgement' ? (policies.lease()?.coming?.[parameter]?.from ?? null) : null;
}

/** Why it is off here, with the day from which what the person has acknowledged counts, and whether it is so by old terms of theirs. */
export function whyOffHere(
  policies: Pick<PolicyCache, 'lease' | 'policy' | 'notUnderstood' | 'disagreement' | 'isByOldTerms'>,
  parameter: ParameterId,
  by: OffReason,
  now: UnixMs,
): string {
  const from = reactsUntil(policies, parameter, by);
  if (from !== null) return say('off.reactingUntil', { date: date(from) });
  const why = whyOff(reasonFor(policies, parameter, by), policies.disagreement());
  if (!decidedByTerms(by) || !policies.isByOldTerms(by, parameter, now)) return why;
  return by === 'review' ? say('off.reviewOldTerms') : `${why} ${say('off.byOldTerms')}`;
}

/** What old terms can have a say in. */
function decidedByTerms(by: OffReason): by is 'jurisdiction' | 'review' | 'consent' | 'schedule' {
  return by === 'jurisdiction' || by === 'review' || by === 'consent' || by === 'schedule';
}

/** `apart`: `PolicyCache.disagreement`. */
export function whyOff(reason: OffReason, apart: number | null = null): string {
  if (reason === 'platform' || reason === 'sensor_unavailable') return say('off.unseen');
  if (reason === 'lease' && apart !== null) return say('off.clocks', { apart: disagreeing(apart) });
  return say(`off.${reason}`);
}

/** Sites are allowed, and no extension has spoken for a while: none is loaded, it is silent, or no browser runs. */
export const EXTENSION_UNHEARD = say('off.extensionUnheard');

/** Sites are allowed, and no browser is paired. */
export const EXTENSION_MISSING = say('off.extensionMissing', { menu: say('tray.pair') });

/** Why titles, sites and pictures wait although the person is tracking, and what would let them go on. */
export function whyQuiet({
  woke,
  input,
  app,
}: {
  readonly woke: boolean;
  readonly input: boolean;
  readonly app: boolean;
}): string {
  const sign = say(input ? 'quiet.input' : app ? 'quiet.app' : 'quiet.resume');
  return say(woke ? 'quiet.woke' : 'quiet.while', { do: sign });
}

export function whyActive(parameter: ParameterId, level: string): string {
  return (catalog[parameter].notice as Readonly<Record<string, string>>)[level] ?? say('on.plain');
}

/** Why the employee cannot do something now, and what would help. `apart`: `PolicyCache.disagreement`. */
export function refusalOf(
  parameter: ParameterId,
  by: LayerName | 'not_understood' | 'reacting',
  apart: number | null,
): { problem: string; remedy: string } {
  const { label, named } = catalog[parameter];
  switch (by) {
    case 'organisation':
    case 'not_understood':
      return { problem: say(`cannot.${by}`, { what: named }), remedy: say(`cannot.${by}Remedy`) };
    case 'team':
    case 'person':
      return { problem: say('cannot.leftOut', { what: named }), remedy: say('cannot.organisationRemedy') };
    case 'jurisdiction':
    case 'review':
    case 'agreement':
      return {
        problem: whyOff(by),
        remedy: say(by === 'agreement' ? 'cannot.agreementRemedy' : 'cannot.organisationRemedy'),
      };
    case 'consent':
    case 'objection':
    case 'restriction':
      return { problem: say(`cannot.${by}`, { what: named }), remedy: say(`cannot.${by}Remedy`) };
    case 'minor':
      return { problem: whyOff(by), remedy: say('cannot.minorRemedy') };
    case 'schedule':
      return { problem: whyOff(by), remedy: say('cannot.scheduleRemedy') };
    case 'acknowledgement':
      return { problem: say('cannot.acknowledgement', { what: label }), remedy: say('cannot.acknowledgementRemedy') };
    case 'reacting':
      return { problem: whyOff(by), remedy: say('cannot.reactingRemedy') };
    case 'lease':
      if (apart === null) return { problem: say('cannot.lease'), remedy: say('cannot.leaseRemedy') };
      return { problem: say('cannot.clocks', { apart: disagreeing(apart) }), remedy: say('cannot.clocksRemedy') };
    case 'session':
      return { problem: say('answer.notTracking'), remedy: say('answer.startFirst') };
    case 'platform':
    case 'indicator':
    case 'pause':
    case 'lock':
    case 'first_use':
      return { problem: whyOff(by), remedy: say('cannot.otherRemedy') };
    default:
      return assertNever(by);
  }
}

/** Why what the server gave is not used, or not wholly, and what would help. `apart`: `PolicyCache.disagreement`. */
export function whyRefused(
  refusal: Refusal,
  apart: number | null,
): { readonly words: string; readonly remedy: string } {
  const isOfTime = refusal === 'older_lease' || refusal === 'clocks_disagree';
  if (!isOfTime || apart === null) return { words: say(`unused.${refusal}`), remedy: say(REMEDIES[refusal]) };
  return { words: say('unused.apart', { apart: disagreeing(apart) }), remedy: say('remedy.clock') };
}

const REMEDIES = {
  not_canonical: 'remedy.connect',
  wrong_key: 'remedy.wipe',
  retired_key: 'remedy.connect',
  broken_keys: 'remedy.keys',
  bad_signature: 'remedy.changed',
  wrong_organisation: 'remedy.wipe',
  older_version: 'remedy.restored',
  broken_chain: 'remedy.restored',
  not_yet: 'remedy.wait',
  not_understood: 'remedy.update',
  lease_mismatch: 'remedy.anew',
  older_lease: 'remedy.anew',
  clocks_disagree: 'remedy.anew',
} as const satisfies Readonly<Record<Refusal, StringKey>>;

/** `apart`: how far the server's clock is ahead. */
function disagreeing(apart: number): string {
  return say(apart > 0 ? 'apart.ahead' : 'apart.behind', { long: lengthOf(Math.abs(apart)) });
}

function lengthOf(ms: number): string {
  if (ms >= 2 * DAY) return count('days', Math.round(ms / DAY));
  if (ms >= 2 * HOUR) return count('hours', Math.round(ms / HOUR));
  return count('minutes', Math.round(ms / MINUTE));
}
