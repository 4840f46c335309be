import type { SessionId } from '../../../shared/ids.ts';
import type { SpooledObservation } from './batchFile.ts';

export interface SessionRecord {
  readonly session: SessionId;
  /** Own number of its batch. */
  readonly batch: number;
  /** Its batch has perhaps been sent, acknowledged or not: then the server may have it. */
  readonly mayBeSent: boolean;
  readonly observation: SpooledObservation;
}

type Left = (session: SessionId, observation: SpooledObservation) => SpooledObservation | null;

/**
 * What is left of records once sessions may not be collected: of a session whose start may have been sent its stop, so that what
 * was rightly begun has an end, and nothing else (null). The stop moves to the first of what goes and the server may lack although it
 * has the start: that could be a pause or a gap, and what came after it would count as work. Records of other parameters are left
 * alone. Pure. Reduce the batch of the stop first: a second run then finds what the first was decided by.
 */
export function endings(records: readonly SessionRecord[]): Left {
  const own = records.filter(({ observation }) => observation.parameter === 'session');
  return (session, observation) => {
    if (observation.parameter !== 'session') return observation;
    if (!isStop(observation)) return null;
    const gone = own.filter((one) => one.session === session && !isStop(one.observation));
    const start = gone.find((one) => one.observation['event'] === 'start');
    if (start?.mayBeSent === false) return null;
    const first = gone
      // A batch arrives whole: who has the start has what stands beside it.
      .flatMap((one) => (one.batch === start?.batch ? [] : [one.observation]))
      .toSorted((a, b) => a.mono - b.mono)[0];
    if (first === undefined || first.mono >= observation.mono) return observation;
    return { ...observation, at: first.at, mono: first.mono };
  };
}

/** The end of a session. */
export function isStop(observation: SpooledObservation): boolean {
  return observation.parameter === 'session' && observation['event'] === 'stop';
}
