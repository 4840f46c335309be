import { type Actor, authorize, organisation } from '../authorize.ts';
import { activePeople } from '../control/secondPerson.ts';
import type { Context } from './context.ts';

/** Whether anybody else is there who may approve what somebody puts into a register. */
export async function hasSecondKeeper({ store }: Pick<Context, 'store'>, { org, person }: Actor): Promise<boolean> {
  const others = (await activePeople(store, org)).filter((one) => one.person !== person);
  return others.some((other) => authorize(other, 'records.change', organisation(org)).kind === 'granted');
}
