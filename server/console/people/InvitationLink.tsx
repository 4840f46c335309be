import type { Invitation } from '../../../shared/protocol/http/people.ts';
import { CopyText } from '../frame/CopyText.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './people.module.css';

/** A link to hand over: it is sent nowhere, works once, and is shown only where it was made. */
export function InvitationLink({ invitation: { link, expiresAt } }: { invitation: Invitation }) {
  return (
    <div className="dl-stack">
      <p>{say('invite.handOver', { when: dateTime(expiresAt) })}</p>
      <p className={`${classes.command} dl-code`} data-testid="invitation-link">
        {link}
      </p>
      <div>
        <CopyText text={link} label={say('invite.copy')} />
      </div>
    </div>
  );
}
