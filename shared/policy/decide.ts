import { type Level, type ParameterId, rank } from '../catalog.ts';
import type { EffectiveLevel, LayerName } from './resolve.ts';

export type Decision =
  | { readonly kind: 'allowed'; readonly level: Level }
  | { readonly kind: 'denied'; readonly by: LayerName };

/**
 * The only decision point. The agent asks it before a sensor runs (`wanted` left out: "at which level?"); the server
 * asks it before anything is stored (`wanted`: the level that arrived). Denied names the layer that said no.
 */
export function decide({ level, decidedBy }: EffectiveLevel, parameter: ParameterId, wanted?: string): Decision {
  const allowed = rank(parameter, level);
  const asked = wanted === undefined ? allowed : rank(parameter, wanted);
  if (asked <= 0 || asked > allowed) return { kind: 'denied', by: decidedBy ?? 'platform' };
  return { kind: 'allowed', level: wanted === undefined ? level : (wanted as Level) };
}
