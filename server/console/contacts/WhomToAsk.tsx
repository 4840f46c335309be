import { Button } from '@mantine/core';
import { useState } from 'react';
import { useContacts } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { ContactsDialog } from './ContactsDialog.tsx';

/** Whom people can turn to; whoever may says who that is. */
export function WhomToAsk() {
  const contacts = useContacts();
  const { person } = useMe();
  const [isChanging, setChanging] = useState(false);
  return (
    <section className="dl-panel dl-stack" aria-label={say('contacts.title')}>
      <div className="dl-row dl-between">
        <h2>{say('contacts.title')}</h2>
        {may.changeContacts(person.role) && contacts.isSuccess && (
          <Button variant="default" size="xs" onClick={() => setChanging(true)}>
            {say('contacts.change')}
          </Button>
        )}
      </div>
      {contacts.isPending && <Waiting />}
      {contacts.isError && <Failure error={contacts.error} retry={() => void contacts.refetch()} />}
      {contacts.isSuccess && (
        <>
          <p>{contacts.data.appeal}</p>
          {isChanging && <ContactsDialog contacts={contacts.data} onClose={() => setChanging(false)} />}
        </>
      )}
    </section>
  );
}
