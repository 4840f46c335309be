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
import { newest, readRegister, registerRevision, type Written } from './registers.ts';

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

type Told = Recipients & { readonly changedAt: UnixMs | null };

/**
 * Of an organisation those of whom people are told, and when that changed last; null: never. The register is opened anew when it has
 * another entry: every computer that is connected asks for the notice at one moment.
 */
export function createRecipients(
  store: Pick<Settings, 'setting' | 'settingRevisions'>,
  vault: Vault,
): (org: OrgId) => Promise<Told> {
  const known = new Map<OrgId, { readonly revision: number; readonly told: Promise<Told> }>();

  async function read(org: OrgId): Promise<Told> {
    const written = await readRegister(store, vault, org, 'processors');
    const changedAt = written.at(-1)?.at ?? null;
    return { processors: processorSummaries(written), unreadable: unreadableOf(written), changedAt };
  }

  return async (org) => {
    const revision = await registerRevision(store, org, 'processors');
    const before = known.get(org);
    if (before?.revision === revision) return before.told;
    const told = read(org);
    known.set(org, { revision, told });
    // What could not be read is read again by whoever asks next.
    told.catch(() => known.delete(org));
    return told;
  };
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
