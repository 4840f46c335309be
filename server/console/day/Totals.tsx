import type { ParameterId } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { duration } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { absenceOf } from './absence.ts';
import classes from './day.module.css';
import { labelText } from './tones.ts';

/** More than these are summed into one line; the tables have them all. */
const SHOWN = 7;

/** How the tracked time adds up, by project, by application and by site. */
export function Totals({ report, own }: { report: DayReport; own: boolean }) {
  const { trackedMs, byProject, byApp, bySite } = report.totals;
  const absent = (parameter: ParameterId) => absenceOf(report, parameter, own);
  const whyNoSession = report.absent.find(({ parameter }) => parameter === 'session')?.why;
  const withoutSessions = whyNoSession === 'other_purpose' || whyNoSession === 'not_for_you';
  return (
    <section aria-labelledby="totals-heading" className="dl-stack">
      <h2 id="totals-heading">
        {withoutSessions ? say('totals.headingWithout') : say('totals.heading', { time: duration(trackedMs) })}
      </h2>
      {withoutSessions && <p className="dl-quiet dl-small">{say('totals.without')}</p>}
      <div className={classes.totals}>
        <Total title={say('totals.project')} items={byProject} absent={absent('project')} />
        <Total title={say('totals.app')} items={byApp} absent={absent('app')} />
        <Total title={say('totals.site')} items={bySite} absent={absent('url')} />
      </div>
    </section>
  );
}

function Total(props: { title: string; items: DayReport['totals']['byApp']; absent: string | null }) {
  const { title, items, absent } = props;
  const sorted = items.toSorted((a, b) => b.ms - a.ms);
  const most = sorted[0]?.ms ?? 0;
  const rest = sorted.slice(SHOWN);
  return (
    <section className="dl-panel">
      <h3>{title}</h3>
      {items.length === 0 && <p className="dl-quiet">{absent ?? say('absent.unknown')}</p>}
      <ul className="dl-plain-list">
        {sorted.slice(0, SHOWN).map(({ label, ms }) => (
          <li key={label} className={classes.total}>
            <span title={labelText(label)}>{labelText(label)}</span>
            <span className="dl-number">{duration(ms)}</span>
            <div className={classes.share} aria-hidden>
              <div style={{ width: `${most === 0 ? 0 : (ms / most) * 100}%` }} />
            </div>
          </li>
        ))}
        {rest.length > 0 && (
          <li className={classes.total}>
            <span>{count('totals.others', rest.length)}</span>
            <span className="dl-number">{duration(rest.reduce((sum, { ms }) => sum + ms, 0))}</span>
          </li>
        )}
      </ul>
    </section>
  );
}
