import { randomBytes, randomUUID } from 'node:crypto';
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createAuditLog } from '../../server/audit/auditLog.ts';
import { openSqliteStore } from '../../server/store/sqlite/store.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { createReferenceKeyStore } from '../support/referenceStore.ts';
import { sealedForTest } from '../support/sealedForTest.ts';
import { quantile } from './statistics.ts';

/** What `audit.ts` reads from the standard output of this process. */
export interface AuditRates {
  readonly syncMs: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly entries: number;
  readonly proofMs: number;
}

/** Records looks from so many callers at once, each waiting for its own, and then proves some of them. */
async function main(folder: string, callers: number, seconds: number): Promise<void> {
  const store = await openSqliteStore({ folder, randomBytes, fromStore: sealedForTest });
  const org = OrgId.parse(randomUUID());
  const people = Array.from({ length: 50 }, () => PersonId.parse(randomUUID()));
  const took: number[] = [];
  const began = performance.now();
  const ends = began + seconds * 1_000;
  const caller = async (own: number): Promise<void> => {
    for (let n = own; performance.now() < ends; n += 1) {
      const from = performance.now();
      const [actor, subject] = [people[n % 7], people[n % 50]];
      if (actor === undefined || subject === undefined) throw new Error('nobody');
      await store.recordAccess({
        ...{ org, at: Date.now(), actor, actorRole: 'manager', subject, action: 'day', purpose: 'working_time' },
        ...{ day: '2026-11-23', parameters: ['app', 'title', 'url'], refused: false },
      });
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, own) => caller(own)));
  const perSecond = took.length / ((performance.now() - began) / 1_000);
  const { size } = await store.auditEdge(org);
  if (size !== took.length) throw new Error(`${took.length} looks, and ${size} leaves`);
  const organisations = { signer: () => Promise.reject(new Error('nothing is signed here')) } as never;
  const vault = {} as never;
  const log = createAuditLog({ store, keyStore: createReferenceKeyStore(), vault, organisations, clock: clock() });
  const proofs: number[] = [];
  for (let n = 1; n <= 200; n += 1) {
    const from = performance.now();
    await log.consistency(org, Math.floor((size * n) / 201), size);
    proofs.push(performance.now() - from);
  }
  await store.close();
  const rates: AuditRates = {
    ...{ syncMs: syncTime(folder), perSecond, p99Ms: quantile(took, 0.99), entries: size },
    proofMs: quantile(proofs, 0.99),
  };
  process.stdout.write(JSON.stringify(rates));
}

function clock() {
  return { now: () => Date.now(), mono: () => performance.now(), after: () => () => undefined };
}

/** What one fdatasync of a written byte takes here: that the disk is as slow as it is said to be. */
function syncTime(folder: string): number {
  const file = openSync(join(folder, 'probe'), 'w');
  const times = Array.from({ length: 50 }, () => {
    const from = performance.now();
    writeSync(file, 'x');
    fdatasyncSync(file);
    return performance.now() - from;
  });
  return quantile(times, 0.5);
}

const [folder = '', callers = '256', seconds = '10'] = process.argv.slice(2);
await main(folder, Number(callers), Number(seconds));
