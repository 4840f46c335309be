import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import type { PolicyCache, Refusal } from './gate/policyCache.ts';

/** Why something is off, as a person is told. */
export type OffReason = LayerName | 'sensor_unavailable' | 'not_understood';

/** What the organisation says and this version cannot read is not the organisation's word. */
export function reasonFor<R extends OffReason>(
  policies: Pick<PolicyCache, 'policy' | 'notUnderstood'>,
  parameter: ParameterId,
  by: R,
): R | 'not_understood' {
  const isUnread = policies.notUnderstood() !== null || policies.policy()?.notUnderstood[parameter] !== undefined;
  return by === 'organisation' && isUnread ? 'not_understood' : by;
}

/** `apart`: `PolicyCache.disagreement`. */
export function whyOff(reason: OffReason, apart: number | null = null): string {
  switch (reason) {
    case 'platform':
    case 'sensor_unavailable':
      return 'Off: this computer does not let Daylight see it.';
    case 'organisation':
      return 'Off: your organisation does not collect it.';
    case 'not_understood':
      return 'Off: this version of Daylight does not understand what your organisation says of it. Update Daylight on this computer.';
    case 'acknowledgement':
      return 'Off: it waits until you have read the notice and accepted it; see "daylight-agent notice".';
    case 'lease':
      if (apart !== null) return `Off: ${disagreeing(apart)}: set the one that is wrong.`;
      return 'Off: the server has not confirmed for too long that it may be collected.';
    case 'indicator':
      return 'Off: nothing here shows you that recording is on.';
    case 'session':
      return 'Off: you are not tracking.';
    case 'pause':
      return 'Off: you have paused.';
    case 'lock':
      return 'Off: the screen is locked, or nobody has been seen for a while.';
    default:
      return assertNever(reason);
  }
}

/** Sites are allowed, and no extension has spoken for a while: none is loaded, it is silent, or no browser runs. */
export const EXTENSION_UNHEARD =
  'Off: it needs the browser extension, and none is heard now: no site is recorded, and every browser window counts' +
  ' as private. If a browser is open, see "daylight-agent extension --status".';

/** Sites are allowed, and no browser is paired. */
export const EXTENSION_MISSING =
  'Off: it needs the browser extension, and no browser is paired. Choose "Pair the browser extension…" in the tray, or' +
  ' run "daylight-agent extension", then start again.' +
  ' Until then every browser window counts as private.';

/** Why titles, sites and pictures wait although the person is tracking, and what would let them go on. */
export function whyQuiet(signs: { readonly woke: boolean; readonly input: boolean; readonly app: boolean }): string {
  const since = signs.woke ? 'since this computer woke up' : 'for a while';
  const first = signs.input
    ? 'use the keyboard or the pointer, or '
    : signs.app
      ? 'go to another application, or '
      : '';
  return `Off: nothing has been seen of you ${since}. If you are here, ${first}run "daylight-agent resume".`;
}

export function whyActive(parameter: ParameterId, level: string): string {
  return (catalog[parameter].notice as Readonly<Record<string, string>>)[level] ?? 'On.';
}

/** Why the employee cannot do something now, and what would help. `apart`: `PolicyCache.disagreement`. */
export function refusalOf(
  parameter: ParameterId,
  by: LayerName | 'not_understood',
  apart: number | null,
): { problem: string; remedy: string } {
  const what = catalog[parameter].label.toLowerCase();
  switch (by) {
    case 'organisation':
      return {
        problem: `Your organisation's policy does not record ${what}.`,
        remedy: 'Ask your organisation, or wait until the agent has received its policy.',
      };
    case 'not_understood':
      return {
        problem: `This version of Daylight does not understand what your organisation's policy says of ${what}.`,
        remedy: 'Update Daylight on this computer.',
      };
    case 'acknowledgement':
      return {
        problem: `${catalog[parameter].label} are off until you have read the notice about them and accepted it.`,
        remedy: 'Read it with "daylight-agent notice" or in your Daylight window, and accept it there.',
      };
    case 'lease':
      if (apart !== null) {
        return {
          problem: `The server has not confirmed the policy for too long: ${disagreeing(apart)}.`,
          remedy: "Set the one that is wrong, or ask your administrator to set the server's.",
        };
      }
      return {
        problem: 'The server has not confirmed the policy for too long.',
        remedy: 'Connect this computer to the network, and check that its clock is right.',
      };
    case 'session':
      return { problem: 'You are not tracking.', remedy: 'Start tracking first.' };
    case 'platform':
    case 'indicator':
    case 'pause':
    case 'lock':
      return { problem: whyOff(by), remedy: 'See "daylight-agent status" for what each needs.' };
    default:
      return assertNever(by);
  }
}

