import { Button, Modal } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { addressOf } from '../api/client.ts';
import { usePolicy } from '../api/reads.ts';
import { EraseDialog } from '../erasing/EraseDialog.tsx';
import { Note } from '../frame/Note.tsx';
import { clockTime, exactTime } from '../strings/format.ts';
import { joined, say } from '../strings/say.ts';
import classes from './day.module.css';
import { appAt, placeByKey } from './moment.ts';
import { purposesInQuery, type ReadPurposeName } from './purposes.ts';
import { labelText } from './tones.ts';

/** One picture at a time, by mouse or keyboard. Only the picture that is shown is fetched. */
export function ScreenshotViewer(props: {
  report: DayReport;
  purposes: readonly ReadPurposeName[];
  /** Which of the day's pictures; null while it is closed. */
  open: number | null;
  onOpen: (place: number | null) => void;
}) {
  const { report, purposes, open, onOpen } = props;
  const { screenshots } = report;
  const shot = open === null ? undefined : screenshots[open];
  const onKeyDown = (event: KeyboardEvent) => {
    const place = open === null ? null : placeByKey(event.key, open, screenshots.length);
    if (place === null) return;
    event.preventDefault();
    onOpen(place);
  };
  return (
    <Modal
      opened={shot !== undefined}
      onClose={() => onOpen(null)}
      title={
        shot === undefined
          ? ''
          : say('images.at', { time: exactTime(shot.at), position: (open ?? 0) + 1, all: screenshots.length })
      }
      size="80rem"
      lockScroll={false}
      onKeyDown={onKeyDown}
      closeButtonProps={{ 'aria-label': say('action.close') }}
    >
      {shot !== undefined && open !== null && (
        <div className={`${classes.viewer} dl-stack`}>
          <Picture key={shot.image} report={report} shot={shot} purposes={purposes} onErased={() => onOpen(null)} />
          <div className="dl-row dl-between">
            {/* Not `disabled`: a disabled button loses the keyboard. */}
            <Button
              variant="default"
              leftSection={<IconChevronLeft size={16} aria-hidden />}
              aria-disabled={open === 0}
              onClick={() => onOpen(Math.max(0, open - 1))}
            >
              {say('images.before')}
            </Button>
            <span className={`${classes.keys} dl-quiet dl-small`}>{say('images.keys')}</span>
            <Button
              variant="default"
              rightSection={<IconChevronRight size={16} aria-hidden />}
              aria-disabled={open === screenshots.length - 1}
              onClick={() => onOpen(Math.min(screenshots.length - 1, open + 1))}
            >
              {say('images.after')}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}

type Shot = DayReport['screenshots'][number];

/** The picture, or that it is gone; and what is known of the moment. */
function Picture(props: { report: DayReport; shot: Shot; purposes: readonly ReadPurposeName[]; onErased: () => void }) {
  const { report, shot, purposes, onErased } = props;
  const [state, setState] = useState<'loading' | 'shown' | 'gone'>('loading');
  const [attempt, setAttempt] = useState(0);
  const params = { person: report.person.id, image: shot.image };
  const app = appAt(report, shot.at);
  return (
    <>
      {state === 'gone' ? (
        <Note tone="gone">
          <p>
            <strong>{say('images.gone')}</strong>
          </p>
          <p>{say('images.goneWhy')}</p>
          <div className="dl-row">
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                setState('loading');
                setAttempt(attempt + 1);
              }}
            >
              {say('action.tryAgain')}
            </Button>
          </div>
        </Note>
      ) : (
        <img
          key={attempt}
          src={addressOf('screenshot', { params, query: { purpose: purposesInQuery(purposes) } })}
          alt={say('images.alt', { time: clockTime(shot.at), level: say(`level.${shot.level}`) })}
          width={shot.width}
          height={shot.height}
          onLoad={() => setState('shown')}
          onError={() => setState('gone')}
        />
      )}
      <p className="dl-quiet dl-small" aria-live="polite">
        {state === 'loading' && `${say('state.loading')}. `}
        {say(`level.${shot.level}`)}
        {app !== null && ` · ${say('images.app', { app: labelText(app) })}`}
      </p>
      <Viewers own={purposes.includes('own_data')} name={report.person.name} />
      {purposes.includes('own_data') && <EraseImage image={shot.image} onErased={onErased} />}
    </>
  );
}

/** A picture of oneself, gone before its time. */
function EraseImage({ image, onErased }: { image: Shot['image']; onErased: () => void }) {
  const [opened, open] = useState(false);
  return (
    <div>
      <Button variant="default" onClick={() => open(true)}>
        {say('erase.image')}
      </Button>
      <EraseDialog
        target={{ kind: 'screenshot', image }}
        opened={opened}
        onClose={() => open(false)}
        onErased={onErased}
      />
    </div>
  );
}

/** Who may see this picture beside the one who is looking. */
function Viewers({ own, name }: { own: boolean; name: string }) {
  const policy = usePolicy();
  if (policy.data === undefined) return null;
  const { viewers } = policy.data.policy.parameters.screenshot;
  const roles = joined(viewers.map((role) => say(`roleNamed.${role}`)));
  const who = roles === '' ? say('viewers.none') : roles;
  return (
    <p className="dl-quiet dl-small">{own ? say('images.seenOwn', { who }) : say('images.seen', { who, name })}</p>
  );
}
