import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure, fieldError } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { MembershipSelect, RoleSelect, TeamSelect } from './InviteForm.tsx';

export function ChangePersonDialog(props: {
  person: PersonView;
  teams: readonly TeamView[];
  opened: boolean;
  onClose: () => void;
}) {
  const { person, teams, opened, onClose } = props;
  const [name, setName] = useState(person.name);
  const [role, setRole] = useState(person.role);
  const [memberOf, setMemberOf] = useState<string[]>(person.teams);
  const [manages, setManages] = useState<string[]>(person.managesTeams);
  const me = useMe();
  // Only an owner gives a manager more teams; an admin can take some away.
  const manageable = me.person.role === 'owner' ? teams : teams.filter(({ id }) => person.managesTeams.includes(id));
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () =>
      call('changePerson', {
        params: { person: person.id },
        body: { name, role, teams: memberOf, managesTeams: role === 'manager' ? manages : [] },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.people });
      void client.invalidateQueries({ queryKey: keys.teams });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('person.changeTitle', { name: person.name })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <TextInput
          label={say('field.name')}
          required
          data-autofocus
          value={name}
          error={fieldError(change.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect value={role} held={person.role} onChange={setRole} />
        <MembershipSelect teams={teams} held={person.teams} value={memberOf} onChange={setMemberOf} />
        {role === 'manager' && (
          <TeamSelect label={say('field.managesTeams')} teams={manageable} value={manages} onChange={setManages} />
        )}
        <p className="dl-quiet dl-small">{say('person.changeEffect')}</p>
        {change.isError && <Failure error={change.error} />}
        <Button type="submit" loading={change.isPending}>
          {say('action.save')}
        </Button>
      </form>
    </Dialog>
  );
}
