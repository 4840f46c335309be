import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { useLeftOutOfTeam } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import { LeaveOutDialog } from './LeaveOutDialog.tsx';
import { LeftOutLines } from './LeftOutLines.tsx';

/** What is left out for everybody in the team, for those who may say so. */
export function TeamLeavings({ team: { id, name } }: { team: TeamView }) {
  const leftOut = useLeftOutOfTeam(id);
  const [opened, dialog] = useDisclosure(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="left-out-heading">
      <h2 id="left-out-heading">{say('leftOut.title')}</h2>
      <p className="dl-quiet">{say('leftOut.ofTeam')}</p>
      {leftOut.isError && <Failure error={leftOut.error} retry={() => void leftOut.refetch()} />}
      {leftOut.data !== undefined && (
        <>
          <LeftOutLines leftOut={leftOut.data} />
          <div>
            <Button variant="default" onClick={dialog.open}>
              {say('leftOut.change')}
            </Button>
          </div>
          <LeaveOutDialog
            whose={{ kind: 'team', id, name }}
            now={leftOut.data}
            opened={opened}
            onClose={dialog.close}
          />
        </>
      )}
    </section>
  );
}
