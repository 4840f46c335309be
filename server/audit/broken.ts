import type { OrgId } from '../../shared/ids.ts';
import type { Clock } from '../clock.ts';
import { type Store, StoreError } from '../store/store.ts';

export interface BrokenDeps {
  readonly store: Pick<Store, 'auditEdge' | 'auditLeafless' | 'recordSecurityEvent'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface BrokenAudit {
  readonly organisation: OrgId;
  /** The rows for which no leaf stands. */
  readonly count: number;
}

/**
 * What can be seen at a start without computing a tree anew: an empty one, as each is begun with a leaf, and rows without a leaf. It is put on
 * record before anything else is, where that can be done, and returned; the server goes on, and vouches for nothing of it.
 */
export async function raiseBroken(
  { store, clock }: BrokenDeps,
  orgs: readonly OrgId[],
): Promise<readonly BrokenAudit[]> {
  const broken: BrokenAudit[] = [];
  for (const org of orgs) {
    const size = await sizeOf(store, org);
    const isEmptied = size === 0;
    const { count } = await store.auditLeafless(org);
    if (size !== null && !isEmptied && count === 0) continue;
    const detail = isEmptied
      ? 'the audit tree was emptied: run daylight-server verify-audit with a checkpoint that somebody kept'
      : 'something stands among what is recorded that this server did not record: run daylight-server verify-audit';
    // Where its edge fits nothing, nothing can be put on record any more, and so nothing of anybody is shown there.
    if (size !== null)
      await store.recordSecurityEvent({ org, at: clock.now(), kind: 'alarm_audit_broken', person: null, detail });
    broken.push({ organisation: org, count });
  }
  return broken;
}

/** Null where what is kept of its edge fits no tree. */
async function sizeOf(store: Pick<Store, 'auditEdge'>, org: OrgId): Promise<number | null> {
  try {
    return (await store.auditEdge(org)).size;
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === 'damaged') return null;
    throw cause;
  }
}
