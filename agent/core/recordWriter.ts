import type { Exclusions } from '../../shared/policy/exclusions.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import type { DayCounts } from './dayCounts.ts';
import type { FirstUse } from './firstUse.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Entry, Outbox } from './outbox.ts';
import type { JournalEntry, RecorderJournal, Unfinished } from './recorderJournal.ts';
import { stopAfterCrash } from './session.ts';
import { isStop } from './spool/endings.ts';
import { observationOf, type Tracking } from './tracking.ts';

/** What must be on disk, in the order in which a crash would need it: observations, removals, and the journal of both. */
export interface RecordWriter {
  /**
   * Writes what was read before first, so that all of what was not kept is there to be removed; then removes it. False when the
   * disk did not take what was to be written.
   */
  record(entries: readonly Entry[]): Promise<boolean>;
  /** The stop that a killed process, a policy that forbade it or a full disk left out. */
  closeUnfinished(): Promise<void>;
  /** False when the disk does not take it: then what the journal said before still holds for the next start. */
  writeJournal(): Promise<boolean>;
  /** The levels above which nothing can be in the spool; null when that is not known. */
  applied(): Levels | null;
  /** What of `applied` is on disk: before that nothing counts that it raises. */
  appliedOnDisk(): Levels | null;
  /** Nothing that these name can be in the spool; null when that is not known. */
  excluded(): Exclusions | null;
  /** Durable with the next `writeJournal`. */
  apply(levels: Levels, excluded: Exclusions): void;
}

export interface RecordWriterDeps {
  readonly tracking: Tracking;
  readonly outbox: Outbox;
  readonly gate: Gate;
  readonly policies: PolicyCache;
  readonly journal: RecorderJournal;
  /** What the journal says so far. */
  readonly left: JournalEntry;
  /** Something is gone from the spool that had been written: what is said once in a session may have been among it. */
  readonly onCutOut: () => void;
  readonly firstUse: Pick<FirstUse, 'inJournal' | 'onDisk'>;
  readonly dayCounts: Pick<DayCounts, 'inJournal'>;
}

export function createRecordWriter(deps: RecordWriterDeps): RecordWriter {
  const { tracking, outbox, gate, policies, journal, left, firstUse, dayCounts } = deps;
  let applied = left.applied;
  let appliedOnDisk = left.applied;
  let excluded = left.excluded;
  let onDisk = JSON.stringify(left);
  let queue: Promise<unknown> = Promise.resolve();
  /** The disk did not take it; a process that dies before there is room leaves the journal alone, which knows no cause. */
  let refusedStop: Entry | null = null;

  async function record(entries: readonly Entry[]): Promise<boolean> {
    const isWritten = await outbox.write(entries);
    if (isWritten) tracking.written(entries);
    else refusedStop = entries.find(({ observation }) => isStop(observation)) ?? refusedStop;
    if (tracking.toCutOut().length > 0) await cutOut();
    return isWritten;
  }

  /** On disk before it begins: a start finds what was not finished. One that fails is tried again at every tick. */
  async function cutOut(): Promise<void> {
    await writeJournal();
    const before = tracking.toCutOut();
    for (const stretch of before) if (await outbox.cutOut(stretch)) tracking.wasCutOut(stretch);
    tracking.holdBack();
    if (tracking.toCutOut().length < before.length) deps.onCutOut();
    await writeJournal();
  }

  async function closeUnfinished(): Promise<void> {
    const unfinished = tracking.unfinished();
    if (unfinished === null || tracking.session().kind !== 'stopped' || policies.policy() === null) return;
    const stop = refusedStop?.context.session === unfinished.session ? refusedStop : stopOf(unfinished);
    if (stop !== null && (await outbox.write([stop]))) tracking.written([stop]);
  }

  /** Null when it may not be written. */
  function stopOf({ boot, session, policyVersion, lastEvidence }: Unfinished): Entry | null {
    const permitted = gate.permit(observationOf(stopAfterCrash(lastEvidence)));
    if (permitted.kind === 'denied') return null;
    return { context: { boot, session, policyVersion }, observation: permitted.observation };
  }

  async function writeJournal(): Promise<boolean> {
    const entry: JournalEntry = {
      ...tracking.inJournal(applied?.activity !== 'off'),
      ...{ applied, excluded, policy: policies.memory(), introduced: firstUse.inJournal() },
      dayCounts: dayCounts.inJournal(),
    };
    const text = JSON.stringify(entry);
    const written = queue
      .then(() => (text === onDisk ? undefined : journal.write(entry)))
      .then(
        () => {
          onDisk = text;
          appliedOnDisk = entry.applied;
          firstUse.onDisk(entry.introduced);
          return true;
        },
        () => false,
      );
    queue = written;
    return written;
  }

  return {
    record,
    closeUnfinished,
    writeJournal,
    applied: () => applied,
    appliedOnDisk: () => appliedOnDisk,
    excluded: () => excluded,
    apply(levels, now) {
      applied = levels;
      excluded = now;
    },
  };
}
