import { Checkpoint } from '../shared/audit/checkpoint.ts';
import { DaylightError } from '../shared/errors.ts';
import type { OrgId } from '../shared/ids.ts';
import type { PublicKey, Signed } from '../shared/signed.ts';
import { unsignedErasures } from './audit/unsignedErasures.ts';
import { type Verified, verifyTree } from './audit/verify.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { endingsIn, ofOrganisation } from './lifecycle/ended.ts';
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
    const keptOf = options.kept.map(orgOf);
    const others = keptOf.filter((org) => !asked.some((one) => one.org === org));
    if (which !== null && others.length > 0) throw ofAnother();
    const verified: VerifiedTree[] = which === null ? await missing(foundation, others) : [];
    for (const { org, name } of asked) {
      const { serverKey } = (await foundation.organisations.signer(org)).identity;
      const snapshot = await foundation.store.snapshot();
      try {
        const kept = options.kept.filter((_, place) => keptOf[place] === org);
        const tell = (done: number, of: number): void => options.tell(name, done, of);
        const key = options.serverKey ?? serverKey;
        const unsigned = await unsignedErasures(foundation, org);
        const given = { org, serverKey: key, now: options.clock.now(), unsigned, kept, tell };
        verified.push({ org, name, ...(await verifyTree(snapshot, given)) });
      } finally {
        await snapshot.close();
      }
    }
    return verified;
  } finally {
    await foundation.close();
  }
}

/**
 * Organisations that a checkpoint or the key store knows, of which the database has nothing and that have not ended. A beginning that was
 * interrupted leaves two keys and no organisation: that is none.
 */
async function missing(
  { organisations, keyStore, ledger }: Foundation,
  kept: readonly OrgId[],
): Promise<VerifiedTree[]> {
  const here = new Set((await organisations.all()).map(({ org }) => org));
  const ended = new Set(endingsIn(ledger.entries).flatMap((one) => (ofOrganisation(one) ? [one.org] : [])));
  const known = new Set(kept);
  for (const { org } of await keyStore.orgKeys()) if ((await keyStore.countKeys(org)) > KEYS_OF_NOTHING) known.add(org);
  return [...known]
    .filter((org) => !here.has(org) && !ended.has(org))
    .map((org) => ({
      ...{ org, name: org, size: 0, checkpoints: kept.includes(org) ? 1 : 0, leafless: 0 },
      finding: { fault: 'organisation_missing', seq: 0, to: 0, at: null },
    }));
}

/** Of the organisation, and of its profile. */
const KEYS_OF_NOTHING = 2;

function orgOf({ payload }: Signed): OrgId {
  try {
    return Checkpoint.parse(JSON.parse(payload)).org;
  } catch (cause) {
    throw new DaylightError('bad_request', '--checkpoint: what is signed there is no checkpoint', {
      ...{ field: 'checkpoint', cause },
      remedy: 'Give a file that GET /audit/checkpoint or a proof was saved to, or the audit.json of an agent.',
    });
  }
}

function ofAnother(): DaylightError {
  return new DaylightError('bad_request', '--checkpoint: it is of another organisation than --organisation', {
    field: 'checkpoint',
    remedy: 'Leave --organisation out, or give a checkpoint of that organisation.',
  });
}
