import { expect, it } from 'vitest';
import { startAlarms } from '../../../../server/audit/alarms.ts';
import { thresholds } from '../../../../server/audit/detectors.ts';
import { type AuditedRow, type SecurityEvent, StoreError } from '../../../../server/store/store.ts';
import { NINE, orgId, personId } from '../../../support/storeRecords.ts';

// Somebody is refused again and again, in an organisation beside one whose store fails.

const [broken, acme] = [orgId('broken'), orgId('acme')];
const bob = personId('bob');

/** `at`: which of the entries cannot be read. */
async function raisedIn(entries: number, more: { readonly at?: number; readonly fails?: boolean } = {}) {
  const raised: string[] = [];
  const failures: unknown[] = [];
  let attempts = 0;
  const rows = Array.from({ length: entries }, (_, seq): AuditedRow => {
    const row = { org: acme, at: NINE, kind: 'refused_request', person: bob, detail: `${seq}`, count: 1, seq };
    return { kind: 'security_event', salt: new Uint8Array(32), row };
  });
  const isDamaged = (seq: number): boolean => seq === more.at;
  const damaged = (): never => {
    throw new StoreError('damaged', 'a row');
  };
  const alarms = startAlarms(
    {
      store: {
        organisations: async () =>
          [broken, acme].map((org) => ({ org, createdAt: NINE, profile: new Uint8Array() })) as never,
        auditEdge: async (org) => {
          if (org === broken) throw new StoreError('busy', 'of this one nothing can be read');
          return { size: entries, peaks: [] };
        },
        auditedRows: async (_, kind, from, to) => {
          if (kind !== 'security_event') return [];
          if (more.at !== undefined && from <= more.at && more.at < to) damaged();
          return rows.slice(from, to);
        },
        auditedRow: async (_, seq) => (isDamaged(seq) ? damaged() : (rows[seq] ?? null)),
        person: async () => null,
        recordSecurityEvent: async ({ kind }: Pick<SecurityEvent, 'kind'>) => {
          attempts += 1;
          if (more.fails === true && attempts === 1) throw new StoreError('full', 'the disk is full');
          raised.push(kind);
        },
      },
      control: { current: async () => ({ document: {} }) as never },
      failedOpens: { take: () => 0 },
      clock: { now: () => NINE },
      raised: () => undefined,
      failed: (cause) => void failures.push(cause),
    },
    5,
  );
  await expect.poll(() => failures.length, { timeout: 5_000, interval: 5 }).toBeGreaterThan(5);
  await alarms.close();
  return { raised, failures };
}
const { count } = thresholds.refusals;

it('an organisation whose store fails keeps no alarm of another from being raised', async () => {
  expect((await raisedIn(count)).raised).toEqual(['alarm_refusals']);
});

it('an entry that was damaged blinds the rules for no other', async () => {
  expect((await raisedIn(count, { at: 3 })).raised).toEqual([]);
  expect((await raisedIn(count + 1, { at: 3 })).raised).toEqual(['alarm_refusals']);
});

it('an alarm that could not be put on record is raised once it can', async () => {
  expect((await raisedIn(count, { fails: true })).raised).toEqual(['alarm_refusals']);
});
