import { type ReactNode, useEffect } from 'react';
import { say } from '../strings/say.ts';
import classes from './entry.module.css';

/** The page of someone who is not, or not wholly, signed in. */
export function Entrance({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${say('product.name')}`;
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <div className={classes.brand}>
          <img src="/daylight.svg" alt="" />
          {say('product.name')}
        </div>
        <section className="dl-panel dl-stack">
          <div>
            <h1>{title}</h1>
            {lead !== undefined && <p className={`${classes.lead} dl-quiet`}>{lead}</p>}
          </div>
          {children}
        </section>
      </div>
    </main>
  );
}
