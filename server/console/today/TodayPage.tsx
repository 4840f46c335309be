import { Button, Select } from '@mantine/core';
import { useLocation, useSearchParams } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import type { ParameterId, Purpose } from '../../../shared/catalog.ts';
import { useTeams } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { OtherPurposes } from '../day/OtherPurposes.tsx';
import { PurposeChoice } from '../day/PurposeChoice.tsx';
import { chosenPurposes, lookFor, purposesText, type ReadPurposeName } from '../day/purposes.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { clockTime, exactNear, longDay, viewerZone } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { TodayRows } from './TodayRows.tsx';
import classes from './today.module.css';
import { type TodayWatch, useToday } from './useToday.ts';

/** Who is tracking now, on what and since when. Nothing is read before a purpose is chosen. */
export function TodayPage() {
  const { person } = useMe();
  const [search, setSearch] = useSearchParams();
  const state: unknown = useLocation().state;
  const purposes = chosenPurposes(person.id, state);
  const team = search.get('team');
  const allowed = may.seeDaysOfOthers(person.role);
  const watch = useToday(allowed ? purposes : null, viewerZone(), team);
  const choose = (to: { purposes?: readonly ReadPurposeName[] | null; team?: string | null }) => {
    const chosen = { purposes, team, ...to };
    setSearch(chosen.team === null ? {} : { team: chosen.team }, { state: lookFor(person.id, chosen.purposes) });
  };
  return (
    <Page title={say('today.title')} lead={say('today.lead')}>
      <div className="dl-stack">
        {!allowed && <Empty>{say('today.onlyManagers')}</Empty>}
        {allowed && <TeamChoice team={team} onTeam={(next) => choose({ team: next })} />}
        {allowed && purposes === null && (
          <PurposeChoice
            question={say('today.ask')}
            recorded={say('today.recordedBefore')}
            parameters={SHOWN}
            onChoose={(next) => choose({ purposes: [next] })}
          />
        )}
        {allowed && purposes !== null && (
          <Watched
            watch={watch}
            purposes={purposes}
            onPurpose={() => choose({ purposes: null })}
            onAdd={(next) => choose({ purposes: [...purposes, next] })}
          />
        )}
      </div>
    </Page>
  );
}

/** What is shown of each person. */
const SHOWN = ['session', 'project', 'app'] as const satisfies readonly ParameterId[];

/** One team or everyone: fewer people shown are fewer people looked at. */
function TeamChoice({ team, onTeam }: { team: string | null; onTeam: (team: string | null) => void }) {
  const teams = useTeams();
  if (teams.data === undefined || teams.data.length < 2) return null;
  return (
    <Select
      className={classes.team ?? ''}
      label={say('today.team')}
      value={team ?? ''}
      onChange={(value) => onTeam(value === '' ? null : value)}
      allowDeselect={false}
      data={[
        { value: '', label: say('today.everyTeam') },
        ...teams.data.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

function Watched(props: {
  watch: TodayWatch;
  purposes: readonly ReadPurposeName[];
  onPurpose: () => void;
  onAdd: (purpose: Purpose) => void;
}) {
  const { watch, purposes, onPurpose, onAdd } = props;
  const { watching, report, receivedAt, again } = watch;
  return (
    <>
      <div className="dl-row dl-between dl-noprint">
        <div className="dl-row">
          <Freshness watch={watch} />
          {report !== undefined && (
            <span className="dl-quiet dl-small">
              {say('today.day', { day: longDay(report.day), zone: report.zone })}
            </span>
          )}
        </div>
        <Button variant="default" onClick={onPurpose}>
          {say('day.purpose', { purpose: purposesText(purposes) })}
        </Button>
      </div>
      {watching.state === 'refused' && <Failure error={watching.error} retry={again} />}
      {watching.state === 'resting' && (
        <Note tone="wait">
          <p>{say('today.resting', { time: exactNear(receivedAt, Date.now()) })}</p>
          <div className="dl-row">
            <Button size="compact-sm" variant="default" onClick={again}>
              {say('today.again')}
            </Button>
          </div>
        </Note>
      )}
      {report === undefined && watching.state !== 'refused' && <Waiting lines={5} />}
      {report !== undefined && report.recordedAccess !== null && (
        <Note>
          <p>
            {say('today.recorded', {
              people: count('people.count', report.people.length),
              time: clockTime(report.recordedAccess.at),
              purpose: purposesText(report.recordedAccess.purposes),
            })}
          </p>
        </Note>
      )}
      {report !== undefined && report.people.length === 0 && <Empty>{say('today.nobody')}</Empty>}
      {report !== undefined && report.people.length > 0 && (
        <TodayRows report={report} watch={watch} purposes={purposes} />
      )}
      {report !== undefined && <OtherPurposes absent={report.people.flatMap(({ absent }) => absent)} onAdd={onAdd} />}
    </>
  );
}

function Freshness({ watch: { watching, receivedAt } }: { watch: TodayWatch }) {
  return (
    <div aria-live="polite">
      {watching.state === 'live' && <Mark tone="on">{say('live.yes')}</Mark>}
      {watching.state === 'waiting' && <Mark tone="wait">{say('state.loading')}</Mark>}
      {watching.state === 'resting' && <Mark tone="wait">{say('today.notLive')}</Mark>}
      {watching.state === 'lost' && (
        <Mark tone="gone">
          {receivedAt === 0 ? say('today.unreachable') : say('live.stale', { time: exactNear(receivedAt, Date.now()) })}
        </Mark>
      )}
    </div>
  );
}
