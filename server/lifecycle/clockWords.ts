import type { BrakeState, ClockDoubt } from './clockBrake.ts';

const CLOCK_REMEDY =
  'If the clock is right, an owner or admin says so in the console under Retention, or run `daylight-server clock --confirm` on the host; if it is wrong, set it, and nothing else has to be done.';

export const CLOCK_RIGHT = 'It is not in doubt: what is past its day is deleted by it.';

/** For the commands of the host. */
export function brakeWords(state: BrakeState): string {
  if (state === 'free') return CLOCK_RIGHT;
  return `${doubtWords(state.pulled)} Nothing is deleted because of the date until somebody has looked at the clock. ${CLOCK_REMEDY}`;
}

function doubtWords({ now, expected, way }: ClockDoubt): string {
  const [says, should] = [now, expected].map((at) => new Date(at).toISOString());
  return way === 'ahead'
    ? `The clock says ${says}, and by what the server saw last it should be ${should} or a little later. The server was off or asleep for more than a day, or the clock was set forward.`
    : `The clock says ${says}, and the server has seen ${should} already. The clock was set back.`;
}
