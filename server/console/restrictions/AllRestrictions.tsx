import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useNow } from '../../../look/useNow.ts';
import { catalog } from '../../../shared/catalog.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAllRestrictions } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Empty } from '../frame/Page.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { WORDS } from '../objections/length.ts';
import classes from '../objections/objections.module.css';
import { say } from '../strings/say.ts';
import { RestrictionState } from './RestrictionState.tsx';

/** Everybody's restrictions, for who may lift them. Their words are read here, which those people see. */
export function AllRestrictions() {
  const { data, error, isPending, refetch } = useAllRestrictions();
  return (
    <section className="dl-panel dl-stack" aria-labelledby="restricted-heading">
      <h2 id="restricted-heading">{say('allRestrictions.title')}</h2>
      <p>{say('allRestrictions.text')}</p>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {error === null && isPending && <Waiting />}
      {data?.length === 0 && <Empty>{say('allRestrictions.none')}</Empty>}
      {data?.map((one) => (
        <Row key={`${one.person} ${one.parameter}`} restriction={one} />
      ))}
    </section>
  );
}

type Restricted = NonNullable<ReturnType<typeof useAllRestrictions>['data']>[number];

function Row({ restriction }: { restriction: Restricted }) {
  const me = useMe();
  const now = useNow();
  const [opened, open] = useState(false);
  const { personName: name, person, parameter, lift } = restriction;
  const isOwn = person === me.person.id;
  const task = lift === null ? 'tell' : 'lift';
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <strong>{name}</strong>
        <RestrictionState restriction={restriction} />
        {isOwn && <p className="dl-quiet dl-small">{say('openObjections.own')}</p>}
      </div>
      {!isOwn && (lift === null || lift.from <= now) && (
        <Button
          variant="default"
          onClick={() => open(true)}
          aria-label={say(`allRestrictions.${task}Of`, { name, label: catalog[parameter].label })}
        >
          {say(`allRestrictions.${task}`)}
        </Button>
      )}
      <LiftDialog key={task} restriction={restriction} task={task} opened={opened} onClose={() => open(false)} />
    </div>
  );
}

/** First the person is told, and why; lifting is a step of its own, once they have known for a while. */
function LiftDialog(props: { restriction: Restricted; task: 'tell' | 'lift'; opened: boolean; onClose: () => void }) {
  const { restriction, task, opened, onClose } = props;
  const { person, personName: name, parameter, revision } = restriction;
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: async () => {
      const params = { person, parameter };
      if (task === 'tell') await call('tellLift', { params, body: { revision, words: words.trim() } });
      else await call('liftRestriction', { params, body: { revision } });
    },
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.allRestrictions });
    },
  });
  const isMissing = task === 'tell' && words.trim() === '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isMissing) send.mutate();
  };
  const title = say(`allRestrictions.${task}Of`, { name, label: catalog[parameter].label });
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say(`allRestrictions.${task}Text`)}</p>
        {task === 'tell' && (
          <Textarea
            label={say('openObjections.words')}
            description={say('openObjections.wordsHelp', { name })}
            autosize
            minRows={3}
            maxLength={WORDS}
            value={words}
            error={tried && isMissing ? say('openObjections.wordsMissing') : null}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
        {send.isError && <Failure error={send.error} />}
        <div className="dl-row">
          <Button type="submit" loading={send.isPending}>
            {say(`allRestrictions.${task}`)}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
