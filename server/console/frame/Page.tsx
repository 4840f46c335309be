import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { say } from '../strings/say.ts';
import classes from './frame.module.css';

/** One page: what it is, what can be done, and its content. Arriving puts a screen reader on the heading. */
export function Page(props: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const { title, lead, actions, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${title} · ${say('product.name')}`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is the reason to move the focus
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [pathname]);
  return (
    <>
      <div className={classes.pageHead}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className="dl-row dl-noprint">{actions}</div>}
      </div>
      {children}
    </>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>;
}
