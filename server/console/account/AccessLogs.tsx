import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { useAccessLogs } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { SearchedPeople } from '../people/SearchedPeople.tsx';
import { matches } from '../people/search.ts';
import { say } from '../strings/say.ts';
import classes from './account.module.css';

/** Everyone whose access log a privacy officer may open: who they are, and nothing of what they do. */
export function AccessLogs() {
  const { person: me } = useMe();
  const logs = useAccessLogs();
  return (
    <Page title={say('nav.accessLogs')} lead={say('accessLogs.lead')}>
      {!may.seeAccessLogs(me.role) && <Note>{say('accessLogs.onlyOwn')}</Note>}
      {logs.isPending && <Waiting lines={5} />}
      {logs.isError && <Failure error={logs.error} retry={() => void logs.refetch()} />}
      {logs.data !== undefined && <LogList people={logs.data} />}
    </Page>
  );
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

function LogList({ people }: { people: readonly Named[] }) {
  const me = useMe();
  const search = (text: string) =>
    people.filter(({ name, email }) => matches(text, [name, email])).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <SearchedPeople label={say('accessLogs.search')} search={search} none={() => say('accessLogs.noneFound')}>
      {(person) => (
        <li key={person.id} className={classes.log}>
          <div>
            <strong>{person.name}</strong>
            {person.id === me.person.id && <span className="dl-quiet"> {say('people.you')}</span>}
            <div className="dl-quiet dl-small">{person.email}</div>
          </div>
          <div className="dl-row">
            {person.id !== me.person.id && may.sayAge(me.person.role) && (
              <Button component={Link} to={`/people/${person.id}`} variant="default" size="xs">
                {say('accessLogs.age')}
                <span className="dl-hidden"> {person.name}</span>
              </Button>
            )}
            <Button
              component={Link}
              to={person.id === me.person.id ? '/who-looked' : `/people/${person.id}/accesses`}
              variant="default"
              size="xs"
            >
              {say('accessLogs.open')}
              <span className="dl-hidden"> {person.name}</span>
            </Button>
          </div>
        </li>
      )}
    </SearchedPeople>
  );
}
