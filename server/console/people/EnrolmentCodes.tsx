import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Mark } from '../../../look/Mark.tsx';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useEnrolmentCodes } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './people.module.css';

/** Codes that were made and not used: until when each enrols a device, and its end before that. */
export function EnrolmentCodes({ person }: { person: string }) {
  const codes = useEnrolmentCodes(person);
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (code: string) => call('withdrawEnrolmentCode', { params: { person, code } }),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.codes(person) }),
  });
  if (codes.isError) return <Failure error={codes.error} retry={() => void codes.refetch()} />;
  if (codes.data === undefined || codes.data.length === 0) return null;
  return (
    <div className={classes.codes}>
      <h3>{count('codes.open', codes.data.length)}</h3>
      {withdraw.isError && <Failure error={withdraw.error} />}
      <ul className="dl-plain-list">
        {codes.data.map(({ id, expiresAt }) => (
          <li key={id} className={classes.team}>
            <Mark tone="wait">{say('codes.until', { when: dateTime(expiresAt) })}</Mark>
            <Button
              variant="default"
              size="xs"
              loading={withdraw.isPending && withdraw.variables === id}
              onClick={() => withdraw.mutate(id)}
            >
              {say('invitations.withdraw')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
