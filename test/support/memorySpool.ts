import type { Permitted } from '../../agent/core/gate/gate.ts';
import type { Clock } from '../../agent/core/ports.ts';
import { endings, isStop } from '../../agent/core/spool/endings.ts';
import type { BatchContext, HeldScreenshot, OpenReading, Spool, SpooledBatch } from '../../agent/core/spool/spool.ts';
import { observedUntil, without } from '../../agent/core/spool/stretch.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { DropCause } from '../../shared/outcome.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { MINUTE } from '../../shared/time.ts';

/** The spool's port without its disk. `everything()` shows a test what was ever appended and not purged or dropped. */
export interface MemorySpool extends Spool {
  everything(): readonly (Observation & { readonly context: BatchContext })[];
  /** What the disk spool does when it is opened again after a death: what was kept is recorded. */
  reopened(): void;
  /** What is kept of readings that go on. */
  kept(): readonly OpenReading[];
  /** From now on nothing can be written, as on a full disk. */
  fill(isFull: boolean): void;
}

interface Batch {
  readonly seq: number;
  readonly context: BatchContext;
  readonly openedAt: number;
  closed: boolean;
  observations: Permitted[];
  dropped: { parameter: ParameterId; cause: DropCause; count: number }[];
}

export function createMemorySpool(clock: Clock): MemorySpool {
  let batches: Batch[] = [];
  let held: { context: BatchContext; screenshot: HeldScreenshot; image: Uint8Array }[] = [];
  let seq = 0;
  let givenOut = 0;
  let isFull = false;
  let moments: Parameters<Spool['holdAfter']>[0] = [];
  let kept: readonly OpenReading[] = [];
  let bytes = 0;
  const images = new Map<string, Uint8Array>();
  const dropped = new Map<string, { parameter: ParameterId; cause: DropCause; count: number }>();

  function openBatch(context: BatchContext): Batch {
    const last = batches.at(-1);
    const fits =
      last !== undefined &&
      !last.closed &&
      last.context.session === context.session &&
      last.context.boot === context.boot &&
      last.context.policyVersion === context.policyVersion &&
      clock.mono() - last.openedAt < MINUTE &&
      last.observations.length < limits.batchObservations;
    if (fits) return last;
    if (last !== undefined) last.closed = true;
    seq += 1;
    const batch: Batch = { seq, context, openedAt: clock.mono(), closed: false, observations: [], dropped: [] };
    batches.push(batch);
    return batch;
  }

  function put(context: BatchContext, observation: Permitted): void {
    openBatch(context).observations.push(observation);
    bytes += JSON.stringify(observation).length;
  }

  function isSecondStop({ session }: BatchContext, observation: Permitted): boolean {
    const isStop = (one: Observation): boolean => one.parameter === 'session' && one.event === 'stop';
    if (!isStop(observation)) return false;
    return batches.some((batch) => batch.context.session === session && batch.observations.some(isStop));
  }

  function countDrop(parameter: ParameterId, cause: DropCause, count: number): void {
    if (count === 0) return;
    const key = `${parameter}:${cause}`;
    const before = dropped.get(key)?.count ?? 0;
    dropped.set(key, { parameter, cause, count: before + count });
  }

  function isHeldBack({ context }: { context: BatchContext }, observation: Permitted): boolean {
    const until = observedUntil(observation) ?? 0;
    return moments.some(({ boot, mono }) => boot === context.boot && until > mono);
  }

  function assertRoom(): void {
    if (isFull) throw new Error('the spool is full');
  }

  return {
    async append(context, observations) {
      assertRoom();
      for (const observation of observations) {
        if (observation.parameter === 'screenshot') throw new Error('a screenshot is held and released');
        if (isSecondStop(context, observation)) continue;
        put(context, observation);
        kept = kept.filter((one) => !isSameReading(one, { context, observation }));
      }
    },
    async keep(readings) {
      assertRoom();
      kept = [...readings];
    },
    async hold(context, screenshot, image) {
      assertRoom();
      held.push({ context, screenshot, image });
    },
    held: () => held.map((one) => ({ ...one.screenshot, isHeldBack: isHeldBack(one, one.screenshot.observation) })),
    heldImage: async (image) => held.find(({ screenshot }) => screenshot.observation.image === image)?.image ?? null,
    async release(now) {
      const isDue = (one: (typeof held)[number]): boolean =>
        one.screenshot.releaseAt <= now && !isHeldBack(one, one.screenshot.observation);
      const due = held.filter(isDue);
      held = held.filter((one) => !isDue(one));
      for (const { context, screenshot, image } of due) {
        images.set(screenshot.observation.image, image);
        put(context, screenshot.observation);
      }
      return due.length;
    },
    postpone(image, releaseAt) {
      held = held.map((one) =>
        one.screenshot.observation.image === image ? { ...one, screenshot: { ...one.screenshot, releaseAt } } : one,
      );
    },
    async drop(image) {
      const before = held.length;
      held = held.filter(({ screenshot }) => screenshot.observation.image !== image);
      const isIt = (one: Observation): boolean => one.parameter === 'screenshot' && one.image === image;
      const batch = batches.find(({ observations }) => observations.some(isIt));
      if (held.length === before && batch === undefined) return 'not_here';
      countDrop('screenshot', 'dropped_by_employee', 1);
      if (batch === undefined) return 'here';
      batch.observations = batch.observations.filter((one) => !isIt(one));
      batch.dropped.push({ parameter: 'screenshot', cause: 'dropped_by_employee', count: 1 });
      images.delete(image);
      return batch.seq <= givenOut ? 'perhaps_sent' : 'here';
    },
    async flush() {
      const last = batches.at(-1);
      if (last !== undefined) last.closed = true;
    },
    async next(after): Promise<SpooledBatch | null> {
      const batch = batches.find((candidate) => candidate.closed && candidate.seq > after);
      if (batch === undefined || batch.observations.some((one) => isHeldBack(batch, one))) return null;
      givenOut = Math.max(givenOut, batch.seq);
      const { boot, session, policyVersion } = batch.context;
      return {
        frame: { type: 'batch', seq: batch.seq, boot, session, policyVersion, ...contentOf(batch) },
        images: batch.observations.flatMap((observation) => imageOf(observation, images)),
      };
    },
    async acknowledged(upTo) {
      batches = batches.filter((batch) => batch.seq > upTo);
    },
    async rebase(committed) {
      seq = Math.max(seq, committed);
    },
    async purge(parameter, cause) {
      for (const { context, observation } of kept) if (observation.parameter === parameter) put(context, observation);
      kept = kept.filter(({ observation }) => observation.parameter !== parameter);
      let count = held.filter(() => parameter === 'screenshot').length;
      if (parameter === 'screenshot') held = [];
      const all = batches.flatMap(({ seq: batch, context: { session }, observations }) =>
        observations.map((observation) => ({ session, batch, mayBeSent: batch <= givenOut, observation })),
      );
      const left = endings(all);
      for (const batch of batches) {
        const kept =
          parameter === 'session'
            ? batch.observations.flatMap((one) => (left(batch.context.session, one) ?? []) as Permitted)
            : batch.observations.filter((observation) => observation.parameter !== parameter);
        const gone = batch.observations.length - kept.length;
        if (gone > 0) batch.dropped.push({ parameter, cause, count: gone });
        batch.observations = kept;
        count += gone;
      }
      countDrop(parameter, cause, count);
      return count;
    },
    holdAfter: (next) => void (moments = next),
    async cutOut(stretch, cause) {
      assertRoom();
      const reaches = ({ context, observation }: { context: BatchContext; observation: Permitted }): boolean =>
        context.boot === stretch.boot && without(observation, stretch) !== observation;
      for (const { context, observation } of kept.filter(reaches)) put(context, observation);
      kept = kept.filter((one) => !reaches(one));
      let cut = 0;
      const gone = (parameter: ParameterId, batch: Batch | null): void => {
        cut += 1;
        countDrop(parameter, cause, 1);
        batch?.dropped.push({ parameter, cause, count: 1 });
      };
      for (const { screenshot } of held.filter(({ context, screenshot: one }) => reaches({ context, ...one }))) {
        gone('screenshot', null);
        held = held.filter((one) => one.screenshot !== screenshot);
      }
      for (const batch of batches.filter(({ context }) => context.boot === stretch.boot)) {
        batch.observations = batch.observations.flatMap((observation) => {
          const left = without(observation, stretch);
          if (left === null) gone(observation.parameter, batch);
          return left === null ? [] : [left as Permitted];
        });
      }
      return cut;
    },
    waiting() {
      const observations: Partial<Record<ParameterId, number>> = {};
      for (const { parameter } of batches.flatMap((batch) => batch.observations)) {
        observations[parameter] = (observations[parameter] ?? 0) + 1;
      }
      for (const { observation } of kept) {
        observations[observation.parameter] = (observations[observation.parameter] ?? 0) + 1;
      }
      if (held.length > 0) observations.screenshot = (observations.screenshot ?? 0) + held.length;
      const heldBack = batches.flatMap((batch) => batch.observations.filter((one) => isHeldBack(batch, one))).length;
      return {
        batches: batches.length,
        bytes,
        observations,
        stops: batches.flatMap((batch) => batch.observations.filter(isStop)).length,
        heldBack,
        dropped: [...dropped.values()],
        damagedFiles: 0,
      };
    },
    async inspect(parameter, marker) {
      const everywhere = {
        inBatches: batches.flatMap(({ observations }) => observations.filter((one) => !isStop(one))),
        held: held.map(({ screenshot }) => screenshot.observation),
        kept: kept.map(({ observation }) => observation),
      };
      const count = (of: readonly Observation[]): number => of.filter((one) => one.parameter === parameter).length;
      const all = Object.values(everywhere).flat();
      return {
        inBatches: count(everywhere.inBatches),
        held: count(everywhere.held),
        kept: count(everywhere.kept),
        marked: all.filter((one) => JSON.stringify(one).includes(marker)).length,
      };
    },
    async wipe() {
      batches = [];
      held = [];
    },
    close: async () => undefined,
    everything: () =>
      batches.flatMap(({ context, observations }) =>
        observations.map((observation) => ({ ...(observation as Observation), context })),
      ),
    reopened() {
      for (const { context, observation } of kept) put(context, observation);
      kept = [];
    },
    kept: () => kept,
    fill: (full) => void (isFull = full),
  };
}

function isSameReading(a: OpenReading, b: OpenReading): boolean {
  const { parameter, mono } = a.observation;
  return a.context.boot === b.context.boot && parameter === b.observation.parameter && mono === b.observation.mono;
}

function contentOf(batch: Batch) {
  return { observations: [...batch.observations], dropped: batch.dropped };
}

function imageOf(observation: Permitted, images: ReadonlyMap<string, Uint8Array>) {
  if (observation.parameter !== 'screenshot') return [];
  const bytes = images.get(observation.image);
  return bytes === undefined ? [] : [{ image: observation.image, digest: observation.digest, bytes }];
}
