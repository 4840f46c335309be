import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useLeavingDate } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { LeavingDialog } from './LeavingDialog.tsx';
import { lastDayWords, obstacleWords, setByWords } from './leavingWords.ts';

/** The last day of the account of somebody: as it is set, and ways to set, move and take it back. */
export function LeavingPanel({ person, name }: { person: string; name: string }) {
  const read = useLeavingDate(person);
  const [opened, { open, close }] = useDisclosure(false);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => call('cancelLeavingDate', { params: { person } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.leavingDates }),
  });
  if (read.isError) return <Failure error={read.error} retry={() => void read.refetch()} />;
  if (read.data === undefined) return null;
  const { leaving, isDue, obstacle } = read.data;
  return (
    <>
      {leaving !== null && (
        <Note tone={obstacle === null ? 'wait' : 'gone'}>
          <p>
            <strong>{isDue ? say('leavingDate.due') : lastDayWords(leaving)}</strong> {setByWords(leaving)}
          </p>
          {obstacle !== null && <p>{obstacleWords(obstacle)}</p>}
        </Note>
      )}
      <div className="dl-row">
        <Button variant="default" onClick={open}>
          {say(leaving === null ? 'leavingDate.open' : 'leavingDate.change')}
        </Button>
        {leaving !== null && (
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {say('leavingDate.cancel')}
          </Button>
        )}
      </div>
      {cancel.isError && <Failure error={cancel.error} />}
      <LeavingDialog
        key={String(opened)}
        person={person}
        name={name}
        current={leaving}
        opened={opened}
        onClose={close}
      />
    </>
  );
}
