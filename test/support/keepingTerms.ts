import type { KeepingTerms } from '../../server/control/keeping.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { UnixMs } from '../../shared/time.ts';

/** Policies that say how long things are kept, by default as long as the register allows: versions 1, 2, 3 …, each published at its time. */
export function keepingTerms(
  versions: readonly { readonly at: UnixMs; readonly days: Readonly<Partial<Record<ParameterId, number>>> }[],
): KeepingTerms[] {
  return versions.map(({ at, days }, place) => ({
    publishedAt: at,
    document: { version: place + 1, notBefore: at, parameters: rules(days) },
  }));
}

function rules(days: Readonly<Partial<Record<ParameterId, number>>>): KeepingTerms['document']['parameters'] {
  const all = parameterIds.map((id) => [id, { retentionDays: days[id] ?? catalog[id].retentionDays.ceiling }]);
  return Object.fromEntries(all) as KeepingTerms['document']['parameters']; // one for each id
}
