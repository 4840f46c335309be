import type { CorrectableField, CorrectionValues } from '../../../shared/correction.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import { workLabel } from '../day/Timeline.tsx';
import { labelText } from '../day/tones.ts';
import { exactTime } from '../strings/format.ts';
import { joined, say } from '../strings/say.ts';

/** A record in a few words: what it says, and not when. */
export function recordText(observation: Observation): string {
  switch (observation.parameter) {
    case 'session':
      return `${say(`corrections.event.${observation.event}`)} ${exactTime(observation.at)}`;
    case 'project':
      return workLabel(observation.project, observation.task);
    case 'notes':
      return observation.note;
    case 'app':
      return labelText(observation.level === 'name' ? observation.name : observation.category);
    case 'title':
      return observation.title;
    case 'url':
      if (observation.level === 'category') return labelText(observation.category);
      return observation.level === 'domain' ? observation.domain : `${observation.host}${observation.path}`;
    case 'activity':
      if (observation.level === 'active') return valuesText({ active: observation.active });
      return valuesText({
        keys: observation.keys,
        clicks: observation.clicks,
        scrolls: observation.scrolls,
        moves: observation.moves,
      });
    case 'device':
      return observation.level === 'coarse'
        ? joined([observation.platform, observation.arch])
        : joined([observation.platform, observation.osVersion, observation.arch]);
    case 'timezone':
      return observation.zone;
    case 'screenshot':
      return say('corrections.picture');
    case 'diagnostics':
      return say('corrections.ofDaylight');
  }
}

/** `Project: Shop · Task: Payment` */
export function valuesText(values: CorrectionValues): string {
  return joined(Object.entries(values).map(([field, value]) => `${fieldLabel(field)}: ${valueText(field, value)}`));
}

export function fieldLabel(field: string): string {
  const known = labelled.find((one) => one === field);
  return known === undefined ? field : say(`corrections.field.${known}`);
}

const labelled = [
  ...['at', 'project', 'task', 'note', 'active', 'keys', 'clicks', 'scrolls', 'moves', 'category', 'name', 'title'],
  ...['domain', 'host', 'path', 'platform', 'arch', 'osVersion', 'model', 'memoryGiB', 'zone'],
] as const satisfies readonly CorrectableField[];

function valueText(field: string, value: CorrectionValues[string]): string {
  if (value === null) return say('corrections.nothing');
  if (typeof value === 'boolean') return say(value ? 'corrections.yes' : 'corrections.no');
  if (field === 'at' && typeof value === 'number') return exactTime(value);
  return String(value);
}
