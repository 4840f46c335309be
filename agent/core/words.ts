import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';

/** Why something is off, as a person is told. */
export type OffReason = LayerName | 'sensor_unavailable';

export function whyOff(reason: OffReason): string {
  switch (reason) {
    case 'platform':
    case 'sensor_unavailable':
      return 'Off: this computer does not let Daylight see it.';
    case 'organisation':
      return 'Off: your organisation does not collect it.';
    case 'acknowledgement':
      return 'Off: you have not acknowledged the notice that describes it.';
    case 'lease':
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

/** Sites are on, and no extension has spoken for a while: none is loaded, it is silent, or no browser runs. */
export const EXTENSION_UNHEARD =
  'On, but it needs the browser extension, and none is heard now: no site is recorded, and every browser window counts' +
  ' as private. If a browser is open, see "daylight-agent extension --status".';

/** Sites are allowed, and no browser is paired. */
export const EXTENSION_MISSING =
  'Off: it needs the browser extension, and no browser is paired. Run "daylight-agent extension", then start again.' +
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

/** Why the employee cannot do something now, and what would help. */
export function refusalOf(parameter: ParameterId, by: LayerName): { problem: string; remedy: string } {
  const what = catalog[parameter].label.toLowerCase();
  switch (by) {
    case 'organisation':
      return {
        problem: `Your organisation's policy does not record ${what}.`,
        remedy: 'Ask your organisation, or wait until the agent has received its policy.',
      };
    case 'acknowledgement':
      return {
        problem: `You have not yet acknowledged the notice about ${what}.`,
        remedy: 'Read and acknowledge it in your Daylight window.',
      };
    case 'lease':
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
      return { problem: whyOff(by), remedy: 'See `daylight-agent status` for what each needs.' };
    default:
      return assertNever(by);
  }
}
