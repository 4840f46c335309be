import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import { catalog } from '../../../shared/catalog.ts';
import type { ObjectionView } from '../../../shared/protocol/http/objections.ts';
import { nearTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './objections.module.css';

const tones = { pending: 'wait', upheld: 'on', refused: 'gone' } as const;

/** One objection: to what, since when, how it was answered, and on how many devices it is confirmed. */
export function ObjectionState({ objection, own }: { objection: ObjectionView; own: boolean }) {
  const now = useNow();
  const { parameter, state, since, grounds, answer, confirmed } = objection;
  return (
    <div className="dl-stack">
      <div className="dl-row">
        <h3>{catalog[parameter].label}</h3>
        <Mark tone={tones[state]}>{say(`objections.state.${state}`)}</Mark>
      </div>
      <p>
        {say('objections.since', { when: nearTime(since, now) })} {confirmedText(confirmed)}
      </p>
      {grounds !== null && grounds !== '' && <blockquote className={classes.words}>{grounds}</blockquote>}
      {answer !== null && (
        <div>
          <p className="dl-small dl-quiet">
            {say('objections.answered', {
              who: answer.byName ?? say('objections.someoneGone'),
              when: nearTime(answer.at, now),
            })}
          </p>
          {answer.words !== null && <blockquote className={classes.words}>{answer.words}</blockquote>}
          {answer.appeal !== null && <p>{answer.appeal}</p>}
        </div>
      )}
      {own && state === 'refused' && <p>{say('objections.refusedYou')}</p>}
    </div>
  );
}

/** Nothing is said to be off before its device has signed that. */
export function confirmedText({ devices, of }: ObjectionView['confirmed']): string {
  if (of === 0) return say('objections.noDevice');
  return say(devices < of ? 'objections.unconfirmed' : 'objections.confirmed', { devices, of: count('devices', of) });
}
