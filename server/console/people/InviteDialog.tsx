import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Invitation } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { InvitationLink } from './InvitationLink.tsx';
import { InviteForm } from './InviteForm.tsx';

/** Invites a person, and shows the link to hand over: it is not sent anywhere. */
export function InviteDialog(props: { opened: boolean; onClose: () => void; teams: readonly TeamView[] }) {
  const { opened, onClose, teams } = props;
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const close = () => {
    onClose();
    setInvitation(null);
  };
  return (
    <Dialog opened={opened} onClose={close} title={say('invite.title')}>
      {invitation === null ? (
        <InviteForm teams={teams} onInvited={setInvitation} />
      ) : (
        <div className="dl-stack">
          <Note tone="on">{say('invite.made', { name: invitation.person.name })}</Note>
          <InvitationLink invitation={invitation} />
          <div>
            <Button variant="default" size="xs" onClick={close}>
              {say('action.done')}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
