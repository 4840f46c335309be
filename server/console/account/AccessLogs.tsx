import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAccessLogs } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { matches } from '../people/search.ts';
import { count, say } from '../strings/say.ts';
import classes from './account.module.css';

/** People are few enough to be listed whole, but not to be drawn at once. */
const PAGE = 100;

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
  const [text, setText] = useState('');
  const [shown, setShown] = useState(PAGE);
  const found = people
    .filter(({ name, email }) => matches(text, [name, email]))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div className="dl-stack">
      <div className="dl-row dl-between">
        <TextInput
          className={classes.search ?? ''}
          aria-label={say('accessLogs.search')}
          placeholder={say('accessLogs.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p className="dl-quiet dl-small" role="status">
          {count('people.count', found.length)}
        </p>
      </div>
      {found.length === 0 ? (
        <Empty>{say('accessLogs.noneFound')}</Empty>
      ) : (
        <ul className={classes.logs}>
          {found.slice(0, shown).map((person) => (
            <li key={person.id}>
              <div>
                <strong>{person.name}</strong>
                {person.id === me.person.id && <span className="dl-quiet"> {say('people.you')}</span>}
                <div className="dl-quiet dl-small">{person.email}</div>
              </div>
              <Button
                component={Link}
                to={person.id === me.person.id ? '/who-looked' : `/people/${person.id}/accesses`}
                variant="default"
                size="xs"
              >
                {say('accessLogs.open')}
                <span className="dl-hidden"> {person.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {found.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + PAGE)}>
          {count('people.more', Math.min(PAGE, found.length - shown))}
        </Button>
      )}
    </div>
  );
}
