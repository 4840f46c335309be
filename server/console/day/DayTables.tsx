import type { ReactNode } from 'react';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http.ts';
import { clockTime, duration, exactTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { absenceOf } from './absence.ts';
import { causeText } from './causes.ts';
import classes from './day.module.css';
import { workLabel } from './Timeline.tsx';
import { activityBars } from './timeline.ts';
import { labelText } from './tones.ts';

/** The day as tables: everything that the timeline draws, and titles and counts besides. */
export function DayTables({ report, own }: { report: DayReport; own: boolean }) {
  const absent = (parameter: ParameterId) => absenceOf(report, parameter, own);
  const bars = activityBars(report.activity, report.from);
  return (
    <div className={classes.tables}>
      <Rows
        caption={say('lane.session')}
        heads={[say('col.from'), say('col.to'), say('col.time'), say('col.ended')]}
        rows={report.sessions.map((session) => [
          clockTime(session.from),
          clockTime(session.to),
          duration(session.to - session.from),
          session.open ? say('session.running') : session.stopCause === null ? '' : causeText(session.stopCause),
        ])}
        absent={absent('session')}
      />
      {report.gaps.length > 0 && (
        <Rows
          caption={say('gaps.title')}
          heads={[say('col.from'), say('col.to'), say('col.time'), say('col.why')]}
          rows={report.gaps.map(({ from, to, cause }) => [
            clockTime(from),
            clockTime(to),
            duration(to - from),
            causeText(cause),
          ])}
          absent={null}
        />
      )}
      <Rows
        caption={say('lane.work')}
        heads={[say('col.from'), say('col.to'), say('col.time'), say('col.work')]}
        rows={report.work.map(({ from, to, project, task }) => [
          clockTime(from),
          clockTime(to),
          duration(to - from),
          workLabel(project, task),
        ])}
        absent={absent('project')}
      />
      <Rows
        caption={say('table.activity')}
        heads={[
          say('col.from'),
          say('col.active'),
          say('col.keys'),
          say('col.clicks'),
          say('col.scrolls'),
          say('col.moves'),
        ]}
        rows={bars.map(({ from, active, counts }) => [
          clockTime(from),
          say(active ? 'yes' : 'no'),
          ...(counts === null
            ? ['–', '–', '–', '–']
            : [counts.keys, counts.clicks, counts.scrolls, counts.moves].map(String)),
        ])}
        absent={absent('activity')}
      />
      <Rows
        caption={say('lane.apps')}
        heads={[say('col.from'), say('col.to'), say('col.time'), say('col.app'), say('col.title')]}
        rows={report.apps.map(({ from, to, label, title }) => [
          exactTime(from),
          exactTime(to),
          duration(to - from),
          labelText(label),
          title ?? '–',
        ])}
        absent={absent('app')}
      />
      {absent('title') !== null && report.apps.length > 0 && <p className="dl-quiet">{absent('title')}</p>}
      <Rows
        caption={say('lane.sites')}
        heads={[say('col.from'), say('col.to'), say('col.time'), say('col.site')]}
        rows={report.sites.map(({ from, to, label }) => [
          exactTime(from),
          exactTime(to),
          duration(to - from),
          labelText(label),
        ])}
        absent={absent('url')}
      />
      <Rows
        caption={say('lane.images')}
        heads={[say('col.at'), say('col.level'), say('col.size')]}
        rows={report.screenshots.map(({ at, level, width, height }) => [
          exactTime(at),
          say(`level.${level}`),
          `${width} × ${height}`,
        ])}
        absent={absent('screenshot')}
      />
      <Rows
        caption={catalog.device.label}
        heads={[say('col.at'), say('col.what')]}
        rows={report.device.map(({ at, description }) => [exactTime(at), description])}
        absent={absent('device')}
      />
      <Rows
        caption={catalog.timezone.label}
        heads={[say('col.at'), say('col.what')]}
        rows={report.timezones.map(({ at, zone }) => [exactTime(at), zone])}
        absent={absent('timezone')}
      />
    </div>
  );
}

function Rows(props: { caption: string; heads: string[]; rows: ReactNode[][]; absent: string | null }) {
  const { caption, heads, rows, absent } = props;
  if (rows.length === 0) {
    return (
      <div>
        <h3>{caption}</h3>
        <p className="dl-quiet">{absent ?? say('absent.unknown')}</p>
      </div>
    );
  }
  return (
    <div className="dl-table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="dl-table dl-number">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own and never move
            <tr key={row}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
