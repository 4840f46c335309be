import type { ParameterId } from '../../../shared/catalog.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import type { BatchEntry } from './batchEntry.ts';
import { endings, type SessionRecord } from './endings.ts';
import type { KeptReading } from './keptFile.ts';
import type { Outgoing } from './outgoing.ts';
import type { BootStretch } from './spool.ts';
import type { SpoolParts } from './spoolParts.ts';
import { without } from './stretch.ts';

type IsReached = (one: KeptReading) => boolean;

/** See `Spool.purge`. */
export async function purge(
  parts: SpoolParts,
  outgoing: Outgoing,
  parameter: ParameterId,
  cause: DropCause,
): Promise<number> {
  const { batches } = parts;
  const isReached: IsReached = ({ observation }) => observation.parameter === parameter;
  await recordKept(parts, isReached);
  const concerned = [...batches.entries()].filter(([, { header }]) => (header.recorded[parameter] ?? 0) > 0);
  const left = parameter === 'session' ? endings(await recordsOf(parts, outgoing, concerned)) : null;
  let purged = 0;
  // The stop before what decides over it: then one that is killed leaves what a second run needs.
  for (const [seq, { header }] of concerned.toReversed()) {
    purged += await batches.reduce(
      seq,
      (observation) => {
        if (left !== null) return left(header.session, observation);
        return observation.parameter === parameter ? null : observation;
      },
      cause,
    );
  }
  return purged + (await cutOutside(parts, isReached, cause));
}

/** See `Spool.cutOut`. */
export async function cutOut(parts: SpoolParts, stretch: BootStretch, cause: DropCause): Promise<number> {
  const { batches } = parts;
  const isReached: IsReached = ({ context, observation }) =>
    context.boot === stretch.boot && without(observation, stretch) !== observation;
  await recordKept(parts, isReached);
  let cut = 0;
  for (const [seq, { header, seen }] of batches.entries()) {
    if (header.boot !== stretch.boot || !seen.some((until) => until > stretch.from)) continue;
    cut += await batches.reduce(seq, (observation) => without(observation, stretch), cause);
  }
  return cut + (await cutOutside(parts, isReached, cause));
}

/** Readings that go on: first into a batch, so that they are counted there like everything else, and once. */
async function recordKept({ kept, batches }: SpoolParts, isReached: IsReached): Promise<void> {
  for (const { context, observation } of kept.all().filter(isReached)) await batches.append(context, [observation]);
  await kept.scrub();
}

/** What is in no batch: held screenshots, and files that cannot be read and may hold anything. Durable with the rest. */
async function cutOutside({ files, held }: SpoolParts, isReached: IsReached, cause: DropCause): Promise<number> {
  const reached = held.all().filter(isReached);
  for (const one of reached) await held.drop(one, cause);
  for (const name of files.damaged()) await files.removeDamaged(name);
  await files.sync();
  return reached.length;
}

async function recordsOf(
  { batches }: SpoolParts,
  outgoing: Outgoing,
  concerned: readonly (readonly [number, BatchEntry])[],
): Promise<SessionRecord[]> {
  const loaded = [];
  for (const [seq, { header }] of concerned) {
    const { observations } = await batches.load(seq);
    const { session } = header;
    const mayBeSent = outgoing.mayBeSent(seq);
    loaded.push(observations.map((observation) => ({ session, batch: seq, mayBeSent, observation })));
  }
  return loaded.flat();
}
