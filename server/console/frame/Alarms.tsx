import { Link } from 'react-router';
import { useAlarms } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { count, say } from '../strings/say.ts';
import { may } from './may.ts';
import { Note } from './Note.tsx';

/** On every page of those who look after security: how many alarms nobody has acknowledged, and what to do. */
export function Alarms() {
  const { role } = useMe().person;
  return may.seeSecurity(role) ? <Open /> : null;
}

function Open() {
  const open = useAlarms().data?.open ?? 0;
  if (open === 0) return null;
  return (
    <Note tone="gone">
      <p>
        <strong>{count('alarms.some', open)}</strong> {say('alarms.todo')}
      </p>
      <p>
        <Link to="/security">{say('alarms.look')}</Link>
      </p>
    </Note>
  );
}
