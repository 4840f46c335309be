import { DaylightError } from '../../shared/errors.ts';
import type { Processor, ProcessorSummary, ProcessorsView } from '../../shared/protocol/http/processors.ts';
import type { Region } from '../../shared/protocol/http/region.ts';
import { itemsOf, unreadableOf } from './numbered.ts';
import { newest, type Written } from './registers.ts';

type Register = readonly Written<'processors'>[];

export function processorsView(written: Register): ProcessorsView {
  return {
    revision: newest(written),
    processors: itemsOf<Processor>(written).map(({ number, now, changes }) => ({
      ...now,
      number,
      changes: [...changes],
    })),
    unreadable: unreadableOf(written),
  };
}

/** Those who work with the data now, for the record of processing. */
export function processorSummaries(written: Register): readonly ProcessorSummary[] {
  const all = itemsOf<Processor>(written).map(({ number, now }) => ({ ...now, number }));
  return all.filter(({ state }) => state === 'holds');
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
