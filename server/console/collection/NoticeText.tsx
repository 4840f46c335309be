import type { Notice } from '../../../shared/policy/notice.ts';
import { english } from '../../../shared/policy/phrases/en.ts';
import { listed } from '../strings/say.ts';
import classes from './collection.module.css';

interface NoticeTextProps {
  readonly notice: Omit<Notice, 'version'>;
  /** Left out: the master's, for a policy that is not published yet. */
  readonly headings?: Readonly<Record<'collected' | 'nothing' | 'notCollected' | 'everything' | 'never', string>>;
}

/** What a notice says, of a policy in force as of one that is not published yet. */
export function NoticeText({ notice, headings = english.headings }: NoticeTextProps) {
  const { collected, notCollected, never, retention } = notice;
  return (
    <>
      <section>
        <h2>{headings.collected}</h2>
        {collected.length === 0 && <p>{headings.nothing}</p>}
        {collected.map((line) => (
          <div key={line.parameter} className={classes.line}>
            <h3>{line.label}</h3>
            <p>{line.text}</p>
            <p className="dl-quiet dl-small">{line.terms}</p>
          </div>
        ))}
        {retention !== '' && <p>{retention}</p>}
      </section>
      <section>
        <h2>{headings.notCollected}</h2>
        <p>{notCollected.length === 0 ? headings.everything : listed(notCollected.map(({ label }) => label))}</p>
      </section>
      <section>
        <h2>{headings.never}</h2>
        <p>{never}</p>
      </section>
    </>
  );
}
