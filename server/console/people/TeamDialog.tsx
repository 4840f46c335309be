import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure, fieldError } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

export function TeamDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('');
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => call('createTeam', { body: { name } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.teams });
      setName('');
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('team.create')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <TextInput
          label={say('team.name')}
          description={say('team.help')}
          required
          data-autofocus
          value={name}
          error={fieldError(create.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {create.isError && <Failure error={create.error} />}
        <Button type="submit" loading={create.isPending}>
          {say('team.make')}
        </Button>
      </form>
    </Dialog>
  );
}
