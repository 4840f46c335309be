import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { RecordsPages } from './RecordsPages.tsx';

interface RegisterProps<T> {
  readonly title: string;
  readonly lead: string;
  /** What the button says that adds to it. */
  readonly add: string;
  readonly onAdd: () => void;
  readonly read: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** The page of one register: what leads to it, what adds to it, and whether a part of it cannot be read. */
export function Register<T extends { readonly unreadable: number }>(props: RegisterProps<T>) {
  const { title, lead, add, onAdd, read, children } = props;
  const { data, error, isPending, refetch } = read;
  return (
    <Page title={title} lead={lead} actions={<Button onClick={onAdd}>{add}</Button>}>
      <RecordsPages />
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {error === null && isPending && <Waiting lines={4} />}
      {data !== undefined && (
        <div className="dl-stack">
          {data.unreadable > 0 && (
            <Note tone="gone">
              <p>{say('records.unreadable')}</p>
            </Note>
          )}
          {children(data)}
        </div>
      )}
    </Page>
  );
}
