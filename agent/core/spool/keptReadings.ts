import type { BootId } from '../../../shared/ids.ts';
import type { SpooledObservation } from './batchFile.ts';
import { type KeptReading, readingKey } from './keptFile.ts';
import type { OpenReading } from './spool.ts';
import type { SpoolFolder } from './spoolFolder.ts';

/** Readings that go on, beside the batches, as the disk has them or had them until one was appended. */
export class KeptReadings {
  readonly #files: SpoolFolder;
  #kept: readonly KeptReading[] = [];
  /** On disk there is more, which has been appended to a batch since. */
  #isBehind = false;

  constructor(files: SpoolFolder) {
    this.#files = files;
  }

  all(): readonly KeptReading[] {
    return this.#kept;
  }

  /** In place of what was kept before; durable when it resolves. */
  async keep(readings: readonly OpenReading[]): Promise<void> {
    const isUnchanged = !this.#isBehind && JSON.stringify(readings) === JSON.stringify(this.#kept);
    if (!isUnchanged) await this.#write(readings);
  }

  /** What is in a batch now is no longer kept; on disk it may be until the batch changes or goes. */
  end(boot: BootId, observations: readonly SpooledObservation[]): void {
    const ended = new Set(observations.map((observation) => readingKey(boot, observation)));
    const left = this.#kept.filter((kept) => !ended.has(readingKey(kept.context.boot, kept.observation)));
    if (left.length === this.#kept.length) return;
    this.#kept = left;
    this.#isBehind = true;
  }

  /** Before a batch is changed or forgotten: it may be what shows that a reading kept on disk has been recorded. */
  async catchUp(): Promise<void> {
    if (this.#isBehind) await this.#write(this.#kept);
  }

  /** Leaves nothing in either slot of what is not kept any more. */
  async scrub(): Promise<void> {
    if (!this.#files.hasKept()) return;
    await this.#write(this.#kept);
    if (this.#kept.length > 0) await this.#files.writeKept(this.#kept);
  }

  async #write(readings: readonly OpenReading[] | readonly KeptReading[]): Promise<void> {
    const kept = readings.map(({ context, observation }): KeptReading => ({ context, observation }));
    await this.#files.writeKept(kept);
    this.#kept = kept;
    this.#isBehind = false;
    // Nothing goes on: then nothing is left of it in the other slot either.
    if (kept.length === 0) await this.#files.writeKept(kept);
  }
}
