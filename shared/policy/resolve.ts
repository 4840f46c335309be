import { catalog, type Level, type ParameterId, parameterIds, rank } from '../catalog.ts';
import type { Levels } from './policy.ts';

/**
 * Where a ceiling comes from, in the order in which an equal "no" is attributed: when several layers allow just as
 * little, the first of this list is named as the one that decided.
 */
export const layerNames = [
  'organisation',
  'jurisdiction', // the law allows it with consent alone, and it rests on something else
  'review', // the day by which somebody had to assess it again has passed
  'team', // the organisation leaves it out for a team of theirs
  'person', // the organisation leaves it out for them alone
  'agreement', // the policy took a right away since, and the person has not agreed: the old terms stay
  'consent', // it rests on consent, and the person has given none
  'objection', // the person has objected, and that holds
  'restriction', // the person has what is stored kept and nothing else done with it
  'minor', // the person is said not to be of age
  'acknowledgement', // the person has not been shown, and acknowledged, the notice
  'lease', // no proof from the server that the policy still holds
  'schedule', // it is not their working time
  'platform', // this agent, or this operating system, cannot
  'indicator', // nothing shows the person that recording is on
  'session', // tracking is not started
  'pause',
  'lock',
  'first_use', // it would be recorded on this computer for the first time, and the person has not been shown so there
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

/**
 * One thing that happened to what a person has acknowledged: a policy was published; the organisation decided what it leaves out for
 * them (`held`: the most that is left of each parameter); they acknowledged a policy, knowing their terms up to a revision.
 */
export type NoticeEvent =
  | { readonly kind: 'published'; readonly version: number; readonly at: number; readonly levels: Levels }
  | { readonly kind: 'held'; readonly revision: number; readonly at: number; readonly levels: Levels }
  | {
      readonly kind: 'acknowledged';
      readonly version: number;
      readonly terms: number;
      readonly at: number;
      /** Of these alone; left out: of all. */
      readonly only?: ReadonlySet<ParameterId>;
    };

/**
 * The most that a person has been told of, per parameter, at the instant `at`. An acknowledgement lifts the ceiling to
 * what the acknowledged version meant to collect of them, by the terms that they knew; every later version, and every later decision to
 * leave something out, that lowers a parameter lowers the ceiling with it, so that raising it again needs a new acknowledgement. Events
 * may come in any order; those after `at` do not count. Nobody acknowledges what is not published: an acknowledgement that was stamped
 * earlier, by a clock that was set back, counts from the publication, or from the decision that it knows.
 */
export function acknowledgedCeiling(events: readonly NoticeEvent[], at: number): Levels {
  const published = new Map<number, Levels>();
  const held = new Map<number, Levels>();
  const ceiling = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Record<ParameterId, Level>;
  const ordered = notBeforeWhatItNames(events)
    .filter((event) => event.at <= at)
    .toSorted((a, b) => a.at - b.at || place(a) - place(b) || numberOf(a) - numberOf(b));
  for (const event of ordered) {
    if (event.kind !== 'acknowledged') {
      (event.kind === 'published' ? published : held).set(numberOf(event), event.levels);
      lower(ceiling, event.levels);
      continue;
    }
    const levels = published.get(event.version);
    if (levels === undefined) continue;
    const lifted: Record<ParameterId, Level> = { ...levels };
    const known = Math.max(...[...held.keys()].filter((revision) => revision <= event.terms));
    const left = held.get(known);
    if (left !== undefined) lower(lifted, left);
    for (const [version, later] of published) if (version > event.version) lower(lifted, later);
    for (const [revision, later] of held) if (revision > event.terms) lower(lifted, later);
    for (const id of parameterIds) if (event.only?.has(id) ?? true) ceiling[id] = lifted[id];
  }
  return ceiling;
}

function notBeforeWhatItNames(events: readonly NoticeEvent[]): readonly NoticeEvent[] {
  const publishedAt = new Map(
    events.flatMap((event) => (event.kind === 'published' ? [[event.version, event.at]] : [])),
  );
  const heldAt = (terms: number): number =>
    Math.max(...events.flatMap((event) => (event.kind === 'held' && event.revision <= terms ? [event.at] : [])));
  return events.map((event) => {
    if (event.kind !== 'acknowledged') return event;
    return { ...event, at: Math.max(event.at, publishedAt.get(event.version) ?? event.at, heldAt(event.terms)) };
  });
}

/** What was published or decided in the millisecond of its acknowledgement was there first. */
function place({ kind }: NoticeEvent): number {
  return kind === 'acknowledged' ? 1 : 0;
}

function numberOf(event: NoticeEvent): number {
  return event.kind === 'held' ? event.revision : event.version;
}

function lower(ceiling: Record<ParameterId, Level>, levels: Levels): void {
  for (const id of parameterIds) if (rank(id, levels[id]) < rank(id, ceiling[id])) ceiling[id] = levels[id];
}
