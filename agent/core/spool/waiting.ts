import type { ParameterId } from '../../../shared/catalog.ts';
import type { BootId } from '../../../shared/ids.ts';
import type { MonoMs } from '../../../shared/time.ts';
import type { BootMoment, SpoolWaiting } from './spool.ts';
import type { SpoolParts } from './spoolParts.ts';
import { observedUntil } from './stretch.ts';
import type { Tally } from './tally.ts';

/** See `Spool.waiting`; `holdAfter`: the moments after which what was observed is held back. */
export function waitingIn(parts: SpoolParts, holdAfter: readonly BootMoment[]): SpoolWaiting {
  const { files, numbering, kept, batches, held } = parts;
  const entries = [...batches.entries().values()];
  const observations: Tally = {};
  const add = (id: ParameterId, count: number): void => {
    if (count > 0) observations[id] = (observations[id] ?? 0) + count;
  };
  for (const { header } of entries) {
    for (const [id, count] of Object.entries(header.recorded)) add(id as ParameterId, count);
  }
  add('screenshot', held.all().length);
  for (const { observation } of kept.all()) add(observation.parameter, 1);
  return {
    batches: numbering.state.next - 1 - numbering.state.acknowledged,
    bytes: files.bytes(),
    observations,
    stops: entries.filter(({ stop }) => stop).length,
    heldBack: countHeldBack(parts, holdAfter),
    dropped: batches.dropped(),
    damagedFiles: files.damaged().length,
  };
}

/** Whether something that was seen of this boot until then, null for what nobody observed, is after one of the moments. */
export function isAfter(moments: readonly BootMoment[], boot: BootId, until: MonoMs | null): boolean {
  return until !== null && moments.some((moment) => moment.boot === boot && until > moment.mono);
}

function countHeldBack({ kept, batches, held }: SpoolParts, moments: readonly BootMoment[]): number {
  if (moments.length === 0) return 0;
  const apart = [...held.all(), ...kept.all()].map(({ context, observation }) => ({
    boot: context.boot,
    seen: [observedUntil(observation)],
  }));
  const inBatches = [...batches.entries().values()].map(({ header, seen }) => ({ boot: header.boot, seen }));
  return [...apart, ...inBatches].flatMap(({ boot, seen }) => seen.filter((until) => isAfter(moments, boot, until)))
    .length;
}
