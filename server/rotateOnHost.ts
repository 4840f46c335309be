import type { OrgId } from '../shared/ids.ts';
import type { KeyReason } from '../shared/policy/keys.ts';
import type { UnixMs } from '../shared/time.ts';
import { keyIdOf } from './control/signer.ts';
import { type Foundation, type FoundationOptions, openFoundation } from './foundation.ts';
import { folderBusy, namedOrganisation } from './namedOrganisation.ts';

export type HostOptions = Pick<FoundationOptions, 'data' | 'clock' | 'random' | 'migrated' | 'rootKey'>;

/** The key that signs an organisation's policies. */
export interface KeyInForce {
  readonly org: OrgId;
  readonly name: string;
  /** 0 for the one that it began with. */
  readonly sequence: number;
  readonly keyId: string;
  /** Null for the one that it began with. */
  readonly since: UnixMs | null;
}

/** Throws DaylightError `not_found`, `bad_request` where several organisations have the name, `conflict` while the folder is in use. */
export function keyInForce(which: string, options: HostOptions): Promise<KeyInForce> {
  return alone(options, (foundation) => lookedUp(which, foundation));
}

/** Puts a new key in the place of the one that signs `org`'s policies, which must be the one seen. Throws as `keyInForce` does. */
export function rotateOnHost(
  { org, sequence }: KeyInForce,
  reason: KeyReason,
  options: HostOptions,
): Promise<KeyInForce> {
  return alone(options, async (foundation) => {
    await foundation.control.rotateKey(org, 'host', { sequence, reason });
    return lookedUp(org, foundation);
  });
}

async function lookedUp(which: string, foundation: Foundation): Promise<KeyInForce> {
  const { org, name } = await namedOrganisation(which, foundation);
  const { identity, keys } = await foundation.organisations.signer(org);
  const since = keys.changes.at(-1)?.at ?? null;
  return { org, name, sequence: keys.chain.sequence, keyId: keyIdOf(identity.policyKey), since };
}

/** A server that runs has the key in its memory, and would go on signing with it. */
async function alone<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false, alone: true }).catch(folderBusy(options.data));
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}
