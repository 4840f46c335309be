import type { SegmentRecord } from '../store/store.ts';
import { unlessLost, type Vault } from '../vault/vault.ts';
import { segmentScope } from './scopes.ts';
import { decodeSegment, type Segment } from './segment.ts';

/** What a segment holds. Null for one that was altered, or whose key is gone: nobody can read it. */
export async function openSegment(vault: Pick<Vault, 'open'>, segment: SegmentRecord): Promise<Segment | null> {
  const bytes = await unlessLost(vault.open(segmentScope(segment), segment.sealed));
  return bytes === null ? null : decodeSegment(bytes);
}
