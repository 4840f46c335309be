import { canonical } from '../../shared/canonical.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Mark } from '../../shared/correction.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import type { DeviceId, SessionId } from '../../shared/ids.ts';
import { withoutTurning } from '../../shared/text.ts';

/** An opened observation, with where it came from. */
export interface Recorded<T extends Observation = Observation> {
  readonly device: DeviceId;
  readonly session: SessionId;
  readonly observation: T;
  /** Left out where it is as it was recorded. */
  readonly mark?: Mark;
}

/** In order of time, and the same order however the segments came: reports must not depend on the order of arrival. */
export function inOrder<T extends Recorded>(records: readonly T[]): T[] {
  const texts = new Map<Recorded, string>();
  const textOf = (record: Recorded): string => {
    const text = texts.get(record) ?? canonical(record.observation);
    texts.set(record, text);
    return text;
  };
  return records.toSorted(
    (a, b) =>
      a.observation.at - b.observation.at ||
      a.observation.mono - b.observation.mono ||
      inAlphabet(a.observation.parameter, b.observation.parameter) ||
      inAlphabet(a.device, b.device) ||
      inAlphabet(a.session, b.session) ||
      inAlphabet(textOf(a), textOf(b)),
  );
}

function inAlphabet(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function ofParameter<P extends ParameterId>(
  records: readonly Recorded[],
  parameter: P,
): Recorded<ObservationOf<P>>[] {
  return records.filter((record): record is Recorded<ObservationOf<P>> => record.observation.parameter === parameter);
}

/** What was chosen, for a report that writes it between words of its own: an agent of a stranger may have sent anything. */
export function readable(work: Pick<ObservationOf<'project'>, 'project' | 'task'>): {
  readonly project: string | null;
  readonly task: string | null;
} {
  const { project, task } = work;
  return {
    project: project === null ? null : withoutTurning(project),
    task: task === null ? null : withoutTurning(task),
  };
}
