import { expect, it } from 'vitest';
import { createDated } from '../../../../agent/core/dated.ts';
import type { ComingFrame } from '../../../../shared/protocol/messages.ts';

it('compares what has a date when it was heard, and not once more for each look at it', () => {
  let reads = 0;
  const policy = {
    get schema() {
      reads += 1;
      return 1;
    },
  };
  const heard = (reason: string): ComingFrame => {
    const scheduled = [{ number: 1, due: 3, reason, policy }];
    return { type: 'coming', asOf: 1, scheduled, dropped: [], more: 0 };
  };
  let said = heard('customers ask for it');
  const dated = createDated({ policy: () => null }, { coming: () => ({ said, isOfThisRun: true }) });
  const look = () => dated({ endedAt: null, isOnline: true }, 2)?.scheduled;
  expect(look()).toMatchObject([{ reason: 'customers ask for it', change: null }]);
  const once = reads;
  expect(once).toBeGreaterThan(0);
  look();
  expect(reads).toBe(once);
  said = heard('another reason');
  expect(look()).toMatchObject([{ reason: 'another reason' }]);
  expect(reads).toBeGreaterThan(once);
});
