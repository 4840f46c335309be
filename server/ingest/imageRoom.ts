import type { PersonId } from '../../shared/ids.ts';

/**
 * Memory for images on their way, over all connections. It is taken as bytes arrive, so that an announcement costs nothing,
 * and when it is full nobody keeps more than a share from somebody who has less.
 */
export interface ImageRoom {
  /**
   * Takes so many bytes more for an upload. When the room is full, uploads of whoever holds most, and more than a share,
   * give way to a person who stays within one. False: there is no room now, and nothing was taken.
   */
  take(upload: ImagePlace, bytes: number): boolean;
  /** From now on it gives way to nobody: its bytes are in use until they are released. */
  hold(upload: ImagePlace): void;
  /** Gives back all that the upload has. */
  release(upload: ImagePlace): void;
}

/** An upload as the room knows it. */
export interface ImagePlace {
  readonly person: PersonId;
  /** Its bytes have been given to somebody else. */
  giveWay(): void;
}

export function createImageRoom(most: number, share: number): ImageRoom {
  /** In the order in which they came. */
  const held = new Map<ImagePlace, number>();
  const inUse = new Set<ImagePlace>();
  const heldBy = new Map<PersonId, number>();
  let used = 0;

  function add(upload: ImagePlace, bytes: number): void {
    held.set(upload, (held.get(upload) ?? 0) + bytes);
    heldBy.set(upload.person, (heldBy.get(upload.person) ?? 0) + bytes);
    used += bytes;
  }

  function release(upload: ImagePlace): void {
    const bytes = held.get(upload) ?? 0;
    const left = (heldBy.get(upload.person) ?? 0) - bytes;
    held.delete(upload);
    inUse.delete(upload);
    if (left > 0) heldBy.set(upload.person, left);
    else heldBy.delete(upload.person);
    used -= bytes;
  }

  /** The oldest upload of whoever holds most, of those that have one that is not in use; null when none of them holds more than a share. */
  function whoGivesWay(): ImagePlace | null {
    let [heaviest, heaviestBytes]: [PersonId | null, number] = [null, share];
    const free = [...held.keys()].filter((upload) => !inUse.has(upload));
    for (const { person } of free) {
      const bytes = heldBy.get(person) ?? 0;
      if (bytes > heaviestBytes) [heaviest, heaviestBytes] = [person, bytes];
    }
    return free.find(({ person }) => person === heaviest) ?? null;
  }

  return {
    take(upload, bytes) {
      const isWithinShare = (heldBy.get(upload.person) ?? 0) + bytes <= share;
      while (used + bytes > most) {
        const other = isWithinShare ? whoGivesWay() : null;
        if (other === null) return false;
        release(other);
        other.giveWay();
      }
      add(upload, bytes);
      return true;
    },
    hold: (upload) => void inUse.add(upload),
    release,
  };
}
