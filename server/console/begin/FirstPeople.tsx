import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Invitation } from '../../../shared/protocol/http/people.ts';
import { usePeople, useTeams } from '../api/reads.ts';
import { Note } from '../frame/Note.tsx';
import { InviteForm } from '../people/InviteForm.tsx';
import { OpenInvitations } from '../people/OpenInvitations.tsx';
import { TeamForm } from '../people/TeamDialog.tsx';
import { count, listed, say } from '../strings/say.ts';
import classes from './begin.module.css';

/** Teams, managers and employees: for each a link to hand over, and what they will be asked. */
export function FirstPeople({ decided }: { decided: boolean }) {
  const people = usePeople();
  const teams = useTeams();
  const [made, setMade] = useState<readonly Invitation[]>([]);
  const invited = people.data?.filter(({ status }) => status === 'invited') ?? [];
  return (
    <>
      {!decided && (
        <Note tone="wait">
          {say('begin.undecided')} <Link to="/begin/policy">{say('begin.toPolicy')}</Link>
        </Note>
      )}
      <div className={classes.columns}>
        <div className="dl-stack">
          <section className="dl-panel dl-stack" aria-labelledby="first-teams">
            <h2 id="first-teams">{say('teams.heading')}</h2>
            {teams.data !== undefined && teams.data.length > 0 && <p>{listed(teams.data.map(({ name }) => name))}</p>}
            <TeamForm />
          </section>
          <section className="dl-panel dl-stack" aria-labelledby="first-invite">
            <h2 id="first-invite">{say('invite.title')}</h2>
            <InviteForm teams={teams.data ?? []} onInvited={(invitation) => setMade([...made, invitation])} />
          </section>
        </div>
        <section className="dl-panel dl-stack" aria-labelledby="first-invited">
          <h2 id="first-invited">{count('invitations.open', invited.length)}</h2>
          {invited.length === 0 && <p className="dl-quiet">{say('begin.nobodyYet')}</p>}
          <OpenInvitations people={people.data ?? []} made={made} />
          <div>
            <h3>{say('asked.heading')}</h3>
            <ul className="dl-list">
              <li>{say('asked.employee')}</li>
              <li>{say('asked.other')}</li>
              <li>{say('asked.nothing')}</li>
            </ul>
          </div>
        </section>
      </div>
      <div className="dl-row">
        <Button component={Link} to="/collection" variant={decided && invited.length > 0 ? 'filled' : 'default'}>
          {say('begin.toCollection')}
        </Button>
        <Button component={Link} to="/people" variant="default">
          {say('begin.toAllPeople')}
        </Button>
      </div>
    </>
  );
}
