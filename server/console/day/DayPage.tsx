import { Button } from '@mantine/core';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
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
import { dayPath, weekPath } from './paths.ts';
import { purposeFor, type ReadPurposeName } from './purposes.ts';

/**
 * A person's day. The person and their manager see the same page, through the same request; someone else's day is not
 * asked for before a purpose is chosen.
 */
export function DayPage() {
  const me = useMe();
  const { person = me.person.id, day: text } = useParams();
  const own = person === me.person.id;
  const today = dayIn(Date.now(), viewerZone());
  const day = addressedDay(text, today);
  if (day === null) return <NoDay text={text ?? ''} today={dayPath({ person, own, day: today, purpose: null })} />;
  return <PersonDay person={person} own={own} day={day} />;
}

function PersonDay({ person, own, day }: { person: string; own: boolean; day: string }) {
  const me = useMe();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const zone = viewerZone();
  const chosen = purposeFor(own, search.get('purpose'));
  const name = useNameOf(person);
  const isNamed = useNames()(person) !== undefined;
  const report = useDay({ person, day, zone, purpose: chosen });
  const go = (to: { day?: string; purpose?: ReadPurposeName | null }) => {
    const purpose = to.purpose === undefined ? chosen : to.purpose;
    void navigate(dayPath({ person, own, day: to.day ?? day, purpose }));
  };
  const title = own ? say('day.mine') : name;
  return (
    <Page
      title={title}
      lead={longDay(day)}
      actions={
        <Button component={Link} variant="default" to={weekPath({ person, own, day, purpose: chosen })}>
          {say('week.open')}
        </Button>
      }
    >
      <div className="dl-stack">
        <DayControls
          day={day}
          today={dayIn(Date.now(), zone)}
          purpose={own ? null : chosen}
          refreshing={report.isFetching}
          onDay={(next) => go({ day: next })}
          onPurpose={() => go({ purpose: null })}
          onRefresh={chosen === null ? null : () => void report.refetch()}
        />
        {chosen === null && (
          <PurposeChoice
            question={isNamed ? say('purpose.ask', { name }) : say('purpose.askUnnamed')}
            recorded={isNamed ? say('purpose.recorded', { name }) : say('purpose.recordedUnnamed')}
            onChoose={(purpose) => go({ purpose })}
          />
        )}
        {chosen !== null && report.isPending && <Waiting lines={6} />}
        {report.isError && <Failure error={report.error} retry={() => void report.refetch()} />}
        {chosen !== null && report.data !== undefined && (
          <DayView report={report.data} viewer={me.person.id} purpose={chosen} />
        )}
      </div>
    </Page>
  );
}
