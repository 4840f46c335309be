import { Checkpoint } from '../shared/audit/checkpoint.ts';
import type { PublicKey, Signed } from '../shared/signed.ts';
import { type Verified, verifyTree } from './audit/verify.ts';
import { openFoundation } from './foundation.ts';
import { namedOrganisation } from './namedOrganisation.ts';
import type { HostOptions } from './rotateOnHost.ts';

export interface VerifiedTree extends Verified {
  readonly org: string;
  readonly name: string;
}

export interface VerifyOnHost extends HostOptions {
  /** Checkpoints that somebody kept elsewhere; each is of the organisation that it names. */
  readonly kept: readonly Signed[];
  /** The key to check signatures with, where somebody has it from elsewhere; null: the one in the folder. */
  readonly serverKey: PublicKey | null;
  readonly tell: (name: string, done: number, of: number) => void;
}

/** The audit trees of one organisation, or of each, as they are at this instant; also while a server has the folder. */
export async function verifyOnHost(which: string | null, options: VerifyOnHost): Promise<readonly VerifiedTree[]> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    const asked = which === null ? await foundation.organisations.all() : [await namedOrganisation(which, foundation)];
    const verified: VerifiedTree[] = [];
    for (const { org, name } of asked) {
      const { serverKey } = (await foundation.organisations.signer(org)).identity;
      const snapshot = await foundation.store.snapshot();
      try {
        const kept = options.kept.filter((signed) => orgOf(signed) === org);
        const tell = (done: number, of: number): void => options.tell(name, done, of);
        const key = options.serverKey ?? serverKey;
        verified.push({ org, name, ...(await verifyTree(snapshot, { org, serverKey: key, kept, tell })) });
      } finally {
        await snapshot.close();
      }
    }
    return verified;
  } finally {
    await foundation.close();
  }
}

function orgOf({ payload }: Signed): string | null {
  try {
    return Checkpoint.parse(JSON.parse(payload)).org;
  } catch {
    return null;
  }
}
