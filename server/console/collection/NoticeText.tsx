import { type Notice, RETENTION } from '../../../shared/policy/notice.ts';
import { count, listed, say } from '../strings/say.ts';
import classes from './collection.module.css';
import { rolesText } from './words.ts';

/** What a notice says, of a policy in force as of one that is not published yet. */
export function NoticeText({ notice: { collected, notCollected, never } }: { notice: Omit<Notice, 'version'> }) {
  return (
    <>
      <section>
        <h2>{say('notice.collected')}</h2>
        {collected.length === 0 && <p>{say('notice.nothing')}</p>}
        {collected.map((line) => (
          <div key={line.parameter} className={classes.line}>
            <h3>{line.label}</h3>
            <p>{line.text}</p>
            <p className="dl-quiet dl-small">
              {say('notice.terms', {
                purpose: say(`purpose.${line.purpose}`),
                basis: say(`basis.${line.basis}`),
                days: count('days', line.retentionDays),
                viewers: rolesText(line.viewers),
              })}
            </p>
          </div>
        ))}
        {collected.length > 0 && <p>{RETENTION}</p>}
      </section>
      <section>
        <h2>{say('notice.notCollected')}</h2>
        <p>{notCollected.length === 0 ? say('notice.everything') : listed(notCollected.map(({ label }) => label))}</p>
      </section>
      <section>
        <h2>{say('notice.never')}</h2>
        <p>{never}</p>
      </section>
    </>
  );
}
