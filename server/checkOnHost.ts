import type { OrgId } from '../shared/ids.ts';
import type { SelfCheckView } from '../shared/protocol/http/assessments.ts';
import { openFoundation } from './foundation.ts';
import { namedOrganisation } from './namedOrganisation.ts';
import { selfCheck } from './records/selfCheck.ts';
import type { HostOptions } from './rotateOnHost.ts';

export interface Checked extends SelfCheckView {
  readonly org: OrgId;
  readonly name: string;
}

/**
 * Looks whether the records are in order, of one organisation or of each; also while a server has the folder. Throws DaylightError
 * `not_found` where none has this name or id.
 */
export async function checkOnHost(which: string | null, options: HostOptions): Promise<readonly Checked[]> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    const asked = which === null ? await foundation.organisations.all() : [await namedOrganisation(which, foundation)];
    return await Promise.all(
      asked.map(async ({ org, name }) => ({ org, name, ...(await selfCheck({ ...foundation, ...options }, org)) })),
    );
  } finally {
    await foundation.close();
  }
}
