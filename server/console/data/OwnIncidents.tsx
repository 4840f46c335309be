import { Link } from 'react-router';
import { catalog } from '../../../shared/catalog.ts';
import type { OwnIncident } from '../../../shared/protocol/http/incidents.ts';
import { DAY } from '../../../shared/time.ts';
import { useOwnIncidents } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { dateTime } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import classes from './data.module.css';

/** What went wrong with data of whoever looks, as they were told. Nothing where there is nothing. */
export function OwnIncidents() {
  const { person } = useMe();
  const { data, error, refetch } = useOwnIncidents(person.id);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || data.incidents.length === 0) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="incidents-heading">
      <h2 id="incidents-heading">{say('ownIncidents.title')}</h2>
      {data.incidents.map((one) => (
        <One key={one.number} incident={one} />
      ))}
      <p className="dl-quiet dl-small">
        {say('ownIncidents.ask')} <Link to="/my-requests">{say('nav.requests')}</Link>
      </p>
    </section>
  );
}

function One({ incident: { number, noticedAt, effects, told, looked } }: { incident: OwnIncident }) {
  return (
    <article className={classes.parameter} aria-label={say('incidents.number', { number })}>
      <h3>{listed(effects.map((effect) => say(`incidents.effect.${effect}`)))}</h3>
      <p className="dl-quiet dl-small">{say('ownIncidents.noticed', { when: dateTime(noticedAt) })}</p>
      {told.map(({ at, words }) => (
        <div key={at}>
          <p className="dl-quiet dl-small">{say('ownIncidents.told', { when: dateTime(at) })}</p>
          <p className={classes.words}>{words}</p>
        </div>
      ))}
      {looked !== null && looked.looks > 0 && (
        <p>
          {say('ownIncidents.looked', {
            looks: count('incidents.looks', looked.looks),
            data: listed(looked.parameters.map((id) => catalog[id].label)),
          })}{' '}
          <Link to="/who-looked">{say('nav.whoLooked')}</Link>
        </p>
      )}
    </article>
  );
}

const NEWS_MS = 30 * DAY;

/** On every page of whoever was told of one within the last month. */
export function IncidentsToldToMe() {
  const { person } = useMe();
  const { data } = useOwnIncidents(person.id);
  const isNews = data?.incidents.some(({ told }) => told.some(({ at }) => data.asOf - at < NEWS_MS)) === true;
  if (!isNews) return null;
  return (
    <Note tone="gone">
      <p>
        <strong>{say('ownIncidents.news')}</strong> <Link to="/my-data">{say('ownIncidents.read')}</Link>
      </p>
    </Note>
  );
}
