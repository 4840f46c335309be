import { Button, Modal, UnstyledButton } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import type { DayReport } from '../../../shared/protocol/http.ts';
import { addressOf } from '../api/client.ts';
import { clockTime, exactTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './day.module.css';
import type { ReadPurposeName } from './purposes.ts';

/** Pictures in the order of the day. A picture is fetched when it comes into view, and each fetch is recorded. */
export function Screenshots({ report, purpose }: { report: DayReport; purpose: ReadPurposeName }) {
  const [open, setOpen] = useState<number | null>(null);
  const { screenshots } = report;
  const sourceOf = (image: string) =>
    addressOf('screenshot', { params: { person: report.person.id, image }, query: { purpose } });
  const current = open === null ? undefined : screenshots[open];
  const step = (by: -1 | 1) =>
    setOpen((at) => (at === null ? at : Math.min(screenshots.length - 1, Math.max(0, at + by))));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') step(-1);
    if (event.key === 'ArrowRight') step(1);
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="images-heading">
      <div>
        <h2 id="images-heading">{count('images', screenshots.length)}</h2>
        <p className="dl-quiet dl-small">{say(purpose === 'own_data' ? 'images.own' : 'images.recorded')}</p>
      </div>
      <ul className={classes.shots}>
        {screenshots.map(({ at, image, level, width, height }, index) => (
          <li key={image}>
            <UnstyledButton className={classes.shot} onClick={() => setOpen(index)}>
              <img src={sourceOf(image)} alt={altOf(at, level)} loading="lazy" width={width} height={height} />
              <span className="dl-small dl-number">
                {clockTime(at)} <span className="dl-quiet">{say(`level.${level}`)}</span>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <Modal
        opened={current !== undefined}
        onClose={() => setOpen(null)}
        title={
          current === undefined
            ? ''
            : say('images.at', { time: exactTime(current.at), position: (open ?? 0) + 1, all: screenshots.length })
        }
        size="80rem"
        lockScroll={false}
        onKeyDown={onKeyDown}
        closeButtonProps={{ 'aria-label': say('action.close') }}
      >
        {current !== undefined && (
          <div className={`${classes.viewer} dl-stack`}>
            <img
              src={sourceOf(current.image)}
              alt={altOf(current.at, current.level)}
              width={current.width}
              height={current.height}
            />
            <div className="dl-row dl-between">
              <Button
                variant="default"
                leftSection={<IconChevronLeft size={16} aria-hidden />}
                disabled={open === 0}
                onClick={() => step(-1)}
              >
                {say('images.before')}
              </Button>
              <span className="dl-quiet dl-small">{say('images.keys')}</span>
              <Button
                variant="default"
                rightSection={<IconChevronRight size={16} aria-hidden />}
                disabled={open === screenshots.length - 1}
                onClick={() => step(1)}
              >
                {say('images.after')}
              </Button>
            </div>
          </div>
        )}
      </Modal>
    </section>
  );
}

function altOf(at: number, level: 'blurred' | 'full'): string {
  return say('images.alt', { time: clockTime(at), level: say(`level.${level}`) });
}
