import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { catalog } from '../../../shared/catalog.ts';
import { RETENTION } from '../../../shared/policy/notice.ts';
import type { HeldView } from '../../../shared/protocol/http/ownData.ts';
import { useHeld } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { MyCorrections } from '../corrections/MyCorrections.tsx';
import { EraseDays } from '../erasing/EraseDays.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { AgePanel } from '../people/AgePanel.tsx';
import { MyRestrictions } from '../restrictions/MyRestrictions.tsx';
import { longDay, size } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { Download } from './Download.tsx';
import classes from './data.module.css';
import { OwnDisclosures } from './OwnDisclosures.tsx';
import { OwnHolds } from './OwnHolds.tsx';
import { OwnIncidents } from './OwnIncidents.tsx';
import { OwnLeftOut } from './OwnLeftOut.tsx';

/** Everything that is held of whoever looks: by parameter and day, and to take along. */
export function MyData() {
  const { person } = useMe();
  const held = useHeld(person.id);
  return (
    <Page title={say('nav.myData')} lead={say('myData.lead')}>
      <div className="dl-stack">
        <OwnIncidents />
        {held.isPending && <Waiting lines={5} />}
        {held.isError && <Failure error={held.error} retry={() => void held.refetch()} />}
        {held.data !== undefined && <Held held={held.data} />}
        {held.data !== undefined && <EraseDays held={held.data} />}
        <OwnLeftOut />
        <AgePanel person={person.id} name={person.name} />
        <MyCorrections />
        <MyRestrictions />
        <OwnHolds />
        <OwnDisclosures />
        <Download />
        <section className="dl-panel dl-stack" aria-labelledby="brought-heading">
          <h2 id="brought-heading">{say('brought.title')}</h2>
          <p>{say('brought.short')}</p>
          <div>
            <Button component={Link} to="/brought-along" variant="default">
              {say('brought.open')}
            </Button>
          </div>
        </section>
        <p>
          {say('why.ask')} <Link to="/why">{say('nav.why')}</Link>
        </p>
        <p>
          {say('myData.more')} <Link to="/my-requests">{say('nav.requests')}</Link>
        </p>
      </div>
    </Page>
  );
}

function Held({ held: { parameters, pastTheirDay } }: { held: HeldView }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="held-heading">
      <h2 id="held-heading">{say('myData.held')}</h2>
      {parameters.length === 0 && <Empty>{say('myData.none')}</Empty>}
      {parameters.length > 0 && (
        <p className="dl-quiet">
          {say('myData.after')} {RETENTION}
        </p>
      )}
      {parameters.map((one) => (
        <Parameter key={one.parameter} held={one} />
      ))}
      {pastTheirDay > 0 && <Note>{count('myData.past', pastTheirDay)}</Note>}
    </section>
  );
}

function Parameter({ held }: { held: HeldView['parameters'][number] }) {
  const { parameter, days, bytes, images, keptUntil } = held;
  const [first = keptUntil, last = first] = [days[0], days.at(-1)];
  const { label } = catalog[parameter];
  const stored = [say('myData.size', { size: size(bytes) }), ...(images > 0 ? [count('myData.pictures', images)] : [])];
  return (
    <article className={classes.parameter} aria-label={label}>
      <h3>{label}</h3>
      <p>
        {first === last
          ? say('myData.oneDay', { day: longDay(first) })
          : say('myData.range', { days: count('days', days.length), from: longDay(first), to: longDay(last) })}
      </p>
      <p className="dl-quiet dl-small">
        {listed(stored)}. {say('myData.kept', { day: longDay(keptUntil) })}
      </p>
      <details>
        <summary>{count('myData.showDays', days.length)}</summary>
        <ul className={classes.days}>
          {days.toReversed().map((day) => (
            <li key={day}>
              <Link to={`/my-day/${day}`} aria-label={say('myData.openDay', { label, day: longDay(day) })}>
                {day}
              </Link>
            </li>
          ))}
        </ul>
      </details>
    </article>
  );
}
