import { catalog, type Level, type ParameterId, parameterIds, rank } from '../catalog.ts';
import type { Levels } from './policy.ts';

/**
 * Where a ceiling comes from, in the order in which an equal "no" is attributed: when several layers allow just as
 * little, the first of this list is named as the one that decided.
 */
export const layerNames = [
  'organisation',
  'objection', // the person has objected, and that holds
  'acknowledgement', // the person has not been shown, and acknowledged, the notice
  'lease', // no proof from the server that the policy still holds
  'platform', // this agent, or this operating system, cannot
  'indicator', // nothing shows the person that recording is on
  'session', // tracking is not started
  'pause',
  'lock',
] as const;
export type LayerName = (typeof layerNames)[number];

/** The most that one authority allows of each parameter. A parameter that it does not name, it does not restrict. */
export interface Layer {
  readonly name: LayerName;
  readonly ceilings: Readonly<Partial<Record<ParameterId, Level>>>;
}

export interface EffectiveLevel {
  readonly level: Level;
  /** The layer that kept the level from being higher; null at the catalogue's highest level. */
  readonly decidedBy: LayerName | null;
}

export type EffectivePolicy = Readonly<Record<ParameterId, EffectiveLevel>>;

/**
 * The least of all layers, per parameter. The order of the layers makes no difference, applying one twice makes none,
 * and adding one never raises anything. A level that a parameter does not have counts as off. With no `organisation`
 * layer at all there is no policy, and everything is off.
 */
export function resolve(layers: readonly Layer[]): EffectivePolicy {
  const ordered = inOrder(layers);
  const effective = {} as Record<ParameterId, EffectiveLevel>;
  for (const id of parameterIds) effective[id] = resolveOne(id, ordered);
  return effective;
}

/** Of one parameter what `resolve` says of it, for whoever asks about no other. */
export function resolveFor(id: ParameterId, layers: readonly Layer[]): EffectiveLevel {
  return resolveOne(id, inOrder(layers));
}

function inOrder(layers: readonly Layer[]): readonly Layer[] {
  return layers.toSorted((a, b) => layerNames.indexOf(a.name) - layerNames.indexOf(b.name));
}

function resolveOne(id: ParameterId, ordered: readonly Layer[]): EffectiveLevel {
  if (!ordered.some(({ name }) => name === 'organisation')) return { level: 'off', decidedBy: 'organisation' };
  const levels = catalog[id].levels as readonly Level[];
  let position = levels.length - 1;
  let decidedBy: LayerName | null = null;
  for (const layer of ordered) {
    const ceiling = layer.ceilings[id];
    if (ceiling === undefined) continue;
    const allowed = Math.max(0, rank(id, ceiling));
    if (allowed < position) {
      position = allowed;
      decidedBy = layer.name;
    }
  }
  return { level: levels[position] ?? 'off', decidedBy };
}

/** A layer that allows nothing. */
export function everythingOff(name: LayerName): Layer {
  return { name, ceilings: offFor(parameterIds) };
}

/** A layer that allows nothing of the parameters that a sensor observes, and leaves what the employee enters alone. */
export function observedOff(name: LayerName): Layer {
  return { name, ceilings: offFor(parameterIds.filter((id) => catalog[id].source === 'observed')) };
}

/** A layer that allows nothing of the parameters named. */
export function offFor(ids: readonly ParameterId[]): Layer['ceilings'] {
  return Object.fromEntries(ids.map((id) => [id, 'off' as const]));
}

/** One thing that happened to what a person has acknowledged: a policy was published, or they acknowledged one. */
export type NoticeEvent =
  | { readonly kind: 'published'; readonly version: number; readonly at: number; readonly levels: Levels }
  | { readonly kind: 'acknowledged'; readonly version: number; readonly at: number };

/**
 * The most that a person has been told of, per parameter, at the instant `at`. An acknowledgement lifts the ceiling to
 * the acknowledged version's levels; every later version that lowers a parameter lowers the ceiling with it, so that
 * raising it again needs a new acknowledgement. Events may come in any order; those after `at` do not count. Nobody acknowledges
 * what is not published: an acknowledgement that was stamped earlier, by a clock that was set back, counts from the publication.
 */
export function acknowledgedCeiling(events: readonly NoticeEvent[], at: number): Levels {
  const published = new Map<number, Levels>();
  const ceiling = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Record<ParameterId, Level>;
  // A version published and acknowledged in the same millisecond was published first.
  const ordered = notBeforePublication(events)
    .filter((event) => event.at <= at)
    .toSorted((a, b) => a.at - b.at || a.version - b.version || (a.kind === 'published' ? -1 : 1));
  for (const event of ordered) {
    if (event.kind === 'published') published.set(event.version, event.levels);
    const levels = published.get(event.version);
    if (levels === undefined) continue;
    for (const id of parameterIds) {
      if (event.kind === 'acknowledged' || rank(id, levels[id]) < rank(id, ceiling[id])) ceiling[id] = levels[id];
    }
    if (event.kind === 'acknowledged') lowerToLater(ceiling, published, event.version);
  }
  return ceiling;
}

function notBeforePublication(events: readonly NoticeEvent[]): readonly NoticeEvent[] {
  const publishedAt = new Map(
    events.filter(({ kind }) => kind === 'published').map(({ version, at }) => [version, at]),
  );
  return events.map((event) => ({ ...event, at: Math.max(event.at, publishedAt.get(event.version) ?? event.at) }));
}

/** An acknowledgement of an old version must not lift a parameter over what a version published since then allows. */
function lowerToLater(
  ceiling: Record<ParameterId, Level>,
  published: ReadonlyMap<number, Levels>,
  version: number,
): void {
  for (const [later, levels] of published) {
    if (later <= version) continue;
    for (const id of parameterIds) if (rank(id, levels[id]) < rank(id, ceiling[id])) ceiling[id] = levels[id];
  }
}
