import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { classOfProcessor, type Recipients } from '../../shared/policy/recipients.ts';
import type {
  Processor,
  ProcessorSummary,
  ProcessorsView,
  RecordedProcessor,
} from '../../shared/protocol/http/processors.ts';
import type { Region } from '../../shared/protocol/http/region.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { itemsOf, unreadableOf } from './numbered.ts';
import { newest, readRegister, type Written } from './registers.ts';

type Register = readonly Written<'processors'>[];

export function processorsView(written: Register): ProcessorsView {
  return {
    revision: newest(written),
    processors: itemsOf<RecordedProcessor>(written).map(({ number, now, changes }) => ({
      ...now,
      number,
      changes: [...changes],
    })),
    unreadable: unreadableOf(written),
  };
}

/** Those who work with the data now, for the record of processing. */
export function processorSummaries(written: Register): readonly ProcessorSummary[] {
  const all = itemsOf<RecordedProcessor>(written).map(({ number, now }) => ({ ...now, number }));
  return all.filter(({ state }) => state === 'holds');
}

/** Those of whom people are told, and when that changed last; null: never. */
export async function recipientsOf(
  store: Pick<Settings, 'settingRevisions'>,
  vault: Vault,
  org: OrgId,
): Promise<Recipients & { readonly changedAt: UnixMs | null }> {
  const written = await readRegister(store, vault, org, 'processors');
  const changedAt = written.at(-1)?.at ?? null;
  return { processors: processorSummaries(written), unreadable: unreadableOf(written), changedAt };
}

/**
 * The entry with the day before which nothing that is new in it may be given: whatever is more than a minor change waits for the
 * reaction period of the policy in force, and what waits already does not end sooner for it.
 */
export function announced(
  before: RecordedProcessor | null,
  after: Processor,
  { now, reactionDays }: { readonly now: UnixMs; readonly reactionDays: number },
): RecordedProcessor {
  const known = before?.from;
  if (classOfProcessor(before, after) !== 'significant') return known === undefined ? after : { ...after, from: known };
  return { ...after, from: Math.max(known ?? 0, now + reactionDays * DAY) };
}

/** Throws DaylightError `bad_request` where they are in another country than the data, or nobody has said where that is, without a safeguard. */
export function requireSafeguard({ region, safeguard, state }: Processor, home: Region | null): void {
  if (state === 'ended' || safeguard !== '' || country(region) === (home === null ? null : country(home))) return;
  const where = home === null ? 'nobody has said where the data is kept' : `the data is kept in ${home}`;
  throw new DaylightError('bad_request', `processor.safeguard: they are in ${region}, and ${where}`, {
    field: 'processor.safeguard',
    remedy:
      'Name what makes it lawful (GDPR Art. 46), such as standard contractual clauses, or choose somebody where the data is.',
  });
}

function country(region: Region): string {
  return region.slice(0, 2);
}
