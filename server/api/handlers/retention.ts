import { EntryKind } from '../../../shared/audit/leaf.ts';
import { dayOf } from '../../../shared/time.ts';
import {
  entriesView,
  evidenceFor,
  keepEntries,
  previewEntries,
  requireEntryDays,
} from '../../lifecycle/entryKeeping.ts';
import { clockView, keptViews, previewOf, requireKeepable } from '../../lifecycle/retentionView.ts';
import { lastSweeps } from '../../lifecycle/sweeps.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

const SWEEPS = 14;

/** How long what is stored is kept, what goes, and whether the clock is believed by which it goes. */
export function retention(
  context: Context,
): HandlersOf<'retention' | 'previewRetention' | 'previewEntries' | 'keepEntries' | 'clock' | 'releaseClock'> {
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
        entries: await Promise.all(EntryKind.options.map((kind) => entriesView(context, org, kind, keeping))),
        entriesHeld: await evidenceFor(context, org, asOf),
        parameters: keptViews(ages, keeping, dayOf(asOf)),
        sweeps: sweeps.map((one) => ({ ...one, parameters: [...one.parameters] })),
      };
    },
    async previewRetention({ leave: { actor }, query }) {
      requireKeepable(query);
      const [ages, keeping] = await Promise.all([store.ages(actor.org), control.keeping(actor.org)]);
      return previewOf(ages, keeping, dayOf(clock.now()), query);
    },
    async previewEntries({ leave: { actor }, query }) {
      requireEntryDays(query.kind, query.days, await control.keeping(actor.org));
      return { kind: query.kind, ...(await previewEntries(context, actor.org, { ...query, now: clock.now() })) };
    },
    async keepEntries({ body: { kind, days, ...proof }, signedIn: { person } }) {
      const keeping = await control.keeping(person.org);
      requireEntryDays(kind, days, keeping);
      await refusedOnRecord(context, person, 'entries_keeping_refused', () =>
        requireSamePerson(context, person, proof),
      );
      // On record before it counts: whoever shortens it is the first that is kept of it.
      await noteEvent(context, person, 'entries_keeping_changed');
      await keepEntries(context, person.org, { kind, days, now: clock.now() });
      return entriesView(context, person.org, kind, keeping);
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
