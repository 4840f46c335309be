import type { OrgId } from '../../shared/ids.ts';
import { type Vault, VaultError } from './vault.ts';

/** How often something stored did not open, because it was altered or put in another place. Numbers alone: of what, nobody is told. */
export interface FailedOpens {
  /** Since it was asked last. */
  take(org: OrgId): number;
}

export function countFailedOpens(vault: Vault): { readonly vault: Vault; readonly failedOpens: FailedOpens } {
  const counts = new Map<OrgId, number>();
  const counted: Vault = {
    ...vault,
    async open(scope, sealed) {
      try {
        return await vault.open(scope, sealed);
      } catch (error) {
        const isAltered = error instanceof VaultError && error.code === 'not_authentic';
        if (isAltered) counts.set(scope.org, (counts.get(scope.org) ?? 0) + 1);
        throw error;
      }
    },
  };
  const take = (org: OrgId): number => {
    const taken = counts.get(org) ?? 0;
    counts.delete(org);
    return taken;
  };
  return { vault: counted, failedOpens: { take } };
}
