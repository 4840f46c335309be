import classes from './records.module.css';

/** One thing that is on record, in the words of whoever wrote it. */
export function Detail({ title, words }: { title: string; words: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd className={classes.words}>{words}</dd>
    </div>
  );
}
