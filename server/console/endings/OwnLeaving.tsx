import { Link } from 'react-router';
import { useLeavingDate } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { lastDayWords, obstacleWords, setByWords } from './leavingWords.ts';

/** On every page of whoever has a last day: when it is, who set it, and what they may do before. */
export function OwnLeaving() {
  const { person } = useMe();
  const { data } = useLeavingDate(person.id);
  if (data === undefined || data.leaving === null) return null;
  const { leaving, isDue, obstacle } = data;
  return (
    <Note tone="wait">
      <p>
        <strong>{isDue ? say('leavingDate.ownOver') : say('leavingDate.own', { last: lastDayWords(leaving) })}</strong>{' '}
        {setByWords(leaving)}
      </p>
      {obstacle !== null && <p>{obstacleWords(obstacle)}</p>}
      <p>
        {say('leavingDate.ownMeans')} <Link to="/my-data">{say('nav.myData')}</Link>
      </p>
    </Note>
  );
}
