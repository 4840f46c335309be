import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useNow } from '../../../look/useNow.ts';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { AgeView } from '../../../shared/protocol/http/ages.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAge } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { confirmedText } from '../objections/ObjectionState.tsx';
import classes from '../objections/objections.module.css';
import { dateTime, nearTime } from '../strings/format.ts';
import { joined, say } from '../strings/say.ts';

/** Whether somebody is said not to be of age, how far what follows is, and a way to say it or to take it back. */
export function AgePanel({ person, name }: { person: string; name: string }) {
  const me = useMe();
  const age = useAge(person);
  const [opened, open] = useState(false);
  const own = person === me.person.id;
  if (age.isError) return <Failure error={age.error} retry={() => void age.refetch()} />;
  if (age.data === undefined) return null;
  const { minor } = age.data;
  if (own && minor === null) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="age-heading">
      <h2 id="age-heading">{say('age.title')}</h2>
      {minor === null ? <p>{say('age.unsaid', { name })}</p> : <Said age={age.data} own={own} name={name} />}
      {!own && may.sayAge(me.person.role) && (
        <div>
          <Button variant="default" onClick={() => open(true)}>
            {say(minor === null ? 'age.sayMinor' : 'age.takeBack')}
          </Button>
        </div>
      )}
      <SayDialog key={String(opened)} age={age.data} name={name} opened={opened} onClose={() => open(false)} />
    </section>
  );
}

function Said({ age, own, name }: { age: AgeView; own: boolean; name: string }) {
  const { minor, erasures, stored, restricted, confirmed } = age;
  const now = useNow();
  if (minor === null) return null;
  const who = minor.byName ?? say('objections.someoneGone');
  const left = stored.filter((id) => !restricted.includes(id));
  const last = erasures.at(-1);
  return (
    <>
      <Note tone="wait">
        <p>
          {say(own ? 'age.saidYou' : 'age.said', { name, who, when: nearTime(minor.since, now) })}{' '}
          {confirmedText(confirmed)}
        </p>
      </Note>
      <blockquote className={classes.words}>{minor.words}</blockquote>
      <div aria-live="polite">
        {last !== undefined && (
          <p>
            {last.state === 'verified' && left.length === 0
              ? say('age.gone', { when: dateTime(last.changedAt) })
              : say(`erased.${last.state === 'verified' ? 'scrubbed' : last.state}`)}
          </p>
        )}
      </div>
      {restricted.length > 0 && <p>{say('age.kept', { labels: labelsOf(restricted) })}</p>}
      {own && <p>{say('age.mistake')}</p>}
    </>
  );
}

/** Says first what will be gone, and asks who it is. */
function SayDialog(props: { age: AgeView; name: string; opened: boolean; onClose: () => void }) {
  const { age, name, opened, onClose } = props;
  const { person, minor, stored, restricted } = age;
  const begins = minor === null;
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const fields = useProofFields();
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () =>
      call('sayAge', { params: { person }, body: { minor: begins, words: words.trim(), ...fields.body } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.age(person) });
    },
    onSettled: fields.clear,
  });
  const isMissing = words.trim().length < 3;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isMissing) send.mutate();
  };
  const goes = stored.filter((id) => !restricted.includes(id));
  return (
    <Dialog opened={opened} onClose={onClose} title={say(begins ? 'age.sayTitle' : 'age.backTitle', { name })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        {begins ? (
          <ul className="dl-list">
            <li>{say('age.off')}</li>
            <li>{goes.length === 0 ? say('age.nothing') : say('age.goes', { labels: labelsOf(goes) })}</li>
            {restricted.length > 0 && <li>{say('age.kept', { labels: labelsOf(restricted) })}</li>}
            <li>{say('age.forEver')}</li>
            <li>{say('age.stays')}</li>
          </ul>
        ) : (
          <ul className="dl-list">
            <li>{say('age.backOn')}</li>
            <li>{say('age.backNothing')}</li>
          </ul>
        )}
        <Textarea
          label={say('age.why')}
          description={say('openObjections.wordsHelp', { name })}
          autosize
          minRows={2}
          maxLength={500}
          value={words}
          error={tried && isMissing ? say('age.whyMissing') : null}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Proof fields={fields} error={send.error} />
        {send.isError && <Failure error={send.error} fields={['password']} />}
        <div className="dl-row">
          <Button
            type="submit"
            {...(begins ? { color: 'red' } : {})}
            loading={send.isPending}
            disabled={!fields.isWhole}
          >
            {say(begins ? 'age.now' : 'age.takeBack')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function labelsOf(ids: readonly ParameterId[]): string {
  return joined(ids.map((id) => catalog[id].label));
}
