import type { ParameterId } from '../../shared/catalog.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';

/** Of the person's devices in use, how many have signed, under the newest of their decisions, that all of these are off there. */
export async function confirmedOff(
  { store, control }: Pick<Context, 'store' | 'control'>,
  { org, person }: Pick<PersonRecord, 'org' | 'person'>,
  ...parameters: readonly ParameterId[]
): Promise<{ devices: number; of: number }> {
  const { revision } = await control.standing({ org, person });
  const active = (await store.devices(org, [person])).filter(({ status }) => status === 'active');
  const receipts = await Promise.all(active.map((device) => control.lastSaid(device)));
  const off = receipts.filter(
    (receipt) => receipt !== null && parameters.every((id) => isOff(receipt.said, id, revision)),
  );
  return { devices: off.length, of: active.length };
}

/** With nothing of it left to be sent. */
function isOff({ terms, parameters }: ReceiptPayload, parameter: ParameterId, revision: number): boolean {
  const { state, waiting } = parameters[parameter];
  return terms === revision && state === 'off' && waiting === 0;
}
