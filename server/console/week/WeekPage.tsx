import { ActionIcon, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconRefresh } from '@tabler/icons-react';
import { useLocation, useNavigate, useParams } from 'react-router';
import type { ParameterId, Purpose } from '../../../shared/catalog.ts';
import type { WeekReport } from '../../../shared/protocol/http/week.ts';
import { addDays } from '../../../shared/time.ts';
import { useWeek } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { addressedDay } from '../day/addressedDay.ts';
import { NoDay } from '../day/NoDay.tsx';
import { OtherPurposes } from '../day/OtherPurposes.tsx';
import { PurposeChoice } from '../day/PurposeChoice.tsx';
import { toWeek } from '../day/paths.ts';
import { chosenPurposes, purposesText, type ReadPurposeName } from '../day/purposes.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { useNameOf, useNames } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { clockTime, dateTime, dayIn, longDay, viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { mondayOf } from './mondayOf.ts';
import { WeekTables } from './WeekTables.tsx';

/** Seven days of a person, from Monday; the same for the person and for whoever may see them. */
export function WeekPage() {
  const me = useMe();
  const { person = me.person.id, day: text } = useParams();
  const today = dayIn(Date.now(), viewerZone());
  const day = addressedDay(text, today);
  if (day === null)
    return <NoDay text={text ?? ''} today={toWeek({ person, viewer: me.person.id, day: today, purposes: null })} />;
  return <PersonWeek person={person} day={day} />;
}

function PersonWeek({ person, day }: { person: string; day: string }) {
  const viewer = useMe().person.id;
  const own = person === viewer;
  const state: unknown = useLocation().state;
  const navigate = useNavigate();
  const zone = viewerZone();
  const today = dayIn(Date.now(), zone);
  const from = mondayOf(day);
  const purposes = own ? OWN : chosenPurposes(viewer, state);
  const name = useNameOf(person);
  const isNamed = useNames()(person) !== undefined;
  const report = useWeek({ person, from, zone, purposes });
  const go = (to: { day?: string; purposes?: readonly ReadPurposeName[] | null }) => {
    const lead = toWeek({ person, viewer, day, purposes, ...to });
    void navigate(lead.to, { state: lead.state });
  };
  return (
    <Page
      title={own ? say('week.mine') : say('week.of', { name })}
      lead={say('week.range', { from: longDay(from), to: longDay(addDays(from, 6)) })}
    >
      <div className="dl-stack">
        <div className="dl-row dl-noprint">
          <ActionIcon
            variant="default"
            size={36}
            aria-label={say('week.before')}
            onClick={() => go({ day: addDays(from, -7) })}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={say('week.after')}
            disabled={addDays(from, 7) > today}
            onClick={() => go({ day: addDays(from, 7) })}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
          {mondayOf(today) !== from && (
            <Button variant="default" onClick={() => go({ day: today })}>
              {say('week.this')}
            </Button>
          )}
          {!own && purposes !== null && (
            <Button variant="default" onClick={() => go({ purposes: null })}>
              {say('day.purpose', { purpose: purposesText(purposes) })}
            </Button>
          )}
          {purposes !== null && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={report.isFetching}
              onClick={() => void report.refetch()}
            >
              {say('action.refresh')}
            </Button>
          )}
        </div>
        {purposes === null && (
          <PurposeChoice
            question={isNamed ? say('week.ask', { name }) : say('week.askUnnamed')}
            recorded={isNamed ? say('purpose.recorded', { name }) : say('purpose.recordedUnnamed')}
            parameters={SHOWN}
            onChoose={(chosen) => go({ purposes: [chosen] })}
          />
        )}
        {purposes !== null && report.isPending && <Waiting lines={6} />}
        {report.isError && <Failure error={report.error} retry={() => void report.refetch()} />}
        {purposes !== null && report.data !== undefined && (
          <Week
            report={report.data}
            own={own}
            purposes={purposes}
            onAdd={(purpose) => go({ purposes: [...purposes, purpose] })}
          />
        )}
      </div>
    </Page>
  );
}

const OWN = ['own_data'] as const;
/** What a week is made of. */
const SHOWN = ['session', 'project', 'app', 'activity'] as const satisfies readonly ParameterId[];

function Week(props: {
  report: WeekReport;
  own: boolean;
  purposes: readonly ReadPurposeName[];
  onAdd: (purpose: Purpose) => void;
}) {
  const { report, own, purposes, onAdd } = props;
  const { recordedAccess, person, generatedAt, zone, policyVersion } = report;
  return (
    <>
      <Note>
        <p>
          {recordedAccess === null
            ? say('day.ownNotRecorded')
            : say('day.recorded', {
                time: clockTime(recordedAccess.at),
                purpose: purposesText(recordedAccess.purposes),
                name: person.name,
              })}
        </p>
      </Note>
      <WeekTables report={report} own={own} purposes={purposes} />
      <OtherPurposes absent={report.days.flatMap(({ absent }) => absent).filter(isShown)} onAdd={onAdd} />
      <p className="dl-quiet dl-small">
        {say('week.made', { time: dateTime(generatedAt), zone, version: policyVersion })}
      </p>
    </>
  );
}

function isShown({ parameter }: WeekReport['days'][number]['absent'][number]): boolean {
  return SHOWN.some((id) => id === parameter);
}
