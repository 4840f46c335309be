import { Button } from '@mantine/core';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { parameterIds } from '../../../shared/catalog.ts';
import { useDay } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Page } from '../frame/Page.tsx';
import { useNameOf, useNames } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dayIn, longDay, viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { addressedDay } from './addressedDay.ts';
import { DayControls } from './DayControls.tsx';
import { DayView } from './DayView.tsx';
import { NoDay } from './NoDay.tsx';
import { PurposeChoice } from './PurposeChoice.tsx';
import { toDay, toWeek } from './paths.ts';
import { chosenPurposes, type ReadPurposeName } from './purposes.ts';

/**
 * A person's day. The person and their manager see the same page, through the same request; someone else's day is not
 * asked for before a purpose is chosen.
 */
export function DayPage() {
  const me = useMe();
  const { person = me.person.id, day: text } = useParams();
  const today = dayIn(Date.now(), viewerZone());
  const day = addressedDay(text, today);
  if (day === null)
    return <NoDay text={text ?? ''} today={toDay({ person, viewer: me.person.id, day: today, purposes: null })} />;
  return <PersonDay person={person} day={day} />;
}

function PersonDay({ person, day }: { person: string; day: string }) {
  const viewer = useMe().person.id;
  const own = person === viewer;
  const state: unknown = useLocation().state;
  const navigate = useNavigate();
  const zone = viewerZone();
  const chosen = own ? OWN : chosenPurposes(viewer, state);
  const name = useNameOf(person);
  const isNamed = useNames()(person) !== undefined;
  const report = useDay({ person, day, zone, purposes: chosen });
  const go = (to: { day?: string; purposes?: readonly ReadPurposeName[] | null }) => {
    const lead = toDay({ person, viewer, day, purposes: chosen, ...to });
    void navigate(lead.to, { state: lead.state });
  };
  const title = own ? say('day.mine') : name;
  return (
    <Page
      title={title}
      lead={longDay(day)}
      actions={
        <>
          {own && (
            <Button component={Link} variant="default" to={`/correct/${day}`}>
              {say('corrections.begin')}
            </Button>
          )}
          <Button component={Link} variant="default" {...toWeek({ person, viewer, day, purposes: chosen })}>
            {say('week.open')}
          </Button>
        </>
      }
    >
      <div className="dl-stack">
        <DayControls
          day={day}
          today={dayIn(Date.now(), zone)}
          purposes={own ? null : chosen}
          refreshing={report.isFetching}
          onDay={(next) => go({ day: next })}
          onPurpose={() => go({ purposes: null })}
          onRefresh={chosen === null ? null : () => void report.refetch()}
        />
        {chosen === null && (
          <PurposeChoice
            question={isNamed ? say('purpose.ask', { name }) : say('purpose.askUnnamed')}
            recorded={isNamed ? say('purpose.recorded', { name }) : say('purpose.recordedUnnamed')}
            parameters={parameterIds}
            onChoose={(purpose) => go({ purposes: [purpose] })}
          />
        )}
        {chosen !== null && report.isPending && <Waiting lines={6} />}
        {report.isError && <Failure error={report.error} retry={() => void report.refetch()} />}
        {chosen !== null && report.data !== undefined && (
          <DayView
            report={report.data}
            viewer={viewer}
            purposes={chosen}
            onAdd={(purpose) => go({ purposes: [...chosen, purpose] })}
          />
        )}
      </div>
    </Page>
  );
}

const OWN = ['own_data'] as const;
