import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import { catalog } from '../../../shared/catalog.ts';
import type { RestrictionView } from '../../../shared/protocol/http/restrictions.ts';
import { confirmedText } from '../objections/ObjectionState.tsx';
import classes from '../objections/objections.module.css';
import { dateTime, nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** One restriction: of what, since when, on which ground, and whether it is to be lifted. */
export function RestrictionState({ restriction }: { restriction: RestrictionView }) {
  const now = useNow();
  const { parameter, since, ground, words, lift, confirmed } = restriction;
  return (
    <div className="dl-stack">
      <div className="dl-row">
        <h3>{catalog[parameter].label}</h3>
        {lift === null ? (
          <Mark tone="private">{say('restrictions.holds')}</Mark>
        ) : (
          <Mark tone="wait">{say('restrictions.toBeLifted')}</Mark>
        )}
      </div>
      <p>
        {say('restrictions.since', { when: nearTime(since, now) })} {confirmedText(confirmed)}
      </p>
      <p className="dl-quiet">{say(`restrictions.ground.${ground}`)}</p>
      {words !== '' && <blockquote className={classes.words}>{words}</blockquote>}
      {lift !== null && (
        <div>
          <p className="dl-small dl-quiet">
            {say('restrictions.told', {
              who: lift.byName ?? say('objections.someoneGone'),
              when: nearTime(lift.toldAt, now),
            })}
          </p>
          <blockquote className={classes.words}>{lift.words}</blockquote>
          <p>{lift.appeal}</p>
          <p>
            {lift.readAt !== null && say('restrictions.read', { when: nearTime(lift.readAt, now) })}{' '}
            {say('restrictions.from', { when: dateTime(lift.from) })}
          </p>
        </div>
      )}
    </div>
  );
}
