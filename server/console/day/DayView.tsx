import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Purpose } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { Note } from '../frame/Note.tsx';
import { clockTime, dateTime, viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { isEmptyDay, reasonsOf } from './absence.ts';
import { DayTables } from './DayTables.tsx';
import classes from './day.module.css';
import { Marked } from './Marked.tsx';
import { OtherPurposes } from './OtherPurposes.tsx';
import { purposesText, type ReadPurposeName } from './purposes.ts';
import { Remarks } from './Remarks.tsx';
import { Screenshots } from './Screenshots.tsx';
import { Timeline } from './Timeline.tsx';
import { Totals } from './Totals.tsx';

/** One day: who looked, the lanes or the tables behind them, totals, pictures, and what the person wrote. */
export function DayView(props: {
  report: DayReport;
  viewer: string;
  purposes: readonly ReadPurposeName[];
  /** To look for another purpose as well. */
  onAdd: (purpose: Purpose) => void;
}) {
  const { report, viewer, purposes, onAdd } = props;
  const [shape, setShape] = useState('timeline');
  const own = report.person.id === viewer;
  if (isEmptyDay(report)) {
    return (
      <>
        <AccessLine report={report} own={own} />
        <EmptyDay report={report} own={own} />
        <OtherPurposes absent={report.absent} onAdd={onAdd} />
        <MadeLine report={report} />
      </>
    );
  }
  return (
    <>
      <AccessLine report={report} own={own} />
      <section className="dl-panel" aria-labelledby="day-heading">
        <div className="dl-row dl-between">
          <h2 id="day-heading">{say('day.heading')}</h2>
          <SegmentedControl
            size="xs"
            aria-label={say('day.shape')}
            value={shape}
            onChange={setShape}
            data={[
              { value: 'timeline', label: say('day.timeline') },
              { value: 'tables', label: say('day.tables') },
            ]}
          />
        </div>
        {own && (
          <p className="dl-quiet dl-small">
            {say(shape === 'timeline' ? 'private.where' : 'private.whereHere')}{' '}
            {shape === 'timeline' && (
              <Button size="compact-xs" variant="default" onClick={() => setShape('tables')}>
                {say('private.choose')}
              </Button>
            )}
          </p>
        )}
        {shape === 'timeline' ? <Timeline report={report} own={own} /> : <DayTables report={report} own={own} />}
      </section>
      <Totals report={report} own={own} />
      {report.screenshots.length > 0 && <Screenshots report={report} purposes={purposes} />}
      <Remarks report={report} />
      <Marked report={report} />
      <OtherPurposes absent={report.absent} onAdd={onAdd} />
      <MadeLine report={report} />
    </>
  );
}

function EmptyDay({ report, own }: { report: DayReport; own: boolean }) {
  return (
    <section className="dl-panel" aria-labelledby="day-heading">
      <h2 id="day-heading">{say('day.empty')}</h2>
      <ul className={classes.reasons}>
        {reasonsOf(report, own).map(({ sentence, parameters }) => (
          <li key={parameters[0]}>{sentence}</li>
        ))}
      </ul>
      {own && report.absent.some(({ why }) => why === 'no_device') && (
        <Button component={Link} to="/account" variant="default" mt="sm">
          {say('enrol.open')}
        </Button>
      )}
    </section>
  );
}

function MadeLine({ report }: { report: DayReport }) {
  return (
    <p className="dl-quiet dl-small">
      {say('day.made', { time: dateTime(report.generatedAt), zone: report.zone, version: report.policyVersion })}
    </p>
  );
}

function AccessLine({ report, own }: { report: DayReport; own: boolean }) {
  const zone = report.timezones.at(-1)?.zone;
  const elsewhere = zone !== undefined && zone !== viewerZone() ? zone : null;
  const name = report.person.name;
  return (
    <Note>
      {report.recordedAccess === null ? (
        <p>{say(own ? 'day.ownNotRecorded' : 'day.notRecorded')}</p>
      ) : (
        <p>
          {say('day.recorded', {
            time: clockTime(report.recordedAccess.at),
            purpose: purposesText(report.recordedAccess.purposes),
            name,
          })}
        </p>
      )}
      {elsewhere !== null && (
        <p>{say(own ? 'day.otherZoneYou' : 'day.otherZone', { name, zone: elsewhere, here: viewerZone() })}</p>
      )}
    </Note>
  );
}
