import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { clockTime, stopwatch } from '../strings/format.ts';
import { levelWord } from '../strings/level.ts';
import { say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import type { Transport } from './transport.ts';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

interface ScreenshotsProps {
  readonly status: AgentStatus;
  readonly transport: Transport;
  readonly ask: Ask;
}

/** What waits for its review, each with the time that is left, a look at it, and the way to drop it. */
export function Screenshots({ status: { screenshots, parameters }, transport, ask }: ScreenshotsProps) {
  if (screenshots.length === 0 && parameters.screenshot.terms === null) return null;
  return (
    <Panel title={say('pictures.title')} asks={screenshots.length > 0}>
      <p className={classes.quiet}>{say(screenshots.length === 0 ? 'pictures.none' : 'pictures.lead')}</p>
      {screenshots.length > 0 && (
        <ul className={classes.lines}>
          {screenshots.map((screenshot) => (
            <Waiting key={screenshot.image} screenshot={screenshot} transport={transport} ask={ask} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface WaitingProps {
  readonly screenshot: AgentStatus['screenshots'][number];
  readonly transport: Transport;
  readonly ask: Ask;
}

function Waiting({ screenshot, transport, ask }: WaitingProps) {
  const { image, at, level } = screenshot;
  const [isShown, setShown] = useState(false);
  const time = clockTime(at);
  return (
    <li className={classes.stack}>
      <div className={`${classes.row} ${classes.between}`}>
        <strong>{say('pictures.of', { time, level: levelWord(level) })}</strong>
        <span>
          <Fate screenshot={screenshot} />
        </span>
      </div>
      <div className={classes.row}>
        <Button
          variant="default"
          className={classes.grow}
          aria-expanded={isShown}
          aria-label={isShown ? undefined : say('pictures.showOf', { time })}
          onClick={() => setShown(!isShown)}
        >
          {say(isShown ? 'pictures.hide' : 'pictures.show')}
        </Button>
        <Button
          color="red"
          className={classes.grow}
          aria-label={say('pictures.dropOf', { time })}
          onClick={() => void ask({ command: 'drop_screenshot', image })}
        >
          {say('pictures.drop')}
        </Button>
      </div>
      {isShown && <Picture screenshot={screenshot} transport={transport} />}
    </li>
  );
}

/** What becomes of it if nothing is done. */
function Fate({ screenshot: { releaseAt, isHeldBack } }: Pick<WaitingProps, 'screenshot'>) {
  const left = releaseAt - useNow(SECOND);
  if (isHeldBack) return say('pictures.held');
  return left > 0 ? say('pictures.sentIn', { time: stopwatch(left) }) : say('pictures.sentNow');
}

type Drawn =
  | { readonly kind: 'asked' }
  | { readonly kind: 'here'; readonly address: string }
  | { readonly kind: 'refused'; readonly words: string };

/** The bytes that would be sent, from the agent's memory; they are in no file and no address of the network. */
function Picture({ screenshot: { image, at, width, height }, transport }: Omit<WaitingProps, 'ask'>) {
  const [drawn, setDrawn] = useState<Drawn>({ kind: 'asked' });
  useEffect(() => {
    let address: string | null = null;
    let isOpen = true;
    const draw = async (): Promise<Drawn> => {
      const answer = await transport.ask({ command: 'show_screenshot', image });
      if (!answer.ok) return { kind: 'refused', words: answer.problem };
      address = URL.createObjectURL(new Blob([bytesOf(answer.image ?? '')], { type: 'image/webp' }));
      const picture = new Image();
      picture.src = address;
      await picture.decode();
      return { kind: 'here', address };
    };
    const forget = (): void => {
      if (address !== null) URL.revokeObjectURL(address);
    };
    void draw()
      .catch((): Drawn => ({ kind: 'refused', words: say('pictures.notDrawn') }))
      .then((now) => (isOpen ? setDrawn(now) : forget()));
    return () => {
      isOpen = false;
      forget();
    };
  }, [transport, image]);
  if (drawn.kind === 'asked') return <p role="status">{say('frame.opening')}</p>;
  if (drawn.kind === 'refused') return <p role="alert">{drawn.words}</p>;
  return (
    <img
      className={classes.picture}
      src={drawn.address}
      width={width}
      height={height}
      alt={say('pictures.alt', { time: clockTime(at) })}
    />
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
