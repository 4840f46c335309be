import { join } from 'node:path';
import { DaylightError } from '../shared/errors.ts';
import type { PersonId } from '../shared/ids.ts';
import type { EndingState } from '../shared/protocol/http/endings.ts';
import type { UnixMs } from '../shared/time.ts';
import { createAccounts } from './api/accounts.ts';
import type { Clock } from './clock.ts';
import { openFoundation } from './foundation.ts';
import { certificateOf, certify, fileOf } from './lifecycle/certificate.ts';
import { lookAtClock } from './lifecycle/clockBrake.ts';
import { requireEndable } from './lifecycle/endable.ts';
import { type Ending, endingsIn, isClearing } from './lifecycle/ended.ts';
import { startEndings } from './lifecycle/endings.ts';
import { horizonWords } from './lifecycle/horizonWords.ts';
import type { Ledger } from './lifecycle/ledger.ts';
import { hasReached } from './lifecycle/ledgerEntry.ts';
import { isBeforeKept, requireConfirmed } from './lifecycle/restore/swap.ts';
import { folderBusy } from './namedOrganisation.ts';
import type { Random } from './random.ts';
import type { Migration } from './store/sqlite/format.ts';
import type { SubjectHoldings } from './store/store.ts';

export interface EndOnHostOptions {
  readonly data: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly migrated?: (migration: Migration) => void;
}

export interface ToEnd {
  readonly person: PersonId;
  readonly name: string;
  readonly holdings: SubjectHoldings;
  /** Until when sealed bytes of it are in backups. */
  readonly horizon: readonly string[];
}

/**
 * Ends the account of the person with this address, with the server stopped: first `agree` is asked, with what will go. Where nobody has it, and an
 * ending broke off, that one is finished instead. Resolves when
 * nothing of it is left here, with the certificate's file; null as long as the recovery set cannot be written, which could bring it back. Throws DaylightError `not_found`, and `conflict` while a server or a command has the
 * folder open, and for the only owner. What a legal hold keeps stays until that is over.
 */
export async function endOnHost(
  email: string,
  options: EndOnHostOptions,
  agree: (which: ToEnd) => Promise<void>,
  tell: (state: EndingState, at: UnixMs) => void,
): Promise<{ readonly ending: Ending; readonly certificate: string | null }> {
  const { clock, random } = options;
  const foundation = await openFoundation({ ...options, create: false, alone: true }).catch(folderBusy(options.data));
  try {
    const { store, recovery } = foundation;
    const accounts = createAccounts({ ...foundation, clock, random });
    const record = await accounts.byEmail(email);
    // One that broke off has nobody's address any more; what was ordered goes on, whoever asks.
    const begun = record === null ? unfinished(foundation.ledger) : null;
    const whose = begun ?? record;
    if (whose === null) throw nobody();
    if (record !== null) {
      await requireEndable(foundation, record);
      const { name } = await accounts.profile(record);
      const holdings = await store.holdingsOf(record.org, record.person);
      const horizon = horizonWords(
        clock.now(),
        await foundation.keyStore.backups(),
        await isBeforeKept(foundation.folder),
      );
      await agree({ person: record.person, name, holdings, horizon });
    }
    const { org, person } = whose;
    const { state } = await lookAtClock(foundation.keyStore, clock.now());
    let isCleared = false;
    let settle: (failure: unknown) => void = () => undefined;
    const settled = new Promise<unknown>((resolve) => (settle = resolve));
    const endings = await startEndings({
      ...{ ...foundation, clock, random },
      async certify(ending) {
        await certify({ ...foundation, clock }, ending);
        if (ending.person === person) settle(null);
      },
      brake: { check: () => state },
      requireNoneKept: () => requireConfirmed(foundation.folder),
      async recorded() {
        const isWritten = (await recovery.write()).kind !== 'failed';
        // Nothing more happens here until somebody has seen to it. Asked for an ending of before, this one is not cleared yet.
        if (!isWritten && isCleared) settle(null);
        return isWritten;
      },
      failed: (cause) => settle(cause),
      reached(ending, state) {
        recovery.changed();
        if (ending.person !== person) return;
        isCleared ||= hasReached(state, 'scrubbed');
        tell(state, ending.times.get(state) ?? clock.now());
      },
    });
    try {
      const { ending } = begun ?? (await endings.end({ org, person, by: 'host' }));
      const failure = await settled;
      if (failure !== null) throw notYetGone(failure);
      const now = endings.of(org).find((one) => one.ending === ending);
      // What a legal hold keeps is there until that is over: the server goes on with it then.
      const least = now?.kept === null ? 'verified_empty' : 'scrubbed';
      if (now === undefined || !hasReached(now.state, least)) throw new Error('it was certified too early');
      const isCertified = (await certificateOf(foundation.folder, ending)) !== null;
      return { ending: now, certificate: isCertified ? join(foundation.folder, fileOf(ending)) : null };
    } finally {
      await endings.close();
    }
  } finally {
    await foundation.close();
  }
}

type OfPerson = Ending & { readonly person: PersonId };

/** The newest that was ordered and of which something may be here still, though nothing keeps it. */
function unfinished({ entries }: Pick<Ledger, 'entries'>): OfPerson | null {
  const isOfPerson = (ending: Ending): ending is OfPerson => ending.person !== null;
  return (
    endingsIn(entries)
      .filter(isOfPerson)
      .filter((one) => one.kept === null && isClearing(one))
      .at(-1) ?? null
  );
}

function notYetGone(cause: unknown): DaylightError {
  return new DaylightError(
    'unavailable',
    'the account is closed and its keys are destroyed, but not all of it is gone yet',
    {
      remedy: 'See to the disk, then start the server: it goes on with it.',
      cause,
    },
  );
}

function nobody(): DaylightError {
  return new DaylightError('not_found', '--person: nobody has this address', {
    field: 'person',
    remedy: 'Write the e-mail address that the account has.',
  });
}
