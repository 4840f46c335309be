import { IconAlertTriangle } from '@tabler/icons-react';
import { say } from '../strings/say.ts';
import { type LastNews, lastWords } from './lastWords.ts';
import classes from './window.module.css';

/** Nothing of what was shown before stays: it might not be true any more. */
export function Ended({ news }: { news: LastNews }) {
  const [title, ...text] = lastWords(news);
  return (
    <main className={classes.frame}>
      <title>{`${title} · ${say('product.name')}`}</title>
      <div className={classes.panel} role="alert">
        <div className={classes.row}>
          <IconAlertTriangle size={22} aria-hidden className={classes.icon} />
          <h1>{title}</h1>
        </div>
        {text.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </main>
  );
}
