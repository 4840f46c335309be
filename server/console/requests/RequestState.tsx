import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { dateTime, longDay, nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './requests.module.css';
import { askedFor } from './requestWords.ts';

const tones = {
  awaiting_person: 'wait',
  awaiting_device: 'wait',
  awaiting_time: 'wait',
  open: 'on',
  ready: 'on',
  over: 'off',
  fulfilled: 'on',
  refused: 'gone',
  withdrawn: 'off',
} as const;

/** One request: what is asked and in which words, where it stands, until when it must be answered, and how it was. */
export function RequestState({ request, own }: { request: RequestView; own: boolean }) {
  const now = useNow();
  const { state, content, filedAt, isOverdue, received, proof, doubts, extension, withdrawn } = request;
  return (
    <div className="dl-stack">
      <div className="dl-row">
        <h3>{askedFor(content)}</h3>
        {isOverdue ? (
          <Mark tone="gone">{say('requests.overdue')}</Mark>
        ) : (
          <Mark tone={tones[state]}>{say(`requests.state.${state}`)}</Mark>
        )}
      </div>
      <p>
        {say('requests.filed', { when: nearTime(filedAt, now) })} <Clock request={request} own={own} />
      </p>
      {content.words !== '' && <blockquote className={classes.words}>{content.words}</blockquote>}
      <Representation request={request} />
      {received !== null && (
        <Said
          head={say(`requests.received.${received.through}`, { who: nameOf(received.byName) })}
          words={received.words}
        />
      )}
      {proof?.kind === 'in_person' && (
        <Said
          head={say(`requests.check.${proof.how}`, { who: nameOf(proof.byName), when: dateTime(proof.at) })}
          words={proof.words}
        />
      )}
      {doubts.map(({ at, device }) => (
        <p key={device}>
          {say(own ? 'requests.doubtedYours' : 'requests.doubted', { device: device.slice(0, 8), when: dateTime(at) })}
        </p>
      ))}
      {extension !== null && (
        <Said
          head={say('requests.extended', { who: nameOf(extension.byName), when: dateTime(extension.at) })}
          words={extension.words}
        />
      )}
      <Answer request={request} />
      {withdrawn !== null && <p className="dl-quiet">{say(howWithdrawn(request), { when: dateTime(withdrawn.at) })}</p>}
    </div>
  );
}

function howWithdrawn({ withdrawn, content, proof }: RequestView) {
  if (withdrawn !== null && withdrawn.device !== null) return 'requests.withdrawnThere';
  return content.kind === 'copy' && proof?.kind === 'device' ? 'requests.withdrawnCopy' : 'requests.withdrawnHere';
}

/** From when it counts and until when it must be answered; before that, what it waits for. */
function Clock({ request, own }: { request: RequestView; own: boolean }) {
  const { state, countsFrom, openUntil, due, isOverdue, proof } = request;
  if (state === 'awaiting_person') return say(own ? 'requests.needsYou' : 'requests.needsPerson');
  if (state === 'awaiting_device') return say(own ? 'requests.needsYourDevice' : 'requests.needsDevice');
  if (countsFrom === null) return null;
  const when = dateTime(countsFrom);
  if (state === 'awaiting_time') {
    const enrolledAt = proof?.kind === 'device' ? proof.enrolledAt : null;
    if (enrolledAt === null) return say('requests.needsTime', { when });
    return say('requests.needsTimeSaid', { enrolled: dateTime(enrolledAt), when });
  }
  if (openUntil !== null && state === 'ready') return say('requests.ready', { when: dateTime(openUntil) });
  if (openUntil !== null && state === 'over') return say('requests.wasReady', { when: dateTime(openUntil) });
  if (state !== 'open' || due === null) return null;
  const counted = say('requests.counted', { when });
  return `${counted} ${say(isOverdue ? 'requests.wasDue' : 'requests.due', { day: longDay(due) })}`;
}

function Representation({ request: { representation } }: { request: RequestView }) {
  if (representation === null) return null;
  const { byName, representative } = representation;
  const { name, reference, words } = representative;
  return <Said head={say('requests.represented', { who: nameOf(byName), name, reference })} words={words} />;
}

function Answer({ request: { answer } }: { request: RequestView }) {
  if (answer === null) return null;
  const { kind, byName, at, words } = answer;
  return (
    <>
      <Said head={say(`requests.answered.${kind}`, { who: nameOf(byName), when: dateTime(at) })} words={words} />
      {kind === 'refused' && (
        <>
          <p>{say('requests.because', { reason: say(`requests.reason.${answer.reason}`) })}</p>
          <p>{answer.appeal}</p>
        </>
      )}
    </>
  );
}

function Said({ head, words }: { head: string; words: string }) {
  return (
    <div>
      <p className="dl-small dl-quiet">{head}</p>
      <blockquote className={classes.words}>{words}</blockquote>
    </div>
  );
}

function nameOf(name: string | null): string {
  return name ?? say('requests.someoneGone');
}
