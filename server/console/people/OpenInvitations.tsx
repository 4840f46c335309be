import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import type { PersonId } from '../../../shared/ids.ts';
import type { Invitation, PersonView } from '../../../shared/protocol/http/people.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useInvitations } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { InvitationLink } from './InvitationLink.tsx';
import classes from './people.module.css';

/** Those of these people who were invited and have not come yet: until when their link works, and a new one for them. */
export function OpenInvitations({
  people,
  made = [],
}: {
  people: readonly PersonView[];
  made?: readonly Invitation[];
}) {
  const invitations = useInvitations(true);
  if (invitations.isError) {
    return <Failure error={invitations.error} retry={() => void invitations.refetch()} />;
  }
  const byId = new Map<string, PersonView>(people.map((person) => [person.id, person]));
  const links = new Map<string, Invitation>(made.map((invitation) => [invitation.person.id, invitation]));
  return (
    <ul className="dl-plain-list">
      {invitations.data?.map(({ person: id, ...open }) => {
        const person = byId.get(id) ?? links.get(id)?.person;
        if (person === undefined) return null;
        return <OpenInvitation key={id} person={person} {...open} made={links.get(id)} />;
      })}
    </ul>
  );
}

interface Open {
  readonly person: PersonView;
  readonly expiresAt: number | null;
  readonly invitedBy: PersonId | null;
  readonly made: Invitation | undefined;
}

function OpenInvitation({ person, expiresAt, invitedBy, made }: Open) {
  const inviter = useAuthorName(invitedBy);
  const [renewed, setRenewed] = useState<Invitation | null>(null);
  const client = useQueryClient();
  const changed = () => void client.invalidateQueries({ queryKey: keys.invitations });
  const request = { params: { person: person.id } };
  const renew = useMutation({
    mutationFn: () => call('renewInvitation', { ...request, body: {} }),
    onSuccess: setRenewed,
    onSettled: changed,
  });
  const withdraw = useMutation({ mutationFn: () => call('withdrawInvitation', request), onSettled: changed });
  // A link that the list no longer knows of, or knows with another end, is worth nothing and is not shown.
  const link = [renewed, made].find((one) => one !== null && one !== undefined && one.expiresAt === expiresAt);
  return (
    <li className={classes.device}>
      <div className="dl-row">
        <strong>{person.name}</strong>
        <span className="dl-quiet dl-small">
          {person.email} · {say(`role.${person.role}`)}
        </span>
        {invitedBy !== null && <span className="dl-quiet dl-small">{say('invitations.by', { name: inviter })}</span>}
        {expiresAt === null ? (
          <Mark tone="gone">{say('invitations.noLink')}</Mark>
        ) : (
          <Mark tone="wait">{say('invitations.until', { when: dateTime(expiresAt) })}</Mark>
        )}
      </div>
      {link !== undefined && link !== null && <InvitationLink invitation={link} />}
      {renew.isError && <Failure error={renew.error} />}
      {withdraw.isError && <Failure error={withdraw.error} />}
      <div className="dl-row">
        <Button variant="default" size="xs" loading={renew.isPending} onClick={() => renew.mutate()}>
          {say('invitations.renew')}
          <span className="dl-hidden"> {person.name}</span>
        </Button>
        {expiresAt !== null && (
          <Button variant="default" size="xs" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {say('invitations.withdraw')}
            <span className="dl-hidden"> {person.name}</span>
          </Button>
        )}
      </div>
    </li>
  );
}
