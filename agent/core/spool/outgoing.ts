import type { BootId, ImageId } from '../../../shared/ids.ts';
import type { Batch } from '../../../shared/protocol/messages.ts';
import { HOUR, type UnixMs } from '../../../shared/time.ts';
import { sha256 } from '../signing.ts';
import type { Batches } from './batches.ts';
import type { SpooledBatch } from './spool.ts';
import type { SpoolFolder } from './spoolFolder.ts';
import type { SpoolParts } from './spoolParts.ts';
import { linesOf } from './tally.ts';

/** What the uplink takes of the spool, and what it says of the server. Its numbers are those of the wire. */
export class Outgoing {
  readonly #parts: SpoolParts;
  /** The last batch that another process had closed, and may have sent. */
  readonly #foundClosed: number;
  /** The highest batch that this process has given out to be sent. */
  #givenOut = 0;
  /** The server has told this process what it has; until then it may have what another process sent. */
  #knowsServer = false;

  constructor(parts: SpoolParts, foundClosed: number) {
    this.#parts = parts;
    this.#foundClosed = foundClosed;
  }

  /** The next closed batch above `after`, as `Spool.next`; none beyond one of which `isHeldBack` says so, by own number. */
  async next(after: number, isHeldBack: (seq: number) => boolean): Promise<SpooledBatch | null> {
    const { files, numbering, batches } = this.#parts;
    await batches.closeOld();
    const offset = await numbering.anchor();
    const { acknowledged, next } = numbering.state;
    const seq = Math.max(acknowledged, after - offset) + 1;
    if (seq >= next || batches.isOpen(seq) || isHeldBack(seq)) return null;
    // All that is closed, so that a long queue costs one write: under these numbers nothing else will ever be sent from here.
    // A disk that takes no word of it keeps nothing from the server: a restart may then count what the server has as `perhaps_sent`.
    if (seq > numbering.sent()) await numbering.write({ sent: batches.lastClosed() }).catch(() => undefined);
    this.#givenOut = Math.max(this.#givenOut, seq);
    return read(files, batches, seq, offset);
  }

  async acknowledged(seq: number): Promise<void> {
    const { numbering, batches } = this.#parts;
    const offset = await numbering.anchor();
    await batches.forget(Math.min(seq - offset, batches.lastClosed()));
  }

  async rebase(committedSeq: number, serverTime?: UnixMs): Promise<void> {
    const { time, numbering, batches } = this.#parts;
    const wasConnected = this.#knowsServer;
    this.#knowsServer = true;
    if (serverTime !== undefined) time.correct(serverTime);
    const { acknowledged } = numbering.state;
    const offset = await numbering.anchor();
    if (committedSeq < acknowledged + offset) {
      // The server has gone back: what waits goes on from where it stands.
      await numbering.write({ offset: committedSeq - acknowledged, sent: acknowledged });
    } else if (committedSeq <= Math.max(numbering.sent(), this.#givenOut) + offset) {
      await batches.forget(committedSeq - offset);
    } else {
      await this.#goOnAfterCopy(committedSeq - offset, wasConnected);
    }
    if (Math.abs(time.now() - numbering.notedAt()) > HOUR) await numbering.write();
  }

  /**
   * The server has more of this device, up to `committed` by own number, than was ever sent from here: the folder was restored or
   * copied, and another copy of it has sent. What was sent from here was so before the copy, and is on the server. What this
   * process has recorded is on no other copy, and goes on above. Of the rest it cannot be told: sent anew it could be there
   * twice, so it is counted as dropped. `wasConnected`: the memory of the process was restored too, its own records are the rest.
   */
  async #goOnAfterCopy(committed: number, wasConnected: boolean): Promise<void> {
    const { numbering, batches, held } = this.#parts;
    const isOnCopy = (boot: BootId): boolean => wasConnected || batches.wasFound(boot);
    await batches.close();
    await batches.forget(numbering.sent());
    for (const [seq, { header }] of batches.entries()) {
      const mayBeThere = isOnCopy(header.boot) && (seq <= committed || header.carriedOver);
      if (mayBeThere) await batches.drop(seq, () => true, 'perhaps_sent');
    }
    for (const one of held.all()) if (isOnCopy(one.context.boot)) await held.drop(one, 'perhaps_sent');
    const { acknowledged } = numbering.state;
    const offset = await numbering.anchor();
    await numbering.write({ offset: offset + committed - acknowledged, sent: acknowledged });
  }

  /** The server has the batch of this own number, or may get it whatever becomes of it here. */
  mayBeSent(seq: number): boolean {
    const wasOnline = this.#parts.numbering.state.offset !== null;
    return seq <= this.#givenOut || (wasOnline && !this.#knowsServer && seq <= this.#foundClosed);
  }
}

async function read(files: SpoolFolder, batches: Batches, seq: number, offset: number): Promise<SpooledBatch> {
  const { entry, observations } = await batches.load(seq);
  const images: { image: ImageId; digest: string; bytes: Uint8Array }[] = [];
  for (const image of entry.images) {
    const bytes = await files.readImage(image);
    if (bytes !== null) images.push({ image, digest: sha256(bytes), bytes });
  }
  if (images.length < entry.images.length) {
    const there = new Set(images.map(({ image }) => image));
    await batches.drop(seq, ({ image }) => image !== undefined && !there.has(image), 'unreadable');
    return read(files, batches, seq, offset);
  }
  const { boot, session, policyVersion, dropped } = entry.header;
  const frame: Batch = {
    type: 'batch',
    seq: seq + offset,
    boot,
    session: observations.length === 0 ? null : session,
    policyVersion,
    observations: [...observations],
    dropped: linesOf(dropped),
  };
  return { frame, images };
}
