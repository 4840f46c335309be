import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { WORDS } from './length.ts';

/** Says what an objection does, and that nothing has to be written. */
export function ObjectDialog({
  parameter,
  opened,
  onClose,
}: {
  parameter: ParameterId;
  opened: boolean;
  onClose: () => void;
}) {
  const { person } = useMe();
  const [grounds, setGrounds] = useState('');
  const client = useQueryClient();
  const { label } = catalog[parameter];
  const object = useMutation({
    mutationFn: () => call('object', { params: { person: person.id, parameter }, body: { grounds: grounds.trim() } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.objections(person.id) });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    object.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('objections.objectTo', { label })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <ul className="dl-list">
          <li>{say('objections.willBeOff')}</li>
          <li>{say('objections.waitsIsDeleted')}</li>
          <li>{say('objections.storedStays')}</li>
          <li>{say('objections.untilYouEnd')}</li>
          <li>{say('objections.whoKnows')}</li>
        </ul>
        <Textarea
          label={say('objections.grounds')}
          description={say('objections.groundsHelp')}
          autosize
          minRows={3}
          maxLength={WORDS}
          value={grounds}
          onChange={(event) => setGrounds(event.currentTarget.value)}
        />
        {object.isError && <Failure error={object.error} />}
        <div className="dl-row">
          <Button type="submit" loading={object.isPending}>
            {say('objections.object')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
