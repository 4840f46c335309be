import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { TeamView } from '../../../shared/protocol/http.ts';
import { Role, ViewerRole } from '../../../shared/roles.ts';
import { type Answer, call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { CopyText } from '../frame/CopyText.tsx';
import { Failure, fieldError } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './people.module.css';

interface Form {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly teams: string[];
  readonly managesTeams: string[];
}

const empty: Form = { name: '', email: '', role: 'employee', teams: [], managesTeams: [] };

/** Invites a person, and shows the link to hand over: it is not sent anywhere. */
export function InviteDialog({
  opened,
  onClose,
  teams,
}: {
  opened: boolean;
  onClose: () => void;
  teams: readonly TeamView[];
}) {
  const [form, setForm] = useState<Form>(empty);
  const client = useQueryClient();
  const invite = useMutation({
    mutationFn: () => call('invite', { body: form }),
    onSuccess: () => {
      for (const queryKey of [keys.people, keys.teams, keys.accessLogs]) void client.invalidateQueries({ queryKey });
    },
  });
  const close = () => {
    onClose();
    setForm(empty);
    invite.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Dialog opened={opened} onClose={close} title={say('invite.title')}>
      {invite.data !== undefined ? (
        <Invited invitation={invite.data} onClose={close} />
      ) : (
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
          <TeamSelect
            label={say('field.teams')}
            teams={teams}
            value={form.teams}
            onChange={(value) => setForm({ ...form, teams: value })}
          />
          {form.role === 'manager' && (
            <TeamSelect
              label={say('field.managesTeams')}
              teams={teams}
              value={form.managesTeams}
              onChange={(value) => setForm({ ...form, managesTeams: value })}
            />
          )}
          {invite.isError && <Failure error={invite.error} />}
          <Button type="submit" loading={invite.isPending}>
            {say('invite.make')}
          </Button>
        </form>
      )}
    </Dialog>
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

export function TeamSelect(props: {
  label: string;
  teams: readonly TeamView[];
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const { label, teams, value, onChange } = props;
  return (
    <MultiSelect
      label={label}
      placeholder={value.length === 0 ? say(teams.length === 0 ? 'team.none' : 'team.choose') : ''}
      data={teams.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      searchable
    />
  );
}

function Invited({ invitation, onClose }: { invitation: Answer<'invite'>; onClose: () => void }) {
  return (
    <div className="dl-stack">
      <Note tone="on">{say('invite.made', { name: invitation.person.name })}</Note>
      <p>{say('invite.handOver', { when: dateTime(invitation.expiresAt) })}</p>
      <p className={`${classes.command} dl-code`}>{invitation.link}</p>
      <div className="dl-row">
        <CopyText text={invitation.link} label={say('invite.copy')} />
        <Button variant="default" size="xs" onClick={onClose}>
          {say('action.done')}
        </Button>
      </div>
    </div>
  );
}
