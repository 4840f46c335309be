import type { Spool, SpooledBatch } from '../../agent/core/spool/spool.ts';
import type { Observation } from '../../shared/events/observation.ts';

/** Every batch that the spool gives out to be sent after this seq, one after the other. */
export async function batchesGivenOut(spool: Pick<Spool, 'next'>, after = 0): Promise<SpooledBatch[]> {
  const batches: SpooledBatch[] = [];
  for (let next = await spool.next(after); next !== null; next = await spool.next(next.frame.seq)) batches.push(next);
  return batches;
}

/** What the uplink would be given now, all of it. */
export async function givenOut({ spool }: { readonly spool: Pick<Spool, 'next' | 'flush'> }): Promise<Observation[]> {
  await spool.flush();
  return (await batchesGivenOut(spool)).flatMap(({ frame }) => frame.observations as Observation[]);
}
