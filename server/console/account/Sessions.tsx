import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Mark } from '../../../look/Mark.tsx';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSessions } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** Where this account is signed in. */
export function Sessions() {
  const sessions = useSessions();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) => call('endSession', { params: { id } }),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.sessions }),
  });
  const endOthers = useMutation({
    mutationFn: () => call('endOtherSessions', {}),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.sessions }),
  });
  const others = sessions.data?.filter(({ current }) => !current).length ?? 0;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="sessions-heading">
      <div className="dl-row dl-between">
        <h2 id="sessions-heading">{say('sessions.heading')}</h2>
        {others > 0 && (
          <Button variant="default" size="xs" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {say('sessions.endOthers')}
          </Button>
        )}
      </div>
      <p className="dl-quiet dl-small">{say('sessions.text')}</p>
      {endOthers.isError && <Failure error={endOthers.error} />}
      {endOthers.isSuccess && <Note tone="on">{count('sessions.ended', endOthers.data.ended)}</Note>}
      {sessions.isPending && <Waiting lines={2} />}
      {sessions.isError && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {end.isError && <Failure error={end.error} />}
      {sessions.data !== undefined && (
        <div className="dl-table-scroll" role="region" aria-label={say('sessions.table')} tabIndex={0}>
          <table className="dl-table dl-entries">
            <thead>
              <tr>
                <th scope="col">{say('sessions.client')}</th>
                <th scope="col">{say('sessions.network')}</th>
                <th scope="col">{say('sessions.since')}</th>
                <th scope="col">{say('sessions.seen')}</th>
                <th scope="col">
                  <span className="dl-hidden">{say('col.action')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.data.map((session) => (
                <tr key={session.id}>
                  <td>
                    {session.client} {session.current && <Mark tone="on">{say('sessions.current')}</Mark>}{' '}
                    {session.concurrentUse && <Mark tone="gone">{say('sessions.concurrent')}</Mark>}
                  </td>
                  <td className="dl-number">{session.network}</td>
                  <td className="dl-number" data-label={say('sessions.since')}>
                    {dateTime(session.createdAt)}
                  </td>
                  <td className="dl-number" data-label={say('sessions.seen')}>
                    {dateTime(session.lastSeenAt)}
                  </td>
                  <td>
                    {!session.current && (
                      <Button
                        variant="default"
                        size="xs"
                        loading={end.isPending && end.variables === session.id}
                        onClick={() => end.mutate(session.id)}
                      >
                        {say('sessions.end')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
