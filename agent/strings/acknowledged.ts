import type { Phrases } from '../../shared/policy/phrases/phrases.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { longDate } from './format.ts';

/** Of a notice in which nothing waits to be acknowledged: that it was, or which was last. Nobody is said to have acknowledged what they have not. */
export function acknowledgedWords(
  { version, last }: Pick<NonNullable<AgentStatus['notice']>, 'version' | 'last'>,
  phrases: Pick<Phrases, 'language' | 'reading'>,
): string {
  const { acknowledged, acknowledgedBefore, nothingWaits } = phrases.reading;
  if (last === null) return nothingWaits;
  if (last.version === version) return acknowledged;
  return `${acknowledgedBefore(last.version, longDate(last.at, phrases))} ${nothingWaits}`;
}
