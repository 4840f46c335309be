import type { BootId, ImageId } from '../../../shared/ids.ts';
import type { DropCause } from '../../../shared/outcome.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { Batches } from './batches.ts';
import type { Held, SpoolFolder } from './spoolFolder.ts';

/** Screenshots that wait for the employee's review: each in two files of its own, and in no batch until its release. */
export class HeldScreenshots {
  readonly #files: SpoolFolder;
  readonly #batches: Batches;
  /** In order of capture. */
  readonly #held = new Map<ImageId, Held>();

  constructor(files: SpoolFolder, batches: Batches) {
    this.#files = files;
    this.#batches = batches;
  }

  all(): readonly Held[] {
    return [...this.#held.values()];
  }

  get(image: ImageId): Held | null {
    return this.#held.get(image) ?? null;
  }

  /** The picture first: a crash in between leaves one that nothing names, and that the next start removes. */
  async hold(held: Held, picture: Uint8Array): Promise<void> {
    const { image } = held.observation;
    await this.#files.writeImage(image, picture);
    await this.#files.writeHeld(image, held);
    this.#held.set(image, held);
  }

  async release({ context, observation }: Held): Promise<void> {
    await this.#batches.append(context, [observation]);
    this.#held.delete(observation.image);
    await this.#files.removeHeld(observation.image);
  }

  postpone(image: ImageId, releaseAt: UnixMs): void {
    const held = this.#held.get(image);
    if (held !== undefined) this.#held.set(image, { ...held, releaseAt });
  }

  /** Its count is durable before the files go. */
  async drop({ context, observation }: Held, cause: DropCause): Promise<void> {
    await this.#batches.appendDrop(context, observation.image, cause);
    await this.#removeFiles(observation.image);
    this.#held.delete(observation.image);
  }

  /** Takes up what an earlier process has left; `released`: the images that are in batches. */
  async recover(released: ReadonlySet<ImageId>): Promise<void> {
    const found: Held[] = [];
    for (const image of this.#files.heldIds()) {
      const held = released.has(image) ? null : await this.#files.readHeld(image);
      const pictured = (await this.#files.readImage(image)) !== null;
      if (released.has(image)) await this.#files.removeHeld(image);
      else if (held !== null && pictured) found.push(held);
      else await this.#dropUnreadable(image, held);
    }
    for (const held of inOrderOfCapture(found)) this.#held.set(held.observation.image, held);
    for (const image of this.#files.images()) {
      if (!released.has(image) && !this.#held.has(image)) await this.#files.removeImage(image, true);
    }
  }

  /** Their files are gone. */
  clear(): void {
    this.#held.clear();
  }

  async #dropUnreadable(image: ImageId, held: Held | null): Promise<void> {
    await this.#batches.appendDrop(held?.context ?? null, image, 'unreadable');
    await this.#removeFiles(image);
  }

  async #removeFiles(image: ImageId): Promise<void> {
    await this.#files.removeHeld(image);
    await this.#files.removeImage(image, true);
  }
}

/** One boot after the other, and in each by its own clock: the wall clock may have been set in between. */
function inOrderOfCapture(held: readonly Held[]): Held[] {
  const began = new Map<BootId, UnixMs>();
  for (const { context, observation } of held) {
    began.set(context.boot, Math.min(observation.at, began.get(context.boot) ?? observation.at));
  }
  const beganOf = ({ context }: Held): UnixMs => began.get(context.boot) ?? 0;
  return held.toSorted((a, b) => beganOf(a) - beganOf(b) || a.observation.mono - b.observation.mono);
}
