import type { ReactNode } from 'react';
import type { ParameterId } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { clockTime, duration } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { absenceOf } from './absence.ts';
import { causeText } from './causes.ts';
import classes from './day.module.css';
import { activityBars, hourTicks, place, type Run, runsOf, type Span, visibleSpan } from './timeline.ts';
import { labelText, toneOf } from './tones.ts';

/** The day as lanes over one axis of hours, in the viewer's zone. The tables say the same to those who do not see it. */
export function Timeline({ report, own }: { report: DayReport; own: boolean }) {
  const visible = visibleSpan(report);
  const absent = (parameter: ParameterId) => absenceOf(report, parameter, own);
  const { sessions, gaps, work, apps, sites, screenshots, totals } = report;
  return (
    <>
      <div className={classes.lanes}>
        <div className={classes.lane}>
          <Axis visible={visible} />
        </div>
        <Lane
          name={say('lane.session')}
          note={duration(totals.trackedMs)}
          visible={visible}
          absent={absent('session')}
          shown={sessions.length > 0}
        >
          {sessions.map((session) => (
            <Block key={session.from} span={session} visible={visible} look={classes.session} text="" />
          ))}
          {gaps.map((gap) => (
            <Block key={`gap${gap.from}`} span={gap} visible={visible} look={classes.gap} text={causeText(gap.cause)} />
          ))}
        </Lane>
        <Lane
          name={say('lane.work')}
          note={count('projects', totals.byProject.length)}
          visible={visible}
          absent={absent('project')}
          shown={work.length > 0}
        >
          <Blocks
            runs={work.map(({ from, to, project, task }) => ({ from, to, label: workLabel(project, task) }))}
            order={[...new Set(work.map(({ project, task }) => workLabel(project, task)))]}
            visible={visible}
          />
        </Lane>
        <ActivityLane report={report} visible={visible} absent={absent('activity')} />
        <Lane
          name={say('lane.apps')}
          note={count('apps', totals.byApp.length)}
          visible={visible}
          absent={absent('app')}
          shown={apps.length > 0}
        >
          <Blocks runs={apps} order={totals.byApp.map(({ label }) => label)} visible={visible} />
        </Lane>
        <Lane
          name={say('lane.sites')}
          note={count('sites', totals.bySite.length)}
          visible={visible}
          absent={absent('url')}
          shown={sites.length > 0}
        >
          <Blocks runs={sites} order={totals.bySite.map(({ label }) => label)} visible={visible} />
        </Lane>
        <Lane
          name={say('lane.images')}
          note={count('images', screenshots.length)}
          visible={visible}
          absent={absent('screenshot')}
          shown={screenshots.length > 0}
        >
          {screenshots.map(({ at, image }) => (
            <Dot key={image} at={at} visible={visible} />
          ))}
        </Lane>
      </div>
      <Gaps report={report} />
    </>
  );
}

function Axis({ visible }: { visible: Span }) {
  const ticks = hourTicks(visible, 10);
  return (
    <div className={classes.axis} aria-hidden>
      {ticks.map((tick) => {
        const left = place({ from: tick, to: tick }, visible)?.left ?? 0;
        return (
          <span
            key={tick}
            className={`${classes.tick} ${left > 97 ? classes.tickLast : ''}`}
            style={{ left: `${left}%` }}
          >
            {clockTime(tick)}
          </span>
        );
      })}
    </div>
  );
}

