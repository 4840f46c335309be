import type { Observation } from '../../shared/events/observation.ts';
import type { DiscardReason } from '../../shared/outcome.ts';

export function untruth(observation: Observation): DiscardReason | null {
  void observation;
  return null;
}
