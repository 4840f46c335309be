import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { useLeavingDates } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { obstacleWords, setByWords } from './leavingWords.ts';

/** Accounts that end by themselves with a day, the next first, and what keeps one from it. Nothing where there is none. */
export function SetAhead() {
  const { role } = useMe().person;
  const { data, error, refetch } = useLeavingDates();
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || data.people.length === 0) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="ahead-heading">
      <h2 id="ahead-heading">{say('leavingDate.ahead')}</h2>
      <p className="dl-quiet dl-small">{say('leavingDate.aheadHelp')}</p>
      <ul className="dl-list dl-spaced">
        {data.people.map(({ person, name, leaving, isDue, obstacle }) =>
          leaving === null ? null : (
            <li key={person}>
              <strong>{may.seePeople(role) ? <Link to={`/people/${person}`}>{name}</Link> : name}</strong>
              {' · '}
              {longDay(leaving.day)} {isDue && <Mark tone="gone">{say('leavingDate.isOver')}</Mark>}
              <div className="dl-quiet dl-small">{setByWords(leaving)}</div>
              {obstacle !== null && <div>{obstacleWords(obstacle)}</div>}
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
