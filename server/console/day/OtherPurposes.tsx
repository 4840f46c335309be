import { Button } from '@mantine/core';
import { catalog, type Purpose } from '../../../shared/catalog.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { joined, say } from '../strings/say.ts';
import classes from './day.module.css';
import { otherPurposes } from './purposes.ts';

/** What was not read, because it is collected for something else; and the way to look for that as well. */
export function OtherPurposes({ absent, onAdd }: { absent: DayReport['absent']; onAdd: (purpose: Purpose) => void }) {
  const others = [...otherPurposes(absent)];
  if (others.length === 0) return null;
  return (
    <section className="dl-panel dl-noprint" aria-labelledby="others-heading">
      <h2 id="others-heading">{say('purpose.others')}</h2>
      <p className="dl-quiet dl-small">{say('purpose.othersText')}</p>
      <ul className={classes.purposes}>
        {others.map(([purpose, parameters]) => (
          <li key={purpose} className={classes.other}>
            <span>
              <strong>{say(`purpose.${purpose}`)}</strong>
              <br />
              <span className="dl-quiet dl-small">{joined(parameters.map((id) => catalog[id].label))}</span>
            </span>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={say('purpose.addFor', { purpose: say(`purpose.${purpose}`) })}
              onClick={() => onAdd(purpose)}
            >
              {say('purpose.add')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
