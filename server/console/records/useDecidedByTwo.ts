import type { PersonId } from '../../../shared/ids.ts';
import { useAuthorName } from '../frame/useNames.ts';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

interface Decided {
  readonly proposedBy: PersonId;
  readonly approvedBy: PersonId | null;
  readonly countsFrom: number | null;
}

/** Who put it forward and who approved it; what it waits for, or that nobody else could approve it, in the words of each register. */
export function useDecidedByTwo(
  { proposedBy, approvedBy, countsFrom }: Decided,
  { waits, byItself }: { waits: string; byItself: string },
): string {
  const [proposer, approver] = [useAuthorName(proposedBy, 'recorder'), useAuthorName(approvedBy, 'recorder')];
  const put = say('disclosures.proposedBy', { proposer });
  if (countsFrom === null) return `${put} ${waits}`.trim();
  const how = approvedBy === null ? byItself : say('disclosures.approvedBy', { approver, when: dateTime(countsFrom) });
  return `${put} ${how}`;
}
