import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { catalog } from '../../../shared/catalog.ts';
import type { RestrictionView } from '../../../shared/protocol/http/restrictions.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAge, useRestrictions } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import classes from '../objections/objections.module.css';
import { say } from '../strings/say.ts';
import { RestrictDialog } from './RestrictDialog.tsx';
import { RestrictionState } from './RestrictionState.tsx';

/** What the viewer has had restricted, and a way to restrict more. */
export function MyRestrictions() {
  const { person } = useMe();
  const restrictions = useRestrictions(person.id);
  const [opened, open] = useState(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="restrictions-heading">
      <h2 id="restrictions-heading">{say('restrictions.title')}</h2>
      <p>{say('restrictions.text')}</p>
      {restrictions.isError && <Failure error={restrictions.error} retry={() => void restrictions.refetch()} />}
      {restrictions.data?.map((one) => (
        <Mine key={one.parameter} restriction={one} />
      ))}
      <div>
        <Button variant="default" onClick={() => open(true)}>
          {say('restrictions.begin')}
        </Button>
      </div>
      <RestrictDialog
        key={String(opened)}
        restricted={restrictions.data ?? []}
        opened={opened}
        onClose={() => open(false)}
      />
    </section>
  );
}

function Mine({ restriction }: { restriction: RestrictionView }) {
  const { person, parameter, revision, lift } = restriction;
  const age = useAge(person);
  const isMinor = age.data !== undefined && age.data.minor !== null;
  const [opened, open] = useState(false);
  const { label } = catalog[parameter];
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: keys.restrictions(person) });
  const read = useMutation({
    mutationFn: () => call('readLift', { params: { person, parameter }, body: { revision } }),
    onSettled: again,
  });
  const end = useMutation({
    mutationFn: () => call('endRestriction', { params: { person, parameter }, query: { revision } }),
    onSuccess: () => {
      open(false);
      return again();
    },
  });
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <RestrictionState restriction={restriction} />
        {read.isError && <Failure error={read.error} />}
      </div>
      {lift !== null && lift.readAt === null && (
        <Button loading={read.isPending} onClick={() => read.mutate()}>
          {say('restrictions.iHaveRead')}
          <span className="dl-hidden"> {label}</span>
        </Button>
      )}
      <Button variant="default" onClick={() => open(true)} aria-label={say('restrictions.endOf', { label })}>
        {say('restrictions.end')}
      </Button>
      <Dialog opened={opened} onClose={() => open(false)} title={say('restrictions.endOf', { label })}>
        <div className="dl-stack">
          <ul className="dl-list">
            {isMinor ? (
              <li>{say('restrictions.endMinor')}</li>
            ) : (
              <>
                <li>{say('restrictions.endShown')}</li>
                <li>{say('restrictions.endOn')}</li>
              </>
            )}
            <li>{say('restrictions.endAgain')}</li>
          </ul>
          {end.isError && <Failure error={end.error} />}
          <div className="dl-row">
            <Button loading={end.isPending} onClick={() => end.mutate()}>
              {say('restrictions.end')}
            </Button>
            <Button variant="default" onClick={() => open(false)} data-autofocus>
              {say('action.back')}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  );
}

/** On every page of the person, until they say that they know: what was restricted is to be used again. */
export function LiftsToldToMe() {
  const { person } = useMe();
  const { data } = useRestrictions(person.id);
  const told = data?.filter(({ lift }) => lift !== null && lift.readAt === null) ?? [];
  if (told.length === 0) return null;
  return (
    <Note tone="wait">
      <p>
        <strong>{say('restrictions.liftTold')}</strong> {say('restrictions.liftToldText')}
      </p>
      <p>
        <Link to="/my-data">{say('restrictions.look')}</Link>
      </p>
    </Note>
  );
}
