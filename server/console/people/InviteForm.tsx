import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { Invitation } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { Role, ViewerRole } from '../../../shared/roles.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { useSingleMutation } from '../api/useSingleMutation.ts';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { say } from '../strings/say.ts';

interface Form {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly teams: string[];
  readonly managesTeams: string[];
}

const empty: Form = { name: '', email: '', role: 'employee', teams: [], managesTeams: [] };

/** Invites a person, is empty again, and hands over the link. */
export function InviteForm(props: { teams: readonly TeamView[]; onInvited: (invitation: Invitation) => void }) {
  const { teams, onInvited } = props;
  const [form, setForm] = useState<Form>(empty);
  const client = useQueryClient();
  const invite = useSingleMutation({
    mutationFn: () => {
      const managesTeams = form.role === 'manager' ? form.managesTeams : [];
      return call('invite', { body: { ...form, managesTeams } });
    },
    onSuccess: (invitation) => {
      for (const queryKey of [keys.people, keys.teams, keys.accessLogs, keys.invitations]) {
        void client.invalidateQueries({ queryKey });
      }
      setForm(empty);
      onInvited(invitation);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <TextInput
        label={say('field.name')}
        required
        data-autofocus
        value={form.name}
        error={fieldError(invite.error, 'name')}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <TextInput
        label={say('field.email')}
        type="email"
        required
        value={form.email}
        error={fieldError(invite.error, 'email')}
        onChange={(event) => setForm({ ...form, email: event.currentTarget.value })}
      />
      <RoleSelect value={form.role} onChange={(role) => setForm({ ...form, role })} />
      <MembershipSelect teams={teams} value={form.teams} onChange={(value) => setForm({ ...form, teams: value })} />
      {form.role === 'manager' && (
        <TeamSelect
          label={say('field.managesTeams')}
          description={say('field.managesTeamsHelp')}
          teams={teams}
          value={form.managesTeams}
          onChange={(value) => setForm({ ...form, managesTeams: value })}
        />
      )}
      <p className="dl-quiet dl-small">{say(`asked.${form.role === 'employee' ? 'employee' : 'other'}`)}</p>
      {invite.isError && <Failure error={invite.error} fields={['name', 'email']} />}
      <div>
        <Button type="submit" loading={invite.isPending}>
          {say('invite.make')}
        </Button>
      </div>
    </form>
  );
}

export function RoleSelect(props: { value: Role; held?: Role; onChange: (role: Role) => void }) {
  const { value, held, onChange } = props;
  const { person } = useMe();
  // Only an owner gives sight of activity; a role that the person has already stays on the list.
  const mayGive = (role: Role) => person.role === 'owner' || !ViewerRole.options.some((viewer) => viewer === role);
  const roles = Role.options.filter((role) => mayGive(role) || role === held);
  return (
    <Select
      label={say('field.role')}
      description={say(`role.${value}.may`)}
      allowDeselect={false}
      value={value}
      data={roles.map((role) => ({ value: role, label: say(`role.${role}`) }))}
      onChange={(chosen) => {
        const role = Role.safeParse(chosen);
        if (role.success) onChange(role.data);
      }}
    />
  );
}

/** The teams that a person is in. Those that have a manager are offered to an owner only, and where the person is in one already. */
export function MembershipSelect(props: {
  teams: readonly TeamView[];
  held?: readonly string[];
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const { teams, held = [], value, onChange } = props;
  const { person } = useMe();
  const mayChoose = ({ id, managers }: TeamView) =>
    person.role === 'owner' || managers.length === 0 || held.includes(id);
  const offered = teams.filter(mayChoose);
  const help = [say('field.teamsHelp'), ...(offered.length < teams.length ? [say('field.teamsWithManager')] : [])];
  return (
    <TeamSelect
      label={say('field.teams')}
      description={help.join(' ')}
      teams={offered}
      value={value}
      onChange={onChange}
    />
  );
}

export function TeamSelect(props: {
  label: string;
  description: string;
  teams: readonly TeamView[];
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const { label, description, teams, value, onChange } = props;
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={value.length === 0 ? say(teams.length === 0 ? 'team.none' : 'team.choose') : ''}
      data={teams.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      searchable
    />
  );
}
