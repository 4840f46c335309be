import { IconAlertTriangle } from '@tabler/icons-react';
import type { WindowNews } from '../../shared/protocol/window.ts';
import { type StringKey, say } from './strings/say.ts';
import classes from './window.module.css';

type Why = (WindowNews & { kind: 'ended' })['why'];

const words = {
  agent_ended: ['ended.title', 'ended.text'],
  no_entry: ['noEntry.title', 'noEntry.text'],
  unreachable: ['unreachable.title', 'unreachable.text'],
} as const satisfies Readonly<Record<Why, readonly [title: StringKey, text: StringKey]>>;

/** Nothing of what was shown before stays: it might not be true any more. */
export function Ended({ why }: { why: Why }) {
  const [title, text] = words[why];
  return (
    <main className={classes.frame}>
      <title>{`${say(title)} · ${say('product.name')}`}</title>
      <div className={classes.panel} role="alert">
        <div className={classes.row}>
          <IconAlertTriangle size={22} aria-hidden className={classes.icon} />
          <h1>{say(title)}</h1>
        </div>
        <p>{say(text)}</p>
      </div>
    </main>
  );
}
