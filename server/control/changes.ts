import type { OrgId } from '../../shared/ids.ts';

/** Says that something a console shows has changed, and never what: whoever listens reads again. */
export interface Changes {
  notify(org: OrgId): void;
  /** Calls back, synchronously and possibly often, until the returned function is called. */
  on(org: OrgId, callback: () => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Map<OrgId, Set<() => void>>();
  return {
    notify(org) {
      for (const callback of [...(listeners.get(org) ?? [])]) callback();
    },
    on(org, callback) {
      const own = () => callback(); // the same function may listen twice and leave once
      const ofOrg = listeners.get(org) ?? new Set();
      listeners.set(org, ofOrg.add(own));
      return () => {
        ofOrg.delete(own);
        if (ofOrg.size === 0 && listeners.get(org) === ofOrg) listeners.delete(org);
      };
    },
  };
}
