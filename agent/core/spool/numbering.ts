import type { UnixMs } from '../../../shared/time.ts';
import type { BelievedTime } from './believedTime.ts';
import type { SpoolFolder, SpoolState } from './spoolFolder.ts';

/** Where the numbering of the batches stands: the spool's state, as it was last written. */
export class Numbering {
  readonly #files: SpoolFolder;
  readonly #time: BelievedTime;
  #state: SpoolState = {
    ...{ next: 1, acknowledged: 0, offset: null, sent: 0 },
    ...{ last: null, stopped: [], seenAt: null },
  };

  constructor(files: SpoolFolder, time: BelievedTime) {
    this.#files = files;
    this.#time = time;
  }

  get state(): SpoolState {
    return this.#state;
  }

  /** Durable when it resolves; nothing has changed when it fails. */
  async write(change: Partial<Omit<SpoolState, 'seenAt'>> = {}): Promise<void> {
    this.#time.now();
    const written = { ...this.#state, ...change, seenAt: this.#time.seenAt() };
    await this.#files.writeState(written);
    this.#state = written;
  }

  /** Goes on from what an earlier process has left; `isWhole`: both copies of it could be read. */
  async resume(found: SpoolState | null, isWhole: boolean, seqs: readonly number[]): Promise<void> {
    const state = found === null ? null : { ...found, sent: found.sent ?? found.next - 1 };
    const highest = Math.max(0, ...seqs);
    if (state !== null && state.next > highest) {
      this.#state = state;
      if (!isWhole) await this.write();
      return;
    }
    const lowest = seqs.length === 0 ? 1 : Math.min(...seqs);
    // Without a state, the files tell where it stood; the server's committed seq corrects the rest.
    const known = state ?? { ...this.#state, acknowledged: lowest - 1 };
    await this.write({ ...known, next: highest + 1 });
  }

  /** The offset to wire numbers; asking for a batch before the server said where it stands means that it stands at 0. */
  async anchor(): Promise<number> {
    if (this.#state.offset !== null) return this.#state.offset;
    await this.write({ offset: 0 });
    return 0;
  }

  /** The highest batch that any process may have sent from this folder, as far as the folder knows. */
  sent(): number {
    return Math.max(this.#state.acknowledged, this.#state.sent ?? 0);
  }

  /** The time that a restart would go on from; 0 where it would find none, so that the next look writes one. */
  notedAt(): UnixMs {
    return this.#state.seenAt ?? 0;
  }
}