function Lane(props: {
  name: string;
  note: string;
  visible: Span;
  absent: string | null;
  shown: boolean;
  tall?: boolean;
  children: ReactNode;
}) {
  const { name, note, visible, absent, shown, tall = false, children } = props;
  if (!shown) {
    return (
      <div className={classes.lane}>
        <div className={classes.laneName}>{name}</div>
        <div className={classes.absent}>{absent ?? say('absent.unknown')}</div>
      </div>
    );
  }
  return (
    <div className={classes.lane}>
      <div className={classes.laneName}>{name}</div>
      <div
        className={`${classes.track} ${tall ? classes.tall : ''}`}
        role="img"
        aria-label={say('lane.alt', { name, note })}
      >
        {hourTicks(visible, 24).map((tick) => (
          <span
            key={tick}
            className={classes.hour}
            style={{ left: `${place({ from: tick, to: tick }, visible)?.left ?? 0}%` }}
          />
        ))}
        {children}
      </div>
      <div className={classes.laneNote}>{note}</div>
    </div>
  );
}

function ActivityLane({ report, visible, absent }: { report: DayReport; visible: Span; absent: string | null }) {
  const bars = activityBars(report.activity, report.from);
  const counted = bars.some(({ counts }) => counts !== null);
  return (
    <Lane
      name={say('lane.activity')}
      note={say(counted ? 'lane.activityCounts' : 'lane.activityYesNo')}
      visible={visible}
      absent={absent}
      shown={bars.length > 0}
      tall
    >
      {bars.map((bar) => {
        const where = place(bar, visible);
        if (where === null || bar.height === 0) return null;
        return (
          <div
            key={bar.from}
            className={classes.bar}
            title={say('lane.barTitle', { from: clockTime(bar.from), to: clockTime(bar.to) })}
            style={{ left: `${where.left}%`, width: `${where.width}%`, height: `${bar.height * 100}%` }}
          />
        );
      })}
    </Lane>
  );
}

function Blocks({ runs, order, visible }: { runs: readonly Run[]; order: readonly string[]; visible: Span }) {
  return runsOf(runs).map((run) => (
    <Block
      key={`${run.from}${run.label}`}
      span={run}
      visible={visible}
      look={toneOf(run.label, order)}
      text={labelText(run.label)}
    />
  ));
}

/** Narrower than this share of the axis, a label could not be read anyway. */
const LABEL_PERCENT = 6;

function Block({ span, visible, look, text }: { span: Span; visible: Span; look: string | undefined; text: string }) {
  const where = place(span, visible);
  if (where === null) return null;
  const labelled = where.width >= LABEL_PERCENT;
  const times = say('lane.times', {
    from: clockTime(span.from),
    to: clockTime(span.to),
    time: duration(span.to - span.from),
  });
  return (
    <div
      className={`${classes.block} ${labelled ? '' : classes.thin} ${look ?? ''}`}
      title={text === '' ? times : `${text} · ${times}`}
      style={{ left: `${where.left}%`, width: `${where.width}%` }}
    >
      {labelled && text}
    </div>
  );
}

function Dot({ at, visible }: { at: number; visible: Span }) {
  const where = place({ from: at, to: at }, visible);
  if (where === null) return null;
  return <div className={classes.dot} title={clockTime(at)} style={{ left: `${where.left}%` }} />;
}

function Gaps({ report }: { report: DayReport }) {
  const open = report.sessions.find((session) => session.open);
  const overlapping = report.sessions.some((session) => session.overlapping);
  if (report.gaps.length === 0 && open === undefined && !overlapping) return null;
  return (
    <div className={classes.gaps}>
      {report.gaps.length > 0 && (
        <p>
          <strong>{say('gaps.title')}</strong>{' '}
          {listed(
            report.gaps.map(({ from, to, cause }) =>
              say('gaps.each', {
                time: say('lane.barTitle', { from: clockTime(from), to: clockTime(to) }),
                cause: causeText(cause),
              }),
            ),
          )}
        </p>
      )}
      {open !== undefined && <p>{say('session.open', { time: clockTime(open.to) })}</p>}
      {overlapping && <p>{say('session.overlapping')}</p>}
    </div>
  );
}

export function workLabel(project: string | null, task: string | null): string {
  if (project === null) return task ?? say('work.none');
  return task === null ? project : `${project} › ${task}`;
}
