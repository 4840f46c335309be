import type { SessionId } from '../../../shared/ids.ts';
import type { SpooledObservation } from './batchFile.ts';

interface SessionRecord {
  readonly session: SessionId;
  readonly observation: SpooledObservation;
}

type Left = (session: SessionId, observation: SpooledObservation) => SpooledObservation | null;

/**
 * What is left of records once sessions may not be collected: of a session whose start has been sent its stop, so that what was
 * rightly begun has an end, and nothing else (null). The stop moves to the first of what goes: that could be a pause or a gap, and
 * what came after it would count as work. Records of other parameters are left alone. Pure.
 */
export function endings(records: readonly SessionRecord[]): Left {
  const own = records.filter(({ observation }) => observation.parameter === 'session');
  return (session, observation) => {
    if (observation.parameter !== 'session') return observation;
    if (!isStop(observation)) return null;
    const gone = own.flatMap((one) => (one.session === session && !isStop(one.observation) ? [one.observation] : []));
    if (gone.some((one) => one['event'] === 'start')) return null;
    const first = gone.toSorted((a, b) => a.mono - b.mono)[0];
    if (first === undefined || first.mono >= observation.mono) return observation;
    return { ...observation, at: first.at, mono: first.mono };
  };
}

/** The end of a session. */
export function isStop(observation: SpooledObservation): boolean {
  return observation.parameter === 'session' && observation['event'] === 'stop';
}
