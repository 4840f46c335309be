import type { z } from 'zod';
import { Checkpoint } from '../../shared/audit/checkpoint.ts';
import { isCanonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { PublicKey, Signed, SigningContext } from '../../shared/signed.ts';
import { verifySigned } from '../control/signer.ts';

interface Signer {
  readonly org: OrgId;
  readonly serverKey: PublicKey;
}

/** Null for what is not signed by the key of this organisation, for this, and about it. */
export function signedBy<T extends { readonly org: OrgId }>(
  { org, serverKey }: Signer,
  context: SigningContext,
  signed: Signed,
  schema: z.ZodType<T>,
): T | null {
  if (!verifySigned(context, signed, serverKey) || !isCanonical(signed.payload)) return null;
  const parsed = schema.safeParse(JSON.parse(signed.payload));
  return parsed.success && parsed.data.org === org ? parsed.data : null;
}

/** What it says, whatever stands beside it in the database. */
export function checkpointBy(signer: Signer, signed: Signed): Checkpoint | null {
  return signedBy(signer, 'daylight/checkpoint/v1', signed, Checkpoint);
}
