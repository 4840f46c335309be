import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { AgentStatus, FirstUseView } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { howToStop } from '../strings/firstUse.ts';
import { levelWord } from '../strings/level.ts';
import { say } from '../strings/say.ts';
import { termsWords } from '../strings/terms.ts';
import { Panel } from './Panel.tsx';
import type { Transport } from './transport.ts';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

interface FirstUseProps {
  readonly status: AgentStatus;
  readonly transport: Transport;
  readonly ask: Ask;
}

/** What is recorded here for the first time: most of it begins when this page has really shown it, and stays readable until it is closed. */
export function FirstUse({ status, transport, ask }: FirstUseProps) {
  const { firstUse: waiting, parameters } = status;
  const [begun, setBegun] = useState<readonly FirstUseView[]>([]);
  const met = useRef<readonly FirstUseView[]>([]);
  // Whoever showed it, a terminal perhaps: what was to be read here is not taken away.
  useEffect(() => {
    const left = met.current.filter(({ parameter }) => !waiting.some((one) => one.parameter === parameter));
    const records = left.filter(
      ({ parameter, level }) => parameters[parameter].active && parameters[parameter].level === level,
    );
    met.current = [...left.filter((one) => !records.includes(one)), ...waiting];
    if (records.length > 0) setBegun((before) => together(before, records));
  }, [waiting, parameters]);
  const read = begun.filter(({ parameter }) => !waiting.some((one) => one.parameter === parameter));
  if (waiting.length + read.length === 0) return null;
  const shown = async (view: FirstUseView): Promise<void> => {
    const { parameter, shown: digest } = view;
    const answer = await transport.ask({ command: 'first_use', parameter, shown: digest, how: 'shown' });
    if (answer.ok) setBegun((before) => together(before, [view]));
  };
  return (
    <Panel title={say('firstUse.title')} asks={waiting.length > 0}>
      <p className={classes.small} role="status">
        {say('firstUse.lead')}
      </p>
      {waiting.map((view) => (
        <Waiting key={view.shown} view={view} onShown={() => void shown(view)} ask={ask} />
      ))}
      {read.map((view) => (
        <section key={view.shown} className={classes.stack} aria-label={view.label}>
          <Words view={view} />
          <p className={classes.small}>{say('firstUse.begins')}</p>
        </section>
      ))}
      {read.length > 0 && (
        <Button variant="default" onClick={() => setBegun([])}>
          {say('firstUse.close')}
        </Button>
      )}
    </Panel>
  );
}

function together(before: readonly FirstUseView[], now: readonly FirstUseView[]): readonly FirstUseView[] {
  return [...before.filter((one) => !now.some(({ parameter }) => parameter === one.parameter)), ...now];
}

interface WaitingProps {
  readonly view: FirstUseView;
  readonly onShown: () => void;
  readonly ask: Ask;
}

function Waiting({ view, onShown, ask }: WaitingProps) {
  const place = useRef<HTMLElement>(null);
  const told = useRef(onShown);
  told.current = onShown;
  const { parameter, label, shown, needs } = view;
  useEffect(() => {
    const element = place.current;
    if (needs !== 'shown' || element === null) return undefined;
    return whenInSight(element, () => told.current());
  }, [needs]);
  return (
    <section ref={place} className={classes.stack} aria-label={label}>
      <Words view={view} />
      {needs === 'seen' && (
        <Button variant="default" onClick={() => void ask({ command: 'first_use', parameter, shown, how: 'seen' })}>
          {say('firstUse.seen')}
        </Button>
      )}
      {needs === 'shown' && <p className={classes.small}>{say('firstUse.off')}</p>}
    </section>
  );
}

function Words({ view }: { view: FirstUseView }) {
  const { label, level, text, terms } = view;
  return (
    <>
      <strong>{say('recording.level', { name: label, level: levelWord(level) })}</strong>
      <p>{text}</p>
      <p className={`${classes.quiet} ${classes.small}`}>{termsWords(terms)}</p>
      <p className={`${classes.quiet} ${classes.small}`}>{howToStop(view)}</p>
    </>
  );
}

/** What only flashes by has been shown to nobody. */
const IN_SIGHT_MS = SECOND;

/** Calls back once when most of it was on the screen for a moment, in a page that can be seen; returns how to stop waiting. */
function whenInSight(element: Element, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isThere = false;
  const look = (): void => {
    clearTimeout(timer);
    if (isThere && document.visibilityState === 'visible') timer = setTimeout(callback, IN_SIGHT_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      isThere = entries.at(-1)?.isIntersecting === true;
      look();
    },
    { threshold: 0.6 },
  );
  observer.observe(element);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', look);
  };
}
