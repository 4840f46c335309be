import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { PolicyKeysView, PolicyKeyView } from '../../../shared/protocol/http/policyKeys.ts';
import { keyIdOf } from '../../control/signer.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';

/** The keys that sign what is collected, and putting a new one in their place. */
export function policyKeys(context: Context): HandlersOf<'policyKeys' | 'rotatePolicyKey'> {
  return {
    async policyKeys({ signedIn: { actor } }) {
      return viewOf(context, actor.org);
    },
    async rotatePolicyKey({ body: { sequence, reason, ...proof }, leave, signedIn: { actor, person } }) {
      await refusedOnRecord(context, person, 'key_proof_refused', () => requireSamePerson(context, person, proof));
      if (!person.hasSecondFactor) throw noSecondFactor();
      await context.control.rotateKey(actor.org, leave, { sequence, reason });
      return viewOf(context, actor.org);
    },
  };
}

/** Whoever signed in with a link of the host has none yet, and a password alone may be known to somebody else. */
function noSecondFactor(): DaylightError {
  return new DaylightError(
    'second_factor_required',
    'totp: changing the key needs a second factor, and this account has none',
    {
      field: 'totp',
      remedy: 'Set one up in your account, then change the key.',
    },
  );
}

async function viewOf({ organisations, control }: Context, org: OrgId): Promise<PolicyKeysView> {
  const [{ identity, keys }, [began]] = await Promise.all([organisations.signer(org), control.history(org)]);
  const { changes } = keys;
  const key = changes[0]?.said.previousKey ?? identity.policyKey;
  const first: PolicyKeyView = {
    ...{ sequence: 0, key, keyId: keyIdOf(key), since: began?.publishedAt ?? 0, policyVersion: 1 },
    ...{ reason: null, author: null, statement: null },
  };
  const others = changes.map(({ said, author, statement }): PolicyKeyView => {
    const { sequence, key, at: since, policyVersion, reason } = said;
    return { sequence, key, keyId: keyIdOf(key), since, policyVersion, reason, author, statement };
  });
  return { serverKey: identity.serverKey, keys: [first, ...others].toReversed() };
}
