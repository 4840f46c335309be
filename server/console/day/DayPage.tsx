import { Button } from '@mantine/core';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { Day } from '../../../shared/time.ts';
import { useDay } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Page } from '../frame/Page.tsx';
import { useNameOf } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dayIn, longDay, viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { DayControls } from './DayControls.tsx';
import { DayView } from './DayView.tsx';
import { PurposeChoice } from './PurposeChoice.tsx';
import { dayPath, weekPath } from './paths.ts';
import { purposeFor, type ReadPurposeName } from './purposes.ts';

/**
 * A person's day. The person and their manager see the same page, through the same request; someone else's day is not
 * asked for before a purpose is chosen.
 */
export function DayPage() {
  const me = useMe();
  const { person = me.person.id, day: dayText } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const own = person === me.person.id;
  const zone = viewerZone();
  const day = dayFrom(dayText, zone);
  const chosen = purposeFor(own, search.get('purpose'));
  const name = useNameOf(person);
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
            question={say('purpose.ask', { name })}
            recorded={say('purpose.recorded', { name })}
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

function dayFrom(text: string | undefined, zone: string): string {
  const parsed = Day.safeParse(text);
  return parsed.success ? parsed.data : dayIn(Date.now(), zone);
}
