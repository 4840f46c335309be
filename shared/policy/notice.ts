import { catalog, type ParameterId, type Purpose, parameterIds } from '../catalog.ts';
import type { Role } from '../roles.ts';
import { type Exclusions, NO_EXCLUSIONS } from './exclusions.ts';
import type { LawfulBasis, PolicyDocument } from './policy.ts';

/** What a person is told, generated from the catalogue and a published policy and never written by hand. */
export interface Notice {
  /** The policy version that it describes. Acknowledging the notice means acknowledging this version. */
  readonly version: number;
  readonly collected: readonly NoticeLine[];
  readonly notCollected: readonly { readonly parameter: ParameterId; readonly label: string }[];
  /** What no policy can switch on. */
  readonly never: string;
}

export interface NoticeLine {
  readonly parameter: ParameterId;
  readonly label: string;
  readonly level: string;
  readonly text: string;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
}

export const NEVER =
  'Never, whatever the settings: which keys you press, pointer positions, the clipboard, camera, microphone, location, contents of files, windows in the background.';

/** Stands wherever a person is told for how many days something is kept, until those days are kept to. */
export const RETENTION =
  'Daylight does not yet delete by itself what has passed its days. Until it does, your organisation can only delete everything at once, by ending its account on its server.';

type Terms = Pick<PolicyDocument, 'screenshotReviewSeconds' | 'idleSeconds' | 'leaseHours' | 'exclusions'>;

/**
 * What is collected of a parameter at a level, in words, with the times that the policy sets: to review a screenshot,
 * without input, without contact with the server, and with what the organisation leaves out of it. Undefined where the register has no words: then it is not collected.
 */
export function noticeText(parameter: ParameterId, level: string, terms: Terms): string | undefined {
  const { notice, source } = catalog[parameter];
  const text = (notice as Readonly<Record<string, string>>)[level];
  if (text === undefined) return undefined;
  const { screenshotReviewSeconds: review, idleSeconds, leaseHours } = terms;
  const sentences = [text];
  if (parameter === 'screenshot') {
    sentences.push(
      review === 0
        ? 'It is sent at once: you cannot review it first.'
        : `You can review and drop each one for ${inWords(review)} before it is sent.`,
    );
  }
  sentences.push(
    source === 'entered'
      ? `It goes on for up to ${hoursInWords(leaseHours.entered)} without contact with the server.`
      : `It goes on for up to ${inWords(idleSeconds)} without input and ${hoursInWords(leaseHours.observed)} without contact with the server.`,
  );
  sentences.push(...excludedText(parameter, terms.exclusions ?? NO_EXCLUSIONS));
  return sentences.join(' ');
}

function excludedText(parameter: ParameterId, { apps, sites }: Exclusions): readonly string[] {
  const [ofApps, ofSites] = [`the applications ${apps.join(', ')}`, `the sites ${sites.join(', ')}`];
  const all = [...(apps.length > 0 ? [ofApps] : []), ...(sites.length > 0 ? [ofSites] : [])].join(' and ');
  switch (parameter) {
    case 'app':
      return apps.length > 0 ? [`Of ${ofApps} only that something private is in front.`] : [];
    case 'url':
      return sites.length > 0 ? [`Of ${ofSites} only that something private is open.`] : [];
    case 'title':
      return all === '' ? [] : [`None of ${all}.`];
    case 'screenshot':
      return all === '' ? [] : [`None while one of ${all} is to be seen.`];
    default:
      return [];
  }
}

function inWords(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
}

/** In days where they are whole ones. */
function hoursInWords(hours: number): string {
  if (hours === 1) return '1 hour';
  return hours > 24 && hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}

export function noticeOf(policy: Pick<PolicyDocument, 'version' | 'parameters'> & Terms): Notice {
  const collected: NoticeLine[] = [];
  const notCollected: { parameter: ParameterId; label: string }[] = [];
  for (const parameter of parameterIds) {
    const { label } = catalog[parameter];
    const rule = policy.parameters[parameter];
    const text = noticeText(parameter, rule.level, policy);
    if (rule.level === 'off' || text === undefined) {
      notCollected.push({ parameter, label });
      continue;
    }
    const { level, purpose, basis, retentionDays, viewers } = rule;
    collected.push({ parameter, label, level, text, purpose, basis, retentionDays, viewers });
  }
  return { version: policy.version, collected, notCollected, never: NEVER };
}
