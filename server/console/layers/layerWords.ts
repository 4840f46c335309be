import { catalog, type Level, type ParameterId } from '../../../shared/catalog.ts';
import { NEVER_ASSESSED } from '../../../shared/policy/review.ts';
import type { ExplainedParameter, LayersView, LeftOutView } from '../../../shared/protocol/http/layers.ts';
import { hoursText } from '../collection/hours.ts';
import { dateTime, nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

type Said = ExplainedParameter['layers'][number];

interface About {
  readonly explained: ExplainedParameter;
  readonly view: LayersView;
  readonly now: number;
}

/** `Off`, `Name`: a level by its name, whatever its parameter. */
export function stateText(level: string): string {
  return say(`level.${level as Level}`);
}

export function isOff({ most }: Said): boolean {
  return most === 'off';
}

/** What a layer says of the parameter, in a few words. */
export function limitText({ layer, most }: Said, parameter: ParameterId): string {
  if (layer === 'organisation') return say('why.asks', { level: stateText(most ?? 'off') });
  if (!limits(parameter, most)) return say('why.noLimit');
  return most === 'off' || most === null ? say('why.off') : say('why.atMost', { level: stateText(most) });
}

/** Why it says that. */
export function layerText(said: Said, about: About): string {
  const { layer, byOldTerms } = said;
  const text = reasonText(said, about);
  // The others have a sentence of their own for it.
  return byOldTerms && (layer === 'consent' || layer === 'jurisdiction') ? `${text} ${say('why.byOldTerms')}` : text;
}

function reasonText(said: Said, about: About): string {
  const { explained, view, now } = about;
  const { layer, most, byOldTerms } = said;
  const { parameter } = explained;
  const isLimit = limits(parameter, most);
  switch (layer) {
    case 'organisation':
      return say('why.organisation', {
        purpose: say(`purpose.${explained.purpose}`),
        basis: say(`basis.${explained.basis}`),
      });
    case 'jurisdiction':
      if (isLimit) return say('why.jurisdiction.limits');
      return say(view.jurisdiction === null ? 'why.jurisdiction.none' : 'why.jurisdiction.free');
    case 'review': {
      if (byOldTerms) return say('why.review.oldTerms');
      if (explained.reviewBy === null) return say('why.review.none');
      if (explained.reviewBy === NEVER_ASSESSED) return say('why.review.never');
      return say(isLimit ? 'why.review.past' : 'why.review.ahead', { when: dateTime(explained.reviewBy) });
    }
    case 'team':
      return isLimit ? teamText(about) : say('why.team.none');
    case 'person':
      return isLimit ? heldText(view.leftOut.person, now) : say('why.person.none');
    case 'agreement':
      return say(most === null ? 'why.agreement.none' : 'why.agreement.holds');
    case 'consent':
      if (most === null) return say('why.consent.other');
      return say(most === 'off' ? 'why.consent.none' : 'why.consent.given');
    case 'objection':
      if (isLimit && view.unreadable) return say('objections.unreadable');
      return say(isLimit ? 'why.objection.holds' : 'why.objection.none');
    case 'restriction':
      return say(isLimit ? 'why.restriction.holds' : 'why.restriction.none');
    case 'minor':
      return say(isLimit ? 'why.minor.holds' : 'why.minor.none');
    case 'acknowledgement': {
      const from = countsFrom(explained);
      if (isLimit && from !== null) return say('why.acknowledgement.later', { when: nearTime(from, now) });
      if (most === 'off') return say('why.acknowledgement.none');
      return say(isLimit ? 'why.acknowledgement.some' : 'why.acknowledgement.all');
    }
    case 'schedule': {
      if (byOldTerms) return say('why.schedule.oldTerms');
      if (explained.schedule === null || view.workingHours === null) return say('why.schedule.none');
      const hours = hoursText(view.workingHours, view.clock.zone);
      return say(isLimit ? 'why.schedule.outside' : 'why.schedule.inside', { hours });
    }
    default:
      return '';
  }
}

/** What is allowed on a device, what counts there later, and what it says itself. */
export function deviceTexts(
  { device, level, decidedBy, coming, reported }: ExplainedParameter['devices'][number],
  now: number,
): readonly string[] {
  const allowed = { device: device.slice(0, 8), level: stateText(level) };
  return [
    decidedBy === null
      ? say('why.onDevice', allowed)
      : say('why.onDeviceBy', { ...allowed, layer: say(`layer.${decidedBy}`) }),
    ...(coming === null
      ? []
      : [say('why.coming', { level: stateText(coming.level), when: nearTime(coming.from, now) })]),
    reportedText(reported),
  ];
}

/** On the device on which more counts first; null where nothing more was acknowledged. */
function countsFrom({ devices }: ExplainedParameter): number | null {
  const moments = devices.flatMap(({ coming }) => coming?.from ?? []);
  return moments.length === 0 ? null : Math.min(...moments);
}

function reportedText(reported: ExplainedParameter['devices'][number]['reported']): string {
  if (reported === null) return say('why.saysNothing');
  const state = say(reported.state === 'on' ? 'why.saysOn' : 'why.saysOff');
  if (reported.reason === null) return say('why.says', { state });
  return say('why.saysReason', { state, reason: say(`reason.${reported.reason}`) });
}

function teamText({ explained: { parameter }, view: { leftOut }, now }: About): string {
  const those = leftOut.teams.filter(({ ceilings }) => ceilings[parameter] !== undefined);
  if (those.length === 0) return say('why.teamUnknown');
  return those
    .map((one) => say('why.heldByTeam', { team: one.name ?? say('why.anotherTeam'), ...held(one, now) }))
    .join(' ');
}

function heldText(one: LeftOutView, now: number): string {
  return say('why.heldBy', held(one, now));
}

function held({ words, byName, since }: LeftOutView, now: number): { words: string; who: string; when: string } {
  return {
    words: words ?? '',
    who: byName ?? say('objections.someoneGone'),
    when: since === null ? '' : nearTime(since, now),
  };
}

/** The highest level is no limit. */
function limits(parameter: ParameterId, most: string | null): boolean {
  return most !== null && most !== catalog[parameter].levels.at(-1);
}
