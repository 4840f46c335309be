import { useId } from 'react';
import { type TimeName, timeNames } from '../../../shared/policy/differences.ts';
import { NEVER } from '../../../shared/policy/notice.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { NumberField } from '../frame/NumberField.tsx';
import { say } from '../strings/say.ts';
import classes from './collection.module.css';
import { type Draft, draftedTimes } from './draft.ts';
import { timeRanges } from './times.ts';
import type { EditTime } from './useDraft.ts';
import { timeRangeText, timeSentence } from './words.ts';

/** What holds for all parameters together: the times, each with what it means for people, and what no policy can switch on. */
export function PolicyTimes(props: { policy: PolicyDocument; draft: Draft; editable: boolean; onEdit: EditTime }) {
  const { policy, draft, editable, onEdit } = props;
  const times = draftedTimes(policy, draft);
  return (
    <section className="dl-panel" aria-labelledby="policy-times">
      <h2 id="policy-times">{say('times.title')}</h2>
      <ul className={classes.times}>
        {timeNames.map((name) => (
          <TimeRow
            key={name}
            name={name}
            value={times[name]}
            changed={draft.times[name] !== undefined}
            editable={editable}
            onEdit={onEdit}
          />
        ))}
        <li>{NEVER}</li>
      </ul>
    </section>
  );
}

function TimeRow(props: { name: TimeName; value: number; changed: boolean; editable: boolean; onEdit: EditTime }) {
  const { name, value, changed, editable, onEdit } = props;
  const id = useId();
  const { unit, perUnit, least, most } = timeRanges[name];
  return (
    <li className={changed ? classes.timeChanged : ''} data-time={name}>
      <div className={classes.time}>
        <div>
          <h3 id={`${id}-label`}>{say(`time.${name}`)}</h3>
          <p>{timeSentence(name, value)}</p>
          {editable && (
            <p id={`${id}-range`} className="dl-quiet dl-small">
              {timeRangeText(name)} {say(`time.more.${name}`)}
            </p>
          )}
        </div>
        {editable && (
          <NumberField
            aria-labelledby={`${id}-label`}
            aria-describedby={`${id}-range`}
            suffix={say(`unit.${unit}`)}
            digits={perUnit === 1 ? 0 : 2}
            value={value / perUnit}
            least={least / perUnit}
            most={most / perUnit}
            onChange={(entered) => onEdit(name, Math.round(entered * perUnit))}
          />
        )}
      </div>
    </li>
  );
}
