import type { ReactNode } from 'react';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { Mark } from '../../../shared/correction.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { MarkText } from '../corrections/MarkText.tsx';
import { clockTime, duration, exactTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { absenceOf, untitledText } from './absence.ts';
import { causeText } from './causes.ts';
import classes from './day.module.css';
import { PrivateEntry } from './PrivateEntry.tsx';
import { workLabel } from './Timeline.tsx';
import { activityBars, type Span } from './timeline.ts';
import { labelText } from './tones.ts';

/** The day as tables: everything that the timeline draws, and titles and counts besides. */
export function DayTables({ report, own }: { report: DayReport; own: boolean }) {
  const absent = (parameter: ParameterId) => absenceOf(report, parameter, own);
  const untitled = untitledText(report, own);
  const bars = activityBars(report.activity, report.from);
  const span = [say('col.from'), say('col.to'), say('col.time')];
  const reporting = own ? [say('private.column')] : [];
  const reported = (one: Span, what: string) =>
    own ? [<PrivateEntry key="private" report={report} span={{ from: one.from, to: one.to }} what={what} />] : [];
  const inputs = [say('col.keys'), say('col.clicks'), say('col.scrolls'), say('col.moves')];
  return (
    <div className={classes.tables}>
      <Rows
        caption={say('lane.session')}
        heads={[...span, say('col.ended')]}
        rows={report.sessions.map((session) => [...spanOf(session, clockTime), withMark(endOf(session), session)])}
        absent={absent('session')}
      />
      {report.gaps.length > 0 && (
        <Rows
          caption={say('gaps.title')}
          heads={[...span, say('col.why')]}
          rows={report.gaps.map((gap) => [...spanOf(gap, clockTime), causeText(gap.cause)])}
          absent={null}
        />
      )}
      <Rows
        caption={say('lane.work')}
        heads={[...span, say('col.work')]}
        rows={report.work.map((one) => [...spanOf(one, clockTime), withMark(workLabel(one.project, one.task), one)])}
        absent={absent('project')}
      />
      <Rows
        caption={say('table.activity')}
        heads={[say('col.from'), say('col.active'), ...inputs]}
        rows={bars.map(({ from, active, counts }) => [
          clockTime(from),
          say(active ? 'yes' : 'no'),
          ...(counts === null
            ? inputs.map(() => '–')
            : [counts.keys, counts.clicks, counts.scrolls, counts.moves].map(String)),
        ])}
        absent={absent('activity')}
      />
      {bars.some(({ counts }) => counts === null) && <p className="dl-quiet">{say('col.countsNone')}</p>}
      <Rows
        caption={say('lane.apps')}
        heads={[...span, say('col.app'), say('col.title'), ...reporting]}
        lastStays={own}
        rows={report.apps.map((app) => [
          ...spanOf(app, exactTime),
          withMark(labelText(app.label), app),
          app.title ?? '–',
          ...reported(app, labelText(app.label)),
        ])}
        absent={absent('app')}
      />
      {untitled !== null && <p className="dl-quiet">{untitled}</p>}
      <Rows
        caption={say('lane.sites')}
        heads={[...span, say('col.site'), ...reporting]}
        lastStays={own}
        rows={report.sites.map((site) => [
          ...spanOf(site, exactTime),
          withMark(labelText(site.label), site),
          ...reported(site, labelText(site.label)),
        ])}
        absent={absent('url')}
      />
      <Rows
        caption={say('lane.images')}
        heads={[say('col.at'), say('col.level'), say('col.size')]}
        rows={report.screenshots.map(({ at, level, width, height, mark }) => [
          exactTime(at),
          withMark(say(`level.${level}`), { mark }),
          `${width} × ${height}`,
        ])}
        absent={absent('screenshot')}
      />
      <Rows
        caption={catalog.device.label}
        heads={[say('col.at'), say('col.what')]}
        rows={report.device.map((one) => [exactTime(one.at), withMark(one.description, one)])}
        absent={absent('device')}
      />
      <Rows
        caption={catalog.timezone.label}
        heads={[say('col.at'), say('col.what')]}
        rows={report.timezones.map((one) => [exactTime(one.at), withMark(one.zone, one)])}
        absent={absent('timezone')}
      />
    </div>
  );
}

function withMark(content: ReactNode, { mark }: { mark?: Mark | undefined }): ReactNode {
  if (mark === undefined) return content;
  return (
    <>
      {content}
      <MarkText mark={mark} />
    </>
  );
}

function spanOf({ from, to }: { from: number; to: number }, time: (at: number) => string): string[] {
  return [time(from), time(to), duration(to - from)];
}

function endOf({ open, stopCause }: DayReport['sessions'][number]): string {
  if (open) return say('session.running');
  return stopCause === null ? '' : causeText(stopCause);
}

function Rows(props: {
  caption: string;
  heads: string[];
  rows: ReactNode[][];
  absent: string | null;
  /** The last column is what can be done with a row. */
  lastStays?: boolean;
}) {
  const { caption, heads, rows, absent, lastStays = false } = props;
  const lookOf = (column: number) => (lastStays && column === heads.length - 1 ? 'dl-last-stays' : undefined);
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
            {heads.map((head, column) => (
              <th key={head} scope="col" className={lookOf(column)}>
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
                <td key={column} className={lookOf(column)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
