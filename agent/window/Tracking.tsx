import { Button, Textarea, TextInput } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { type SyntheticEvent, useLayoutEffect, useRef, useState } from 'react';
import { Mark, type Tone } from '../../look/Mark.tsx';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { workedToday } from '../../shared/worked.ts';
import { clockTime, duration, stopwatch } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { NOTE_LENGTH, noteRoom, whyNoNotes } from './note.ts';
import { Panel } from './Panel.tsx';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

const tones: Readonly<Record<AgentStatus['state'], Tone>> = {
  stopped: 'off',
  tracking: 'on',
  paused: 'wait',
  locked: 'wait',
  idle_question: 'wait',
};

interface TrackingProps {
  readonly status: AgentStatus;
  readonly ask: Ask;
}

/** The timer, start and stop, project and task, pause, note. */
export function Tracking({ status, ask }: TrackingProps) {
  const { state } = status;
  return (
    <Panel title={say('tracking.title')} state={<Mark tone={tones[state]}>{say(`state.${state}`)}</Mark>}>
      {state === 'stopped' ? <p>{say('tracking.nothing')}</p> : <Timer status={status} />}
      <Today status={status} />
      <WorkForm status={status} ask={ask} />
      <NoteForm status={status} ask={ask} />
    </Panel>
  );
}

function Timer({ status: { since, haltedSince, work, state } }: { status: AgentStatus }) {
  const now = useNow(SECOND);
  if (since === null) return null;
  const { project, task } = work;
  const where =
    project === null ? say('tracking.noProject') : task === null ? project : say('tracking.work', { project, task });
  return (
    <div>
      <p className={classes.timer} data-state={state}>
        {stopwatch(now - since)}
      </p>
      <p className={classes.quiet}>
        {say('tracking.sinceWork', { since: say('tracking.since', { time: clockTime(since) }), work: where })}
      </p>
      {haltedSince !== null && (
        <p>
          {say(state === 'locked' ? 'tracking.lockedSince' : 'tracking.pausedSince', { time: clockTime(haltedSince) })}
        </p>
      )}
    </div>
  );
}

/** Of all sessions of this computer since midnight. */
function Today({ status: { worked } }: { status: AgentStatus }) {
  const now = useNow(SECOND);
  return <p className={classes.quiet}>{say('tracking.today', { time: duration(workedToday(worked, now)) })}</p>;
}

/** Shows what the agent has, until the person types something else. */
function WorkForm({ status: { state, work }, ask }: TrackingProps) {
  const [typed, setTyped] = useState<{ project: string; task: string } | null>(null);
  const known = { project: work.project ?? '', task: work.task ?? '' };
  const { project, task } = typed ?? known;
  const isStopped = state === 'stopped';
  const isChanged = project.trim() !== known.project || task.trim() !== known.task;
  const buttons = useRef<HTMLDivElement>(null);
  const wasPressed = useRef(false);
  const press: Ask = (request) => {
    wasPressed.current = true;
    return ask(request);
  };
  // What was pressed goes, and other buttons come. The keyboard waits before them: a key held too long must not press the next.
  useLayoutEffect(() => {
    if (wasPressed.current && document.activeElement === document.body) buttons.current?.focus();
    wasPressed.current = false;
  }, [state, isChanged]);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const chosen = { project: project.trim() || null, task: task.trim() || null };
    // What has been typed since the press is the person's, and stays.
    if (await press({ command: isStopped ? 'start' : 'project', ...chosen }))
      setTyped((now) => (now === typed ? null : now));
  };
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.stack} autoComplete="off">
      <div className={classes.fields}>
        <TextInput
          label={say('tracking.project')}
          value={project}
          maxLength={200}
          onChange={(event) => setTyped({ project: event.currentTarget.value, task })}
        />
        <TextInput
          label={say('tracking.task')}
          value={task}
          maxLength={200}
          onChange={(event) => setTyped({ project, task: event.currentTarget.value })}
        />
      </div>
      <div ref={buttons} role="group" aria-label={say('tracking.title')} tabIndex={-1} className={classes.row}>
        {isStopped && (
          <Button type="submit" leftSection={<IconPlayerPlay size={17} aria-hidden />} className={classes.grow}>
            {say('tracking.start')}
          </Button>
        )}
        {!isStopped && isChanged && (
          <Button type="submit" className={classes.grow}>
            {say('tracking.change')}
          </Button>
        )}
        {!isStopped && <Controls state={state} ask={press} />}
      </div>
    </form>
  );
}

function Controls({ state, ask }: { state: AgentStatus['state']; ask: Ask }) {
  return (
    <>
      {state === 'paused' ? (
        <Button
          className={classes.grow}
          leftSection={<IconPlayerPlay size={17} aria-hidden />}
          onClick={() => void ask({ command: 'resume' })}
        >
          {say('tracking.resume')}
        </Button>
      ) : (
        <Button
          className={classes.grow}
          variant="default"
          leftSection={<IconPlayerPause size={17} aria-hidden />}
          onClick={() => void ask({ command: 'pause' })}
        >
          {say('tracking.pause')}
        </Button>
      )}
      <Button
        className={classes.grow}
        variant="default"
        leftSection={<IconPlayerStop size={17} aria-hidden />}
        onClick={() => void ask({ command: 'stop' })}
      >
        {say('tracking.stop')}
      </Button>
    </>
  );
}

/** Between two sessions, or while notes are off, only what was typed before: it is the person's, and can be kept once it may be. */
function NoteForm({ status, ask }: TrackingProps) {
  const [text, setText] = useState('');
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await ask({ command: 'note', text: text.trim() })) setText((now) => without(now, text));
  };
  const whyNot = whyNoNotes(status);
  const why = whyNot !== null && <p className={`${classes.quiet} ${classes.small}`}>{whyNot}</p>;
  if (text === '' && (status.state === 'stopped' || whyNot !== null)) return why;
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.stack}>
      <Textarea
        label={say('tracking.note')}
        placeholder={say('tracking.notePlaceholder')}
        description={noteRoom(text)}
        rows={2}
        maxLength={NOTE_LENGTH}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {why}
      {whyNot === null && text.trim() !== '' && (
        <Button type="submit" variant="default">
          {say('tracking.keepNote')}
        </Button>
      )}
    </form>
  );
}

/** What was typed behind the text while it was being kept. */
function without(now: string, text: string): string {
  return now.startsWith(text) ? now.slice(text.length).trimStart() : now;
}
