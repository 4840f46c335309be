import type { ImageId } from '../../shared/ids.ts';
import { imageScope, segmentScope } from '../ingest/scopes.ts';
import type { Segment } from '../ingest/segment.ts';
import { type BlobRecord, type ImageHead, type SegmentRecord, type Store, StoreError } from '../store/store.ts';
import { type Sealed, type SealScope, unlessLost, type Vault } from '../vault/vault.ts';

export interface SealAgainDeps {
  readonly store: Pick<Store, 'blob' | 'resealSegment'>;
  readonly vault: Pick<Vault, 'seal' | 'open'>;
}

/** Seals what stays of a segment, with its images, under another epoch of its key. `changed`: it is not there as it was read. */
export async function sealAgain(
  deps: SealAgainDeps,
  segment: SegmentRecord,
  epoch: number,
  plaintext: Uint8Array,
  images: readonly ImageId[],
): Promise<'resealed' | 'changed'> {
  const { store, vault } = deps;
  const { sealed: _sealed, ...head } = segment;
  const key = { ...head, epoch };
  const sealed = await vault.seal(segmentScope(key), plaintext, { compress: true });
  await requireOpens(vault, segmentScope(key), sealed);
  return store.resealSegment({ ...key, sealed }, segment.epoch, await imagesAgain(deps, { ...key, sealed }, images));
}

/** The images that a segment names. */
export function imagesOf({ parts }: Segment): readonly ImageId[] {
  return parts
    .flatMap(({ observations }) => observations)
    .flatMap((one) => (one.parameter === 'screenshot' ? [one.image] : []));
}

/** Those of the images that are still there and open, under the key of their segment. */
async function imagesAgain(
  { store, vault }: SealAgainDeps,
  segment: SegmentRecord,
  named: readonly ImageId[],
): Promise<readonly BlobRecord[]> {
  const images: BlobRecord[] = [];
  for (const image of named) {
    const blob = await unlessMissing(store.blob(segment.org, segment.person, image));
    if (blob === null) continue;
    const bytes = await unlessLost(vault.open(imageScope(blob), blob.sealed));
    if (bytes === null) continue;
    const key: Omit<BlobRecord, 'sealed'> = { ...headOf(blob), epoch: segment.epoch };
    const sealed = await vault.seal(imageScope(key), bytes);
    await requireOpens(vault, imageScope(key), sealed);
    images.push({ ...key, sealed });
  }
  return images;
}

function headOf({ sealed: _sealed, ...head }: BlobRecord): ImageHead {
  return head;
}

/** Before what it replaces can be opened by nobody any more. Throws VaultError. */
async function requireOpens(vault: Pick<Vault, 'open'>, scope: SealScope, sealed: Sealed): Promise<void> {
  await vault.open(scope, sealed);
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((cause: unknown) => {
    if (cause instanceof StoreError && cause.code === 'damaged') return null;
    throw cause;
  });
}
