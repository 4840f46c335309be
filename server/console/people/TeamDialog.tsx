import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSingleMutation } from '../api/useSingleMutation.ts';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

/** Names a new team, or gives `team` another name. */
export function TeamDialog({ team, opened, onClose }: { team?: TeamView; opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title={say(team === undefined ? 'team.create' : 'team.rename')}>
      <TeamForm {...(team === undefined ? {} : { team })} onDone={onClose} />
    </Dialog>
  );
}

export function TeamForm({ team, onDone }: { team?: TeamView; onDone?: () => void }) {
  const [name, setName] = useState(team?.name ?? '');
  const client = useQueryClient();
  const save = useSingleMutation({
    mutationFn: () =>
      team === undefined
        ? call('createTeam', { body: { name } })
        : call('changeTeam', { params: { team: team.id }, body: { name } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.teams });
      if (team === undefined) setName('');
      onDone?.();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <TextInput
        label={say('team.name')}
        description={say('team.help')}
        required
        data-autofocus
        value={name}
        error={fieldError(save.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {save.isError && <Failure error={save.error} fields={['name']} />}
      <div>
        <Button type="submit" variant={team === undefined ? 'default' : 'filled'} loading={save.isPending}>
          {say(team === undefined ? 'team.make' : 'action.save')}
        </Button>
      </div>
    </form>
  );
}
