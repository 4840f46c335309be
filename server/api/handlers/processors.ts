import { itemsOf, requireItem } from '../../records/numbered.ts';
import { announced, processorsView, requireSafeguard } from '../../records/processors.ts';
import { newest, requireNewest } from '../../records/registers.ts';
import { regionOf } from '../../records/residency.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** Who works with data of people for the organisation. */
export function processors(context: Context): HandlersOf<'processors' | 'recordProcessor'> {
  const { registers, store, vault, control, notices, connections, clock } = context;
  return {
    async processors({ leave: { actor } }) {
      return processorsView(await registers.read(actor.org, 'processors'));
    },
    async recordProcessor({ leave, body: { revision, number, processor, reason } }) {
      const written = await registers.write(leave, 'processors', async (before) => {
        requireNewest(before, revision);
        const was = number === null ? null : requireItem(itemsOf(before), number).now;
        requireSafeguard(processor, await regionOf(store, vault, leave.actor.org));
        await noteEvent(context, leave.actor, 'processor_recorded');
        const { reactionDays = 0 } = (await control.current(leave.actor.org)).document;
        const entry = announced(was, processor, { now: clock.now(), reactionDays });
        return { entry: { ...entry, number: number ?? newest(before) + 1 }, reason };
      });
      // The text that tells of it is there from now on, whoever asks for it first.
      await notices.of(await control.current(leave.actor.org), 'in_force');
      for (const connection of connections.in(leave.actor.org)) connection.tellNotice();
      return processorsView(written);
    },
  };
}
