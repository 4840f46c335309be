import { type ReactNode, useId } from 'react';
import classes from './window.module.css';

interface PanelProps {
  readonly title: string;
  /** It waits for the person. */
  readonly asks?: boolean;
  /** Beside the title. */
  readonly state?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, asks = false, state, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`${classes.panel} ${asks ? classes.asks : ''}`} aria-labelledby={id}>
      <div className={`${classes.row} ${classes.between}`}>
        <h2 id={id}>{title}</h2>
        {state}
      </div>
      {children}
    </section>
  );
}
