import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { ALONE_HOURS } from '../../shared/protocol/http/registerEntry.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import type { Change } from './numbered.ts';

/** A matter that one person puts forward and another decides on, by the kinds of its steps. */
type Stepped = { readonly step: { readonly kind: string } };

export interface DecidedByTwo {
  /** Null: nobody has, or nobody else could. */
  readonly approvedBy: PersonId | null;
  /** From when it counts, or will where nobody else could approve it; null while it waits for somebody, and for what is refused. */
  readonly countsFrom: UnixMs | null;
  readonly refused: boolean;
}

/** Whoever is first: the one who approves, the one who refuses, or the time of what nobody else could approve (`alone`). */
export function decidedByTwo<E extends Stepped>(
  { at, by }: Change<E>,
  answers: readonly Change<E>[],
  alone: boolean,
): DecidedByTwo {
  const byItself = alone ? at + ALONE_HOURS * HOUR : null;
  const answer = answers.find(({ by: other, said: { step } }) => {
    return step.kind === 'refused' || (step.kind === 'approved' && other !== by);
  });
  if (answer === undefined || (byItself !== null && answer.at >= byItself)) {
    return { approvedBy: null, countsFrom: byItself, refused: false };
  }
  if (answer.said.step.kind === 'refused') return { approvedBy: null, countsFrom: null, refused: true };
  return { approvedBy: answer.by, countsFrom: answer.at, refused: false };
}

/** Throws DaylightError `forbidden` for whoever approves their own, `conflict` for what is decided. */
export function requireUndecided(
  { state, proposedBy }: { readonly state: string; readonly proposedBy: PersonId },
  answer: 'approved' | 'refused',
  by: PersonId,
): void {
  if (state !== 'proposed') {
    throw new DaylightError('conflict', 'answer: it is decided', {
      field: 'answer',
      remedy: 'Look at what stands there now.',
    });
  }
  if (answer === 'refused' || proposedBy !== by) return;
  throw new DaylightError('forbidden', 'answer: nobody approves what they proposed', {
    field: 'answer',
    remedy: 'Ask another privacy officer or owner to approve it.',
  });
}
