import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { MarkText } from '../corrections/MarkText.tsx';
import { clockTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** What the person wrote. */
export function Remarks({ report }: { report: DayReport }) {
  if (report.notes.length === 0) return null;
  return (
    <section className="dl-panel" aria-labelledby="notes-heading">
      <h2 id="notes-heading">{say('notes.heading')}</h2>
      <dl className="dl-facts">
        {report.notes.map(({ at, note, mark }) => (
          <div key={`${at}${note}`} style={{ display: 'contents' }}>
            <dt className="dl-number">{clockTime(at)}</dt>
            <dd>
              {note}
              <MarkText mark={mark} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
