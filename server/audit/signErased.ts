import type { Erased } from '../../shared/audit/erased.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Organisations } from '../control/signer.ts';
import type { SaidErased } from '../store/store.ts';

/** What the server says at `at` of rows that it erases. Of an organisation that has ended nobody says anything: its tree goes, too. */
export async function signErased(
  organisations: Pick<Organisations, 'signer'>,
  org: OrgId,
  at: UnixMs,
): Promise<SaidErased> {
  try {
    const signer = await organisations.signer(org);
    return {
      at,
      sign: (said) => signer.signAsServer('daylight/erased/v1', { schema: 1, org, ...said } satisfies Erased),
    };
  } catch (error) {
    if (error instanceof DaylightError && error.code === 'not_found') return { at, sign: null };
    throw error;
  }
}
