import { DaylightError } from '../../../shared/errors.ts';
import { orderHeldBack } from '../../lifecycle/heldBack.ts';
import { holdOf, holdsView, ownHolds, requireHoldAnswerable, requireHoldEnd } from '../../records/holds.ts';
import { itemsOf, requireItem } from '../../records/numbered.ts';
import { newest, requireNewest } from '../../records/registers.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { hasSecondKeeper } from '../secondKeeper.ts';
import { noteEvent } from '../securityEvents.ts';

/** What must not be deleted for now: for those who answer for it, and for each person what is held of them. */
export function holds(context: Context): HandlersOf<'holds' | 'proposeHold' | 'answerHold' | 'ownHolds'> {
  const { registers, store, clock } = context;
  return {
    holds: async ({ leave }) => holdsView(await registers.read(leave.actor.org, 'holds'), clock.now()),
    async proposeHold({ leave, body: { revision, content, reason } }) {
      const written = await registers.write(leave, 'holds', async (before) => {
        requireNewest(before, revision);
        requireHoldEnd(content, clock.now());
        if ((await store.person(leave.actor.org, content.person)) === null) throw nobody();
        const alone = !(await hasSecondKeeper(context, leave.actor));
        await noteEvent(context, leave.actor, 'hold_proposed');
        return { entry: { number: newest(before) + 1, step: { kind: 'proposed', content, alone } }, reason };
      });
      return holdsView(written, clock.now());
    },
    async answerHold({ leave, params: { number }, body: { revision, answer, reason } }) {
      const written = await registers.write(leave, 'holds', async (before) => {
        requireNewest(before, revision);
        const found = holdOf(requireItem(itemsOf(before), number), clock.now());
        if (found !== null) requireHoldAnswerable(found, answer, leave.actor.person);
        await noteEvent(context, leave.actor, 'hold_answered');
        return { entry: { number, step: { kind: answer } }, reason };
      });
      const view = holdsView(written, clock.now());
      const person = view.holds.find((one) => one.number === number)?.person;
      if (person !== undefined) context.erased.changed({ org: leave.actor.org, person });
      // What was to be deleted meanwhile is deleted now, and at the next look by the clock at the latest.
      if (answer === 'released' && (await orderHeldBack({ ...context, failed: () => undefined })) > 0)
        context.erasures.wake();
      return view;
    },
    async ownHolds({ person }) {
      const asOf = clock.now();
      return { asOf, holds: ownHolds(await registers.read(person.org, 'holds'), person.person, asOf) };
    },
  };
}

function nobody(): DaylightError {
  return new DaylightError('not_found', 'content.person: there is no such person', {
    field: 'content.person',
    remedy: 'Name somebody who has an account here.',
  });
}
