import { describe, expect, it } from 'vitest';
import { createDoor } from '../../../../server/ingest/door.ts';

/** A door, who was turned out of it in order, and how to come in under a name. */
function doorFor(most: number) {
  const door = createDoor(most);
  const turnedOut: string[] = [];
  const enter = (address: string, name = address) => door.enter(address, () => void turnedOut.push(name));
  const isLetIn = (address: string, name = address) => enter(address, name) !== null;
  return { enter, isLetIn, turnedOut };
}

describe('the door', () => {
  it('lets one address have all of it while nobody else is waiting, and no more', () => {
    const { isLetIn, turnedOut } = doorFor(4);
    expect([1, 2, 3, 4, 5].map((n) => isLetIn('a', `a${n}`))).toEqual([true, true, true, true, false]);
    expect(turnedOut).toEqual([]);
  });

  it('lets an address in that has less, at the expense of the newest of the one that has most', () => {
    const { isLetIn, turnedOut } = doorFor(4);
    for (const name of ['a1', 'b1', 'a2', 'a3']) isLetIn(name.charAt(0), name);
    expect([isLetIn('c'), turnedOut]).toEqual([true, ['a3']]);
    expect([isLetIn('d'), turnedOut]).toEqual([true, ['a3', 'a2']]);
  });

  it('turns nobody out for an address that would then have as much as the one that loses a place', () => {
    const { isLetIn, turnedOut } = doorFor(4);
    for (const name of ['a1', 'a2', 'b1', 'b2']) isLetIn(name.charAt(0), name);
    expect([isLetIn('a'), isLetIn('b'), turnedOut]).toEqual([false, false, []]);
    expect([isLetIn('c'), isLetIn('c'), turnedOut.length]).toEqual([true, false, 1]);
  });

  it('has room again for each that leaves, however often it says so', () => {
    const { enter, isLetIn, turnedOut } = doorFor(2);
    const leave = enter('a');
    enter('b');
    leave?.();
    leave?.();
    expect([isLetIn('c'), isLetIn('d'), turnedOut]).toEqual([true, false, []]);
  });

  it('does not count twice who was turned out and then leaves', () => {
    const { enter, isLetIn, turnedOut } = doorFor(2);
    enter('a', 'a1');
    const leave = enter('a', 'a2');
    expect(isLetIn('b')).toBe(true);
    leave?.();
    expect([isLetIn('a'), isLetIn('b'), turnedOut]).toEqual([false, false, ['a2']]);
  });
});
