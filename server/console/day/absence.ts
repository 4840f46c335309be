import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { shortDate } from '../strings/format.ts';
import { joined, say } from '../strings/say.ts';

/** True when the day has nothing to draw at all. */
export function isEmptyDay({ sessions, work, activity, apps, sites, screenshots, notes }: DayReport): boolean {
  return [sessions, work, activity, apps, sites, screenshots, notes].every(({ length }) => length === 0);
}

/** The reasons of an empty day, each once, with the parameters that it holds for. */
export function reasonsOf(report: DayReport, own: boolean): readonly { sentence: string; parameters: ParameterId[] }[] {
  const reasons = new Map<string, ParameterId[]>();
  for (const { parameter, why, since, from, purpose } of report.absent) {
    const key = `${why} ${since ?? ''} ${from ?? ''} ${purpose ?? ''}`;
    reasons.set(key, [...(reasons.get(key) ?? []), parameter]);
  }
  return [...reasons.values()].map((parameters) => ({
    sentence: absenceOf(report, parameters, own) ?? say('absent.unknown'),
    parameters,
  }));
}

/** What a dash in the column of titles means; null when there is none. */
export function untitledText(report: AbsencesOfDay & Pick<DayReport, 'apps'>, own: boolean): string | null {
  if (!report.apps.some(({ title }) => title === null)) return null;
  return absenceOf(report, 'title', own) ?? say('col.titleNone');
}

/** What a report says of one day of whom, and in which zone. Without an end it is the present day, in the viewer's own zone. */
export type AbsencesOfDay = Pick<DayReport, 'absent' | 'person'> &
  Partial<Pick<DayReport, 'to' | 'zone' | 'generatedAt'>>;

/** Why there is nothing of a parameter on this day, as a sentence; null when the report does not say that there is nothing. */
export function absenceOf(
  report: AbsencesOfDay,
  parameter: ParameterId | readonly ParameterId[],
  own: boolean,
): string | null {
  const parameters = typeof parameter === 'string' ? [parameter] : parameter;
  const absent = report.absent.find((entry) => entry.parameter === parameters[0]);
  if (absent === undefined) return null;
  const what = joined(parameters.map((id) => catalog[id].label));
  const name = report.person.name;
  // Of a day that is over everything is past: the person may have acknowledged since, and have a device now.
  const { to = Number.POSITIVE_INFINITY, generatedAt = 0 } = report;
  const isOver = to <= generatedAt;
  switch (absent.why) {
    case 'off_by_policy':
      return absent.since === null
        ? say(isOver ? 'absent.wasOff' : 'absent.off', { what })
        : say(isOver ? 'absent.wasOffSince' : 'absent.offSince', { what, when: shortDate(absent.since, report.zone) });
    case 'not_acknowledged':
      if (isOver) return own ? say('absent.wasNotToldYou') : say('absent.wasNotTold', { name });
      return own ? say('absent.notToldYou') : say('absent.notTold', { name });
    case 'counts_later': {
      const when = absent.from === undefined ? '' : shortDate(absent.from, report.zone);
      return say(`absent.counts_later.${isOver ? 'was' : 'is'}.${own ? 'you' : 'other'}`, { what, name, when });
    }
    case 'left_out':
    case 'objected':
    case 'restricted':
    case 'under_age':
      return say(`absent.${absent.why}.${isOver ? 'was' : 'is'}.${own ? 'you' : 'other'}`, { what, name });
    case 'not_consented':
      // Said of the reader alone.
      return say(`absent.not_consented.${isOver ? 'was' : 'is'}.you`, { what });
    case 'rests_on_consent':
      return say('absent.restsOnConsent', { what });
    case 'no_device':
      if (isOver) return own ? say('absent.hadNoDeviceYou') : say('absent.hadNoDevice', { name });
      return own ? say('absent.noDeviceYou') : say('absent.noDevice', { name });
    case 'no_longer_kept':
      return say('absent.notKept', { what });
    case 'deleted_by_you':
    case 'deleted':
      return say(`absent.${absent.why}`, { what });
    case 'not_tracking':
      return own ? say('absent.notTrackingYou') : say('absent.notTracking', { name });
    case 'nothing_recorded':
      return say(isOver ? 'absent.wasOnNothing' : 'absent.nothing', { what });
    case 'withheld':
      return say('absent.withheld', { what, name });
    case 'not_for_you':
      return say('absent.notForYou', { what });
    case 'other_purpose':
      return say('absent.otherPurpose', { what, purpose: say(`purpose.${absent.purpose ?? 'own_data'}`) });
  }
}
