import { Link } from 'react-router';
import type { ParameterId } from '../../../shared/catalog.ts';
import type { WeekReport } from '../../../shared/protocol/http/week.ts';
import { useMe } from '../api/useMe.ts';
import { absenceOf } from '../day/absence.ts';
import { type Lead, toDay } from '../day/paths.ts';
import type { ReadPurposeName } from '../day/purposes.ts';
import { labelText } from '../day/tones.ts';
import { duration, hoursMinutes, longDay, shortDate, weekday } from '../strings/format.ts';
import { joined, say } from '../strings/say.ts';
import { type Line, lineOf, linesOf, runsOf, shadeOf } from './matrix.ts';
import classes from './week.module.css';

interface Shown {
  readonly report: WeekReport;
  readonly own: boolean;
  readonly purposes: readonly ReadPurposeName[];
}

/** The week as tables whose cells are shaded by how much time they hold; each number opens its day. */
export function WeekTables(shown: Shown) {
  const { days } = shown.report;
  const tracked = lineOf(
    say('week.tracked'),
    days.map(({ totals }) => totals.trackedMs),
  );
  const active = lineOf(
    say('week.withInput'),
    days.map(({ activity }) => activity?.activeMs ?? 0),
  );
  const recorded = lineOf(
    say('week.recorded'),
    days.map(({ activity }) => activity?.recordedMs ?? 0),
  );
  const hasActivity = days.some(({ activity }) => activity !== null);
  return (
    <>
      <Matrix {...shown} title={say('week.sessions')} lines={[tracked]} parameter="session" />
      {days.some(({ unfinished }) => unfinished) && (
        <p className="dl-quiet">
          {say('week.unfinished', { days: daysText(days.filter(({ unfinished }) => unfinished)) })}
        </p>
      )}
      {days.some(({ mark }) => mark !== undefined) && (
        <p className="dl-quiet">
          {say('week.marked', { days: daysText(days.filter(({ mark }) => mark !== undefined)) })}
        </p>
      )}
      <Matrix {...shown} title={say('totals.project')} lines={linesOf(shown.report, 'byProject')} parameter="project" />
      <Matrix {...shown} title={say('totals.app')} lines={linesOf(shown.report, 'byApp')} parameter="app" />
      <Matrix
        {...shown}
        title={say('lane.activity')}
        lines={hasActivity ? [active, recorded] : []}
        parameter="activity"
      />
    </>
  );
}

function Matrix(props: Shown & { title: string; lines: readonly Line[]; parameter: ParameterId }) {
  const { report, own, purposes, title, lines, parameter } = props;
  const viewer = useMe().person.id;
  const { days } = report;
  const longest = Math.max(0, ...lines.flatMap(({ byDay }) => byDay));
  const shown = lines.some(({ total }) => total > 0);
  return (
    <section className="dl-panel" aria-label={title}>
      <h2>{title}</h2>
      {shown && (
        <div
          className={`dl-table-scroll ${classes.scroll}`}
          role="region"
          aria-label={say('week.table', { title })}
          tabIndex={0}
        >
          <table className={`${classes.matrix} dl-number`}>
            <thead>
              <tr>
                <td />
                {days.map(({ day }) => (
                  <th key={day} scope="col" title={longDay(day)}>
                    {weekday(day)} <span>{Number(day.slice(8))}</span>
                  </th>
                ))}
                <th scope="col">{say('week.sum')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map(({ label, byDay, total }) => (
                <tr key={label}>
                  <th scope="row" title={labelText(label)}>
                    {labelText(label)}
                  </th>
                  {byDay.map((ms, index) => {
                    const of = days[index];
                    if (of === undefined) return null;
                    return (
                      <td key={of.day} className={classes[`shade${shadeOf(ms, longest)}`]}>
                        <Cell
                          ms={ms}
                          isFuture={of.from > report.generatedAt}
                          lead={toDay({ person: report.person.id, viewer, day: of.day, purposes })}
                          day={of.day}
                        />
                      </td>
                    );
                  })}
                  <td className={classes.sum} title={duration(total)}>
                    {hoursMinutes(total)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Reasons report={report} own={own} parameter={parameter} />
    </section>
  );
}

function Cell({ ms, isFuture, lead, day }: { ms: number; isFuture: boolean; lead: Lead; day: string }) {
  if (isFuture) return <span className="dl-quiet">{say('week.notYet')}</span>;
  if (ms === 0) return <span className="dl-quiet">–</span>;
  return (
    <Link {...lead} title={duration(ms)} aria-label={say('week.cell', { time: duration(ms), day: longDay(day) })}>
      {hoursMinutes(ms)}
    </Link>
  );
}

/** Why there is nothing of it on some of the days; days with the same reason are told together. */
function Reasons({ report, own, parameter }: { report: WeekReport; own: boolean; parameter: ParameterId }) {
  const past = report.days.filter(({ from }) => from <= report.generatedAt);
  const runs = runsOf(past, ({ absent, to }) => absenceOf({ ...report, absent, to }, parameter, own));
  if (runs.length === 0) return null;
  return (
    <ul className={`dl-plain-list dl-quiet dl-small ${classes.reasons}`}>
      {runs.map(({ from, to, key }) => (
        <li key={from.day}>
          <strong>{from.day === to.day ? dateText(from) : `${dateText(from)} – ${dateText(to)}`}</strong>: {key}
        </li>
      ))}
    </ul>
  );
}

type DayOfWeek = WeekReport['days'][number];

function dateText({ day }: Pick<DayOfWeek, 'day'>): string {
  return shortDate(Date.parse(`${day}T00:00:00Z`), 'UTC');
}

function daysText(days: readonly DayOfWeek[]): string {
  return joined(days.map(dateText));
}
