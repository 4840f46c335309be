/**
 * Whether any of the entries, each of two units or more, stands somewhere in a text, in one walk over it: thousands of looks with
 * `includes` for each address would be felt at ingest.
 */
export function createFinder(entries: readonly string[]): (text: string) => boolean {
  const byStart = new Map<string, string[]>();
  for (const entry of entries) {
    const start = entry.slice(0, START);
    const others = byStart.get(start);
    if (others === undefined) byStart.set(start, [entry]);
    else others.push(entry);
  }
  return (text) => {
    for (let at = 0; at + START <= text.length; at += 1) {
      const begun = byStart.get(text.slice(at, at + START));
      if (begun?.some((entry) => text.startsWith(entry, at)) === true) return true;
    }
    return false;
  };
}

const START = 2;
