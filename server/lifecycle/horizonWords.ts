import { erasureHorizon, type SealedCopy } from '../../shared/erasureHorizon.ts';
import type { UnixMs } from '../../shared/time.ts';

/**
 * Until when something of what is erased at this time may exist, and under which keys: for wherever a deletion is promised. `before`: whether what was here
 * before the last restore is still kept.
 */
export function horizonWords(erasedAt: UnixMs, copies: readonly SealedCopy[], before: boolean): readonly string[] {
  const kept = before
    ? [
        'What was here before the last restore is still kept in before-restore, sealed under the same keys. Nothing is called empty before `daylight-server restore --confirm` has deleted it.',
      ]
    : [];
  return [...kept, ...inBackups(erasedAt, copies)];
}

function inBackups(erasedAt: UnixMs, copies: readonly SealedCopy[]): readonly string[] {
  const until = erasureHorizon(erasedAt, copies);
  if (until === erasedAt) return ['Nothing of it lies in a backup that was made here.'];
  const day = new Date(until).toISOString().slice(0, 10);
  return [
    `Backups hold no keys: nobody can open it in one of them from then on. Its sealed bytes are in backups until ${day} at the latest.`,
    'An older copy of the recovery set, if you keep one elsewhere, holds the keys of then: delete it.',
  ];
}
