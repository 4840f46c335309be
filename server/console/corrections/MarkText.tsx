import type { Mark as Marked } from '../../../shared/correction.ts';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** What is not as it was recorded: when it was corrected, that it is disputed, and what the person states. */
export function MarkText({ mark }: { mark: Marked | null | undefined }) {
  if (mark === null || mark === undefined) return null;
  return (
    <>
      {markLines(mark).map((line) => (
        <div key={line} className="dl-quiet dl-small">
          {line}
        </div>
      ))}
    </>
  );
}

export function markLines({ correctedAt, disputed, statements }: Marked): string[] {
  return [
    ...(correctedAt === null ? [] : [say('mark.corrected', { when: dateTime(correctedAt) })]),
    ...(disputed ? [say('mark.disputed')] : []),
    ...statements.map((words) => say('mark.statement', { words })),
  ];
}
