import { canonical } from '../../shared/canonical.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import type { DeviceId, SessionId } from '../../shared/ids.ts';

/** An opened observation, with where it came from. */
export interface Recorded<T extends Observation = Observation> {
  readonly device: DeviceId;
  readonly session: SessionId;
  readonly observation: T;
}

/** In order of time, and the same order however the segments came: reports must not depend on the order of arrival. */
export function inOrder(records: readonly Recorded[]): Recorded[] {
  return records
    .map((record) => ({ record, tie: '' }))
    .toSorted((a, b) => {
      const [one, other] = [a.record, b.record];
      const time = one.observation.at - other.observation.at || one.observation.mono - other.observation.mono;
      if (time !== 0) return time;
      a.tie ||= canonical([one.device, one.session, one.observation]);
      b.tie ||= canonical([other.device, other.session, other.observation]);
      return a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0;
    })
    .map(({ record }) => record);
}

export function ofParameter<P extends ParameterId>(
  records: readonly Recorded[],
  parameter: P,
): Recorded<ObservationOf<P>>[] {
  return records.filter((record): record is Recorded<ObservationOf<P>> => record.observation.parameter === parameter);
}
