/**
 * Connections that have not proved who they are: so many in all, shared by the addresses that they come from. An address
 * may have all of it while nobody else is waiting; one that has less is let in at its expense.
 */
export interface Door {
  /**
   * Returns how to leave again, once proved or gone; calling that twice is harmless. Null when there is no room for this address. `turnOut`
   * is called at most once, and before this connection has left: another address needs its place.
   */
  enter(address: string, turnOut: () => void): (() => void) | null;
}

interface Waiting {
  readonly address: string;
  readonly turnOut: () => void;
}

export function createDoor(most: number): Door {
  /** By address, in the order in which they came. */
  const waiting = new Map<string, Set<Waiting>>();
  let count = 0;

  function leave(one: Waiting): void {
    const neighbours = waiting.get(one.address);
    if (neighbours?.delete(one) !== true) return;
    if (neighbours.size === 0) waiting.delete(one.address);
    count -= 1;
  }

  function neighboursOf(address: string): Set<Waiting> {
    const known = waiting.get(address) ?? new Set();
    waiting.set(address, known);
    return known;
  }

  /** The newest of the address that has most, so that what began before is finished; null when no address has two more. */
  function whoMakesRoomFor(address: string): Waiting | null {
    let largest: ReadonlySet<Waiting> = new Set();
    for (const neighbours of waiting.values()) if (neighbours.size > largest.size) largest = neighbours;
    if (largest.size <= (waiting.get(address)?.size ?? 0) + 1) return null;
    return [...largest].at(-1) ?? null;
  }

  return {
    enter(address, turnOut) {
      if (count >= most) {
        const other = whoMakesRoomFor(address);
        if (other === null) return null;
        leave(other);
        other.turnOut();
      }
      const one: Waiting = { address, turnOut };
      neighboursOf(address).add(one);
      count += 1;
      return () => leave(one);
    },
  };
}
