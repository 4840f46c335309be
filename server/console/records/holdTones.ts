import type { Tone } from '../../../look/Mark.tsx';
import type { HoldState } from '../../../shared/protocol/http/holds.ts';

export const holdTones: Readonly<Record<HoldState, Tone>> = {
  ...{ proposed: 'wait', refused: 'off', holds: 'on', released: 'off', over: 'off' },
};
