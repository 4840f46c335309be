import { itemsOf, requireItem } from '../../records/numbered.ts';
import { processorsView, requireSafeguard } from '../../records/processors.ts';
import { newest, requireNewest } from '../../records/registers.ts';
import { regionOf } from '../../records/residency.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** Who works with data of people for the organisation. */
export function processors(context: Context): HandlersOf<'processors' | 'recordProcessor'> {
  const { registers, store, vault } = context;
  return {
    async processors({ leave: { actor } }) {
      return processorsView(await registers.read(actor.org, 'processors'));
    },
    async recordProcessor({ leave, body: { revision, number, processor, reason } }) {
      const written = await registers.write(leave, 'processors', async (before) => {
        requireNewest(before, revision);
        if (number !== null) requireItem(itemsOf(before), number);
        requireSafeguard(processor, await regionOf(store, vault, leave.actor.org));
        await noteEvent(context, leave.actor, 'processor_recorded');
        return { entry: { ...processor, number: number ?? newest(before) + 1 }, reason };
      });
      return processorsView(written);
    },
  };
}
