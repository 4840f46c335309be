import type { OrgId } from '../shared/ids.ts';
import type { KeptView } from '../shared/protocol/http/retention.ts';
import { dayOf } from '../shared/time.ts';
import { openFoundation } from './foundation.ts';
import { type BrakeState, lookAtClock, releaseClock } from './lifecycle/clockBrake.ts';
import { keptViews } from './lifecycle/retentionView.ts';
import { lastSweeps, type Sweep } from './lifecycle/sweeps.ts';
import { namedOrganisation } from './namedOrganisation.ts';
import type { HostOptions } from './rotateOnHost.ts';

export interface RetainedHere {
  readonly org: OrgId;
  readonly name: string;
  readonly parameters: readonly KeptView[];
  /** The newest first. */
  readonly sweeps: readonly Sweep[];
}

/** Of one organisation or of each; also while a server has the folder. Throws DaylightError `not_found` where none has this name or id. */
export async function retentionOnHost(
  which: string | null,
  options: HostOptions,
): Promise<{ readonly clock: BrakeState; readonly organisations: readonly RetainedHere[] }> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    const { store, control, keyStore, organisations } = foundation;
    const now = options.clock.now();
    const asked = which === null ? await organisations.all() : [await namedOrganisation(which, foundation)];
    const found = await Promise.all(
      asked.map(async ({ org, name }) => {
        const [ages, keeping] = await Promise.all([store.ages(org), control.keeping(org)]);
        return {
          ...{ org, name, parameters: keptViews(ages, keeping, dayOf(now)) },
          sweeps: await lastSweeps(foundation, org, 14),
        };
      }),
    );
    return { clock: (await lookAtClock(keyStore, now)).state, organisations: found };
  } finally {
    await foundation.close();
  }
}

export async function clockOnHost(options: HostOptions): Promise<Awaited<ReturnType<typeof lookAtClock>>> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await lookAtClock(foundation.keyStore, options.clock.now());
  } finally {
    await foundation.close();
  }
}

export async function releaseOnHost(options: HostOptions): Promise<void> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    const { store, keyStore, organisations } = foundation;
    const at = options.clock.now();
    const detail = 'the clock of the server was said to be right on its host';
    for (const { org } of await organisations.all())
      await store.recordSecurityEvent({ org, at, kind: 'clock_released', person: null, detail });
    await releaseClock(keyStore, at);
  } finally {
    await foundation.close();
  }
}
