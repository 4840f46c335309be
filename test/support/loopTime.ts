const TURN_MS = 10;

/**
 * How long something takes, in milliseconds in which this process had its turn: what the machine gives to others meanwhile counts little,
 * however busy it is. For what happens in this process.
 */
export async function loopTimeOf(what: Promise<unknown>): Promise<number> {
  let turns = 0;
  const turning = setInterval(() => (turns += 1), TURN_MS);
  try {
    await what;
    return turns * TURN_MS;
  } finally {
    clearInterval(turning);
  }
}
