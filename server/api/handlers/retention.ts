import { dayOf } from '../../../shared/time.ts';
import { clockView, keptViews, previewOf } from '../../lifecycle/retentionView.ts';
import { lastSweeps } from '../../lifecycle/sweeps.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

const SWEEPS = 14;

/** How long what is stored is kept, what goes, and whether the clock is believed by which it goes. */
export function retention(context: Context): HandlersOf<'retention' | 'previewRetention' | 'clock' | 'releaseClock'> {
  const { store, control, clock, brake, sweeping } = context;
  return {
    async retention({ leave: { actor } }) {
      const { org } = actor;
      const asOf = clock.now();
      const [ages, keeping, sweeps] = await Promise.all([
        store.ages(org),
        control.keeping(org),
        lastSweeps(context, org, SWEEPS),
      ]);
      const { running, held } = sweeping(org);
      const state = brake.check();
      const now = running ? 'now' : held === 'failed' ? 'failed' : 'waits';
      return {
        ...{ asOf, clock: clockView(state, asOf), sweeping: state === 'free' ? now : 'clock' },
        parameters: keptViews(ages, keeping, dayOf(asOf)),
        sweeps: sweeps.map((one) => ({ ...one, parameters: [...one.parameters] })),
      };
    },
    async previewRetention({ leave: { actor }, query }) {
      const [ages, keeping] = await Promise.all([store.ages(actor.org), control.keeping(actor.org)]);
      return previewOf(ages, keeping, dayOf(clock.now()), query);
    },
    clock: async () => clockView(brake.check(), clock.now()),
    async releaseClock({ body: proof, signedIn: { person } }) {
      await refusedOnRecord(context, person, 'clock_release_refused', () => requireSamePerson(context, person, proof));
      await noteEvent(context, person, 'clock_released');
      await brake.release();
      return clockView(brake.check(), clock.now());
    },
  };
}
