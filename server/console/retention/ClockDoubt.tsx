import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ClockView } from '../../../shared/protocol/http/retention.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useClock } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { DialogForm } from '../frame/DialogForm.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Above every page of whoever can do something about it, as long as the clock is in doubt. */
export function ClockBanner() {
  const { person } = useMe();
  const clock = useClock(may.seeRetention(person.role));
  if (clock.data === undefined || clock.data.state === 'right') return null;
  return (
    <Note tone="gone">
      <p>
        <strong>{say('clock.doubted')}</strong> <Link to="/retention">{say('clock.look')}</Link>
      </p>
    </Note>
  );
}

/** What the clock says, what it should say, and saying that it is right. */
export function ClockDoubt({ clock }: { clock: ClockView }) {
  const { person } = useMe();
  const [asking, ask] = useState(false);
  const { state, now, expected } = clock;
  const times = { now: dateTime(now), expected: expected === null ? '' : dateTime(expected) };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="clock-heading">
      <h2 id="clock-heading">{say('clock.title')}</h2>
      <p>{say(state === 'behind' ? 'clock.behind' : 'clock.ahead', times)}</p>
      <p>{say('clock.waits')}</p>
      {may.releaseClock(person.role) ? (
        <div className="dl-row">
          <Button onClick={() => ask(true)}>{say('clock.right')}</Button>
        </div>
      ) : (
        <p>{say('clock.others')}</p>
      )}
      <Release opened={asking} now={times.now} onClose={() => ask(false)} />
    </section>
  );
}

function Release({ opened, now, onClose }: { opened: boolean; now: string; onClose: () => void }) {
  const fields = useProofFields();
  const send = fields.isWhole ? () => call('releaseClock', { body: fields.body }).finally(fields.clear) : null;
  return (
    <DialogForm
      title={say('clock.rightTitle')}
      button={say('clock.right')}
      opened={opened}
      onClose={onClose}
      send={send}
      stale={[keys.clock, keys.retention]}
    >
      {() => (
        <>
          <p>{say('clock.rightText', { now })}</p>
          <p>{say('clock.rightGone')}</p>
          <Proof fields={fields} error={null} />
        </>
      )}
    </DialogForm>
  );
}
