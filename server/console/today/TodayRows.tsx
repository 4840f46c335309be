import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import type { TodayReport, TodayRow } from '../../../shared/protocol/http/today.ts';
import { useTeams } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { MarkText } from '../corrections/MarkText.tsx';
import { absenceOf } from '../day/absence.ts';
import { toDay } from '../day/paths.ts';
import type { ReadPurposeName } from '../day/purposes.ts';
import { workLabel } from '../day/Timeline.tsx';
import { labelText } from '../day/tones.ts';
import { duration } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { sinceReport, sinceText, states, tones, trackedBy } from './states.ts';
import classes from './today.module.css';
import type { TodayWatch } from './useToday.ts';

interface Shown {
  readonly report: TodayReport;
  readonly watch: TodayWatch;
  readonly purposes: readonly ReadPurposeName[];
}

/** A row for each person, those at work first; every total opens the day that it is of. */
export function TodayRows({ report, watch, purposes }: Shown) {
  const now = useNow();
  const rows = report.people.toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  return (
    <section aria-labelledby="today-heading" className="dl-stack">
      <h2 id="today-heading" className="dl-hidden">
        {say('today.people')}
      </h2>
      <Summary rows={rows} />
      <div className={`${classes.row} ${classes.heads}`} aria-hidden>
        <span>{say('field.name')}</span>
        <span>{say('today.state')}</span>
        <span>{say('today.work')}</span>
        <span>{say('today.total')}</span>
      </div>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <Row
            key={row.person.id}
            row={row}
            day={report.day}
            sinceReportMs={sinceReport(watch, now)}
            purposes={purposes}
          />
        ))}
      </ul>
    </section>
  );
}

function Summary({ rows }: { rows: readonly TodayRow[] }) {
  const counted = states
    .map((state) => ({ state, people: rows.filter((row) => row.state === state).length }))
    .filter(({ people }) => people > 0);
  return (
    <p className="dl-row" role="status">
      {counted.map(({ state, people }) => (
        <span key={state} className={classes.counted}>
          <strong className="dl-number">{people}</strong> {say(`today.counted.${state}`)}
        </span>
      ))}
    </p>
  );
}

function Row(props: { row: TodayRow; day: string; sinceReportMs: number; purposes: readonly ReadPurposeName[] }) {
  const { row, day, sinceReportMs, purposes } = props;
  const tracked = trackedBy(row, sinceReportMs);
  const viewer = useMe().person.id;
  const lead = toDay({ person: row.person.id, viewer, day, purposes });
  return (
    <li className={classes.row} data-state={row.state}>
      <div className={classes.name}>
        <Link {...lead}>{row.person.name}</Link>
        <div className="dl-quiet dl-small">{useTeamNames(row.teams)}</div>
      </div>
      <div className={classes.state}>
        <Mark tone={tones[row.state]}>{say(`today.state.${row.state}`)}</Mark>
        <span className="dl-quiet dl-small dl-number">{sinceText(row, day)}</span>
      </div>
      <div className={classes.work}>
        <Work row={row} />
        <MarkText mark={row.mark} />
      </div>
      <div className={`${classes.total} dl-number`}>
        {tracked !== null && (
          <Link {...lead}>
            {row.atLeast ? say('today.atLeast', { time: duration(tracked) }) : duration(tracked)}
            <span className="dl-hidden"> {say('today.openDay', { name: row.person.name })}</span>
          </Link>
        )}
      </div>
    </li>
  );
}

function Work({ row }: { row: TodayRow }) {
  const why = (parameter: 'session' | 'app') => absenceOf(row, parameter, false);
  if (row.state === 'not_collected' || row.state === 'not_for_you' || row.state === 'other_purpose') {
    return <span className="dl-quiet dl-small">{why('session')}</span>;
  }
  if (row.state === 'stopped' || row.state === 'not_today') return null;
  const hidden = row.absent.find(
    ({ parameter, why: reason }) => parameter === 'project' && reason !== 'nothing_recorded',
  );
  return (
    <>
      {row.work !== null ? (
        <div>{workLabel(row.work.project, row.work.task)}</div>
      ) : (
        <div className="dl-quiet">{hidden === undefined ? say('work.none') : absenceOf(row, 'project', false)}</div>
      )}
      {row.app !== null && <div className="dl-quiet dl-small">{say('today.app', { app: labelText(row.app) })}</div>}
    </>
  );
}

function useTeamNames(ids: TodayRow['teams']): string {
  const teams = useTeams();
  const names = (teams.data ?? []).filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const more = ids.length - names.length;
  if (teams.data === undefined) return '';
  return listed([...names, ...(more > 0 ? [count('today.otherTeams', more)] : [])]) || say('people.noTeam');
}
