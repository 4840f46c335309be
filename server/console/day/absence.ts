import { type ParameterId, catalog } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http.ts';
import { shortDate } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Why there is nothing of a parameter on this day, as a sentence; null when the report does not say that there is nothing. */
export function absenceOf(report: DayReport, parameter: ParameterId, own: boolean): string | null {
  const absent = report.absent.find((entry) => entry.parameter === parameter);
  if (absent === undefined) return null;
  const what = catalog[parameter].label;
  const name = report.person.name;
  switch (absent.why) {
    case 'off_by_policy':
      return absent.since === null
        ? say('absent.off', { what })
        : say('absent.offSince', { what, when: shortDate(absent.since) });
    case 'not_acknowledged':
      return own ? say('absent.notToldYou') : say('absent.notTold', { name });
    case 'no_device':
      return own ? say('absent.noDeviceYou') : say('absent.noDevice', { name });
    case 'not_tracking':
      return own ? say('absent.notTrackingYou') : say('absent.notTracking', { name });
    case 'nothing_recorded':
      return say('absent.nothing', { what });
    case 'not_for_you':
      return say('absent.notForYou', { what });
  }
}
