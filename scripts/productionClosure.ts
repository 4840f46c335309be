import { z } from 'zod';

const Names = z.record(z.string(), z.string()).optional();

/** As much of a package-lock.json (version 3) as is asked here. */
export const Locked = z.object({
  packages: z.record(
    z.string(),
    z.object({ dependencies: Names, optionalDependencies: Names, optional: z.boolean().optional() }),
  ),
});
export type Lock = z.infer<typeof Locked>;

/** The places in node_modules of these packages and of everything that they need at run time, in order of their names. */
export function productionClosure(lock: Lock, names: readonly string[]): string[] {
  const found = new Set<string>();
  const wanted = names.map((name) => ({ from: '', name, isOptional: false }));
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const place = placeOf(lock, next.from, next.name);
    if (place === null) {
      if (next.isOptional) continue;
      throw new Error(`${next.name} is needed by ${next.from || 'the agent'} and is not in package-lock.json`);
    }
    if (found.has(place)) continue;
    found.add(place);
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[place] ?? {};
    for (const name of Object.keys(dependencies))
      wanted.push({ from: place, name, isOptional: name in optionalDependencies });
    for (const name of Object.keys(optionalDependencies)) wanted.push({ from: place, name, isOptional: true });
  }
  return [...found].sort();
}

/** Where Node would find it: beside the package that asks, or beside one of those that it is in. */
function placeOf(lock: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in lock.packages) return place;
    if (at === '') return null;
  }
}
