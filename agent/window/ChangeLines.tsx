import type { ChangeText } from '../../shared/policy/changeWords.ts';
import { changeWords } from '../strings/coming.ts';
import classes from './window.module.css';

/** What a policy changes, one change under the other, and what that means for the person. */
export function ChangeLines({ change: { lines, meaning } }: { change: ChangeText }) {
  return (
    <>
      {lines.length > 0 && (
        <ul className={classes.lines}>
          {lines.map((line) => (
            <li key={`${line.subject} ${line.text}`}>
              <strong>{line.subject}</strong> · {changeWords(line)}
            </li>
          ))}
        </ul>
      )}
      {meaning.map((line) => (
        <p key={line} className={classes.small}>
          {line}
        </p>
      ))}
    </>
  );
}