/** Why what the server gave is not used, or not wholly, and what would help. `apart`: `PolicyCache.disagreement`. */
export function whyRefused(refusal: Refusal, apart: number | null): Explained {
  const isOfTime = refusal === 'older_lease' || refusal === 'clocks_disagree';
  return isOfTime && apart !== null ? clocksDisagree(apart) : refused[refusal];
}

interface Explained {
  readonly words: string;
  readonly remedy: string;
}

const CONFIRM_ANEW = 'leave this computer connected, so that it confirms anew; if this stays, ask your administrator';

const refused: Readonly<Record<Refusal, Explained>> = {
  not_canonical: {
    words: 'The policy that arrived, or that was kept here, is damaged.',
    remedy: 'connect to the network, so that the server sends it again; if this stays, ask your administrator',
  },
  wrong_key: {
    words: 'A policy arrived that is signed with another key than the one of your enrolment, and is not used.',
    remedy: 'ask your administrator; if the server was set up anew, run "daylight-agent wipe" and enrol again',
  },
  bad_signature: {
    words: 'A policy arrived whose signature is not genuine, and is not used.',
    remedy: 'ask your administrator: it may have been changed on the way',
  },
  wrong_organisation: {
    words: 'A policy of another organisation arrived, and is not used.',
    remedy: 'ask your administrator; if the server was set up anew, run "daylight-agent wipe" and enrol again',
  },
  older_version: {
    words: 'A policy arrived that is older than one that was in force here, and is not used.',
    remedy: 'ask your administrator: the server may have been restored from an old copy',
  },
  broken_chain: {
    words: 'A policy arrived that does not follow the one that was in force here, and is not used.',
    remedy: 'ask your administrator: the server may have been restored from an old copy',
  },
  not_yet: {
    words: 'A newer policy arrived that comes into force later. What it lowers is lowered; what it raises waits.',
    remedy: 'wait, or check the clock of this computer',
  },
  not_understood: {
    words: 'A newer policy arrived that this version of Daylight does not understand, so everything is off.',
    remedy: 'update Daylight on this computer',
  },
  lease_mismatch: {
    words: 'What the server last confirmed is of another policy, person or device, and does not count.',
    remedy: CONFIRM_ANEW,
  },
  older_lease: {
    words: 'What the server last confirmed is older than what it confirmed before, and does not count.',
    remedy: CONFIRM_ANEW,
  },
  clocks_disagree: {
    words: "What the server last confirmed does not count yet: its clock was ahead of this computer's.",
    remedy: CONFIRM_ANEW,
  },
};

function clocksDisagree(apart: number): Explained {
  const words = `What the server last confirmed does not count: ${disagreeing(apart)}.`;
  return { words, remedy: "set the one that is wrong, or ask your administrator to set the server's" };
}

/** `apart`: how far the server's clock is ahead. */
function disagreeing(apart: number): string {
  const side = apart > 0 ? 'ahead' : 'behind';
  return `the clocks of the server and of this computer disagree by ${lengthOf(Math.abs(apart))} (the server's is ${side})`;
}

function lengthOf(ms: number): string {
  if (ms >= 2 * DAY) return `${Math.round(ms / DAY)} days`;
  if (ms >= 2 * HOUR) return `${Math.round(ms / HOUR)} hours`;
  return `${Math.round(ms / MINUTE)} minutes`;
}
