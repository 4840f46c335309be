const TURN_MS = 10;

/**
 * How long something takes, in milliseconds in which this process had its turn: what the machine gives to others meanwhile counts little,
 * however busy it is. For what happens in this process. What blocks it altogether is a single turn: a tenth of the time that went by
 * counts at the least.
 */
export async function loopTimeOf(what: Promise<unknown>): Promise<number> {
  let turns = 0;
  const began = performance.now();
  const turning = setInterval(() => (turns += 1), TURN_MS);
  try {
    await what;
    return Math.max(turns * TURN_MS, (performance.now() - began) / 10);
  } finally {
    clearInterval(turning);
  }
}
