import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import { basisInWords } from '../../../shared/policy/basisInWords.ts';
import type { HoldView } from '../../../shared/protocol/http/holds.ts';
import { useHolds } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Empty } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import { Detail } from './Detail.tsx';
import { AnswerHold, type HoldAnswer, ProposeHold } from './HoldDialogs.tsx';
import { holdTones } from './holdTones.ts';
import { Register } from './Register.tsx';
import classes from './records.module.css';
import { useDecidedByTwo } from './useDecidedByTwo.ts';

/** What of whom must not be deleted for now, by whose leave, and to when. */
export function Holds() {
  const read = useHolds();
  const [adding, add] = useState(false);
  return (
    <Register
      title={say('holds.title')}
      lead={say('holds.lead')}
      add={say('holds.add')}
      onAdd={() => add(true)}
      read={read}
    >
      {(data) => (
        <>
          {data.holds.length === 0 && <Empty>{say('holds.none')}</Empty>}
          {data.holds.toReversed().map((one) => (
            <One key={one.number} hold={one} revision={data.revision} />
          ))}
          <ProposeHold key={data.revision} revision={data.revision} opened={adding} onClose={() => add(false)} />
        </>
      )}
    </Register>
  );
}

function One({ hold, revision }: { hold: HoldView; revision: number }) {
  const { number, person, parameters, from, to, why, authority, until, state, holdsFrom } = hold;
  const me = useMe();
  const nameOf = useNames();
  const [answer, setAnswer] = useState<HoldAnswer | null>(null);
  const waits = state === 'refused' ? '' : say('holds.waits');
  const byItself = say('holds.byItself', { when: holdsFrom === null ? '' : dateTime(holdsFrom) });
  const decided = useDecidedByTwo({ ...hold, countsFrom: holdsFrom }, { waits, byItself });
  const heading = `hold-${number}`;
  const name = nameOf(person) ?? say('author.someone');
  const data = listed(parameters.map((id) => catalog[id].label));
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading}>{name}</h2>
        <div className="dl-row">
          {answersTo(hold, me.person.id).map((one) => (
            <Button key={one} variant="default" onClick={() => setAnswer(one)}>
              {say(`holds.${one}`)}
              <span className="dl-hidden"> {name}</span>
            </Button>
          ))}
        </div>
      </div>
      <div>
        <Mark tone={holdTones[state]}>{say(`holds.state.${state}`)}</Mark>
      </div>
      <p className="dl-quiet dl-small">{decided}</p>
      <dl className={classes.details}>
        <Detail title={say('holds.data')} words={say('disclosures.range', { data, from, to })} />
        <Detail title={say('holds.why')} words={why} />
        <Detail title={say('holds.authority')} words={basisInWords(authority)} />
        <Detail title={say('holds.until')} words={longDay(until)} />
      </dl>
      {answer !== null && (
        <AnswerHold key={answer} answer={answer} number={number} revision={revision} onClose={() => setAnswer(null)} />
      )}
    </section>
  );
}

function answersTo({ state, proposedBy }: HoldView, me: string): readonly HoldAnswer[] {
  if (state === 'holds') return ['released'];
  if (state !== 'proposed') return [];
  return proposedBy === me ? ['refused'] : ['approved', 'refused'];
}
