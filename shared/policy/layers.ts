import type { Level, ParameterId } from '../catalog.ts';
import { type EffectiveLevel, type Layer, type LayerName, layerNames, resolveFor } from './resolve.ts';

/** What one layer says of one parameter. */
export interface LayerSays {
  readonly layer: LayerName;
  /** The most that it allows; null where it does not restrict it. */
  readonly most: Level | null;
  /** Whether it is the one that the level is owed to. */
  readonly decides: boolean;
}

export interface Explained extends EffectiveLevel {
  readonly layers: readonly LayerSays[];
}

/** Of one parameter what `resolve` makes of these layers, and what each of them says, in the order in which an equal "no" is attributed. */
export function explain(parameter: ParameterId, layers: readonly Layer[]): Explained {
  const effective = resolveFor(parameter, layers);
  const says = layers
    .map(({ name, ceilings }): LayerSays => {
      return { layer: name, most: ceilings[parameter] ?? null, decides: name === effective.decidedBy };
    })
    .toSorted((a, b) => layerNames.indexOf(a.layer) - layerNames.indexOf(b.layer));
  return { ...effective, layers: says };
}
