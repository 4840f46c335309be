import type { PublishedVersion } from '../../../shared/protocol/http/policy.ts';

/** A version with the one before it, which it changed; null before the first. */
interface ComparedVersion {
  readonly version: PublishedVersion;
  readonly before: PublishedVersion | null;
}

/** Newest first, as they come. The oldest that was read waits until the one before it is read too, unless it is the first. */
export function comparedVersions(versions: readonly PublishedVersion[]): readonly ComparedVersion[] {
  return versions.flatMap((version, index) => {
    const before = versions[index + 1] ?? null;
    return before === null && version.policy.version > 1 ? [] : [{ version, before }];
  });
}
