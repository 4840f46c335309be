import { Link } from 'react-router';
import { DAY } from '../../../shared/time.ts';
import { useSecurityEvents } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { count, say } from '../strings/say.ts';
import { may } from './may.ts';
import { Note } from './Note.tsx';

/** On every page of those who look after security: what was raised within the last day, and what to do. */
export function Alarms() {
  const { role } = useMe().person;
  return may.seeSecurity(role) ? <Raised /> : null;
}

function Raised() {
  const { data = [] } = useSecurityEvents({ everyMs: 30_000 });
  const since = Date.now() - DAY;
  const raised = data.filter(({ kind, at }) => kind.startsWith('alarm_') && at > since);
  if (raised.length === 0) return null;
  return (
    <Note tone="gone">
      <p>
        <strong>{count('alarms.some', raised.length)}</strong> {say('alarms.todo')}
      </p>
      <p>
        <Link to="/security">{say('alarms.look')}</Link>
      </p>
    </Note>
  );
}
