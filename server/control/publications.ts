import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { createLanes } from '../lanes.ts';

/**
 * Publications that have begun. Until one has settled nobody can say what holds from its instant on: judged by it, what may be
 * collected would be lost if it failed; judged without it, what was captured after it would be stored if it did not.
 */
export interface Publications {
  /** One at a time in an organisation; the next begins when this one is durable, or has failed. */
  run<T>(org: OrgId, publish: () => Promise<T>): Promise<T>;
  /** Between two of them, of what none changes until `work` has settled; nobody who waits in `settled` waits for it. */
  between<T>(org: OrgId, work: () => Promise<T>): Promise<T>;
  isUnderWay(org: OrgId): boolean;
  /** Resolves when none is under way. Throws DaylightError `unavailable` when that takes too long. */
  settled(org: OrgId): Promise<void>;
}

export function createPublications(mostMs: number): Publications {
  const lanes = createLanes<OrgId>();
  const underWay = new Map<OrgId, Promise<unknown>>();

  async function untilSettled(org: OrgId): Promise<void> {
    for (let one = underWay.get(org); one !== undefined; one = underWay.get(org)) await one;
  }

  return {
    run: (org, publish) =>
      lanes.run(org, async () => {
        const published = publish();
        underWay.set(
          org,
          published.catch(() => undefined),
        );
        try {
          return await published;
        } finally {
          underWay.delete(org);
        }
      }),
    between: (org, work) => lanes.run(org, work),
    isUnderWay: (org) => underWay.has(org),
    async settled(org) {
      let late: ReturnType<typeof setTimeout> | undefined;
      const tooLate = new Promise<never>((_resolve, reject) => {
        late = setTimeout(() => reject(takesTooLong()), mostMs);
      });
      try {
        await Promise.race([untilSettled(org), tooLate]);
      } finally {
        clearTimeout(late);
      }
    },
  };
}

function takesTooLong(): DaylightError {
  return new DaylightError('unavailable', 'a policy has been on its way into the store for too long', {
    remedy: 'Look at the disk of the server; what agents have not been acknowledged they send again.',
  });
}
