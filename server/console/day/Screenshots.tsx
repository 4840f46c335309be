import { UnstyledButton } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import { useState } from 'react';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { clockTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './day.module.css';
import { appAt } from './moment.ts';
import type { ReadPurposeName } from './purposes.ts';
import { ScreenshotViewer } from './ScreenshotViewer.tsx';
import { labelText } from './tones.ts';

/**
 * The moments at which pictures were taken, in the order of the day. A picture is fetched when somebody opens it, and not
 * before: each look is recorded, and nobody's screen is fetched only because a page was scrolled.
 */
export function Screenshots({ report, purposes }: { report: DayReport; purposes: readonly ReadPurposeName[] }) {
  const [open, setOpen] = useState<number | null>(null);
  const { screenshots } = report;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="images-heading">
      <div>
        <h2 id="images-heading">{count('images', screenshots.length)}</h2>
        <p className="dl-quiet dl-small">{say(purposes.includes('own_data') ? 'images.own' : 'images.recorded')}</p>
      </div>
      <ul className={classes.shots}>
        {screenshots.map((shot, index) => {
          const app = appAt(report, shot.at);
          return (
            <li key={shot.image}>
              <UnstyledButton className={classes.shot} onClick={() => setOpen(index)} aria-haspopup="dialog">
                <IconPhoto size={22} stroke={1.5} aria-hidden />
                <span>
                  <span className="dl-hidden">{say('images.open')} </span>
                  <strong className="dl-number">{clockTime(shot.at)}</strong>{' '}
                  <span className="dl-quiet dl-small">
                    {say(`level.${shot.level}`)}
                    {app !== null && ` · ${labelText(app)}`}
                  </span>
                </span>
              </UnstyledButton>
            </li>
          );
        })}
      </ul>
      <ScreenshotViewer report={report} purposes={purposes} open={open} onOpen={setOpen} />
    </section>
  );
}
