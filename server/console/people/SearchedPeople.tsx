import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Empty } from '../frame/Page.tsx';
import { count } from '../strings/say.ts';
import classes from './people.module.css';

/** People are few enough to be listed whole, but not to be drawn at once. */
const PAGE = 100;

interface Props<P> {
  readonly label: string;
  readonly search: (text: string) => readonly P[];
  readonly none: (text: string) => string;
  /** One person as a list item with its key. */
  readonly children: (person: P) => ReactNode;
}

/** A list of people with the field that narrows it, and how many there are. */
export function SearchedPeople<P>({ label, search, none, children }: Props<P>) {
  const [text, setText] = useState('');
  const [shown, setShown] = useState(PAGE);
  const found = search(text);
  return (
    <div className="dl-stack">
      <div className="dl-row dl-between">
        <TextInput
          className={classes.search ?? ''}
          aria-label={label}
          placeholder={label}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p className="dl-quiet dl-small" role="status">
          {count('people.count', found.length)}
        </p>
      </div>
      {found.length === 0 ? (
        <Empty>{none(text)}</Empty>
      ) : (
        <ul className={classes.list}>{found.slice(0, shown).map(children)}</ul>
      )}
      {found.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + PAGE)}>
          {count('people.more', Math.min(PAGE, found.length - shown))}
        </Button>
      )}
    </div>
  );
}
