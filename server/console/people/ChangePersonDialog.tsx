import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { MembershipSelect, RoleSelect, TeamSelect } from './InviteForm.tsx';
import { changeOf, formOf, type PersonForm } from './personChange.ts';

interface Changed {
  readonly person: PersonView;
  readonly teams: readonly TeamView[];
  readonly onClose: () => void;
}

/** Begins each time with what the person is now: a dialog that is closed forgets what was typed in it. */
export function ChangePersonDialog({ opened, ...props }: Changed & { opened: boolean }) {
  const { person, onClose } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={say('person.changeTitle', { name: person.name })}>
      <ChangeForm {...props} />
    </Dialog>
  );
}

function ChangeForm({ person, teams, onClose }: Changed) {
  const [before] = useState(() => formOf(person));
  const [form, setForm] = useState<PersonForm>(before);
  const { name, role, teams: memberOf, managesTeams } = form;
  const me = useMe();
  // Only an owner gives a manager more teams; an admin can take some away.
  const manageable = me.person.role === 'owner' ? teams : teams.filter(({ id }) => before.managesTeams.includes(id));
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Partial<PersonForm>) => call('changePerson', { params: { person: person.id }, body }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.people });
      void client.invalidateQueries({ queryKey: keys.teams });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const body = changeOf(before, form);
    if (body === null) onClose();
    else change.mutate(body);
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <TextInput
        label={say('field.name')}
        required
        data-autofocus
        value={name}
        error={fieldError(change.error, 'name')}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <RoleSelect value={role} held={before.role} onChange={(value) => setForm({ ...form, role: value })} />
      <MembershipSelect
        teams={teams}
        held={before.teams}
        value={memberOf}
        onChange={(value) => setForm({ ...form, teams: value })}
      />
      {role === 'manager' && (
        <TeamSelect
          label={say('field.managesTeams')}
          description={say('field.managesTeamsHelp')}
          teams={manageable}
          value={managesTeams}
          onChange={(value) => setForm({ ...form, managesTeams: value })}
        />
      )}
      <p className="dl-quiet dl-small">{say('person.changeEffect')}</p>
      {change.isError && <Failure error={change.error} fields={['name']} />}
      <Button type="submit" loading={change.isPending}>
        {say('action.save')}
      </Button>
    </form>
  );
}
