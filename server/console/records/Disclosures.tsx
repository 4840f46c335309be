import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark, type Tone } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import { basisInWords } from '../../../shared/policy/basisInWords.ts';
import type { DisclosureView } from '../../../shared/protocol/http/disclosures.ts';
import { addressOf } from '../api/client.ts';
import { useDisclosures } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Empty } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import { Detail } from './Detail.tsx';
import { AnswerDisclosure, type DisclosureAnswer, ProposeDisclosure } from './DisclosureDialogs.tsx';
import { Register } from './Register.tsx';
import classes from './records.module.css';
import { useDecidedByTwo } from './useDecidedByTwo.ts';

/** To whom data of people was given, by whose leave, and whether those people are told. */
export function Disclosures() {
  const read = useDisclosures();
  const [adding, add] = useState(false);
  return (
    <Register
      title={say('disclosures.title')}
      lead={say('disclosures.lead')}
      add={say('disclosures.add')}
      onAdd={() => add(true)}
      read={read}
    >
      {(data) => (
        <>
          <div className="dl-row">
            <Button component="a" variant="default" href={addressOf('disclosuresPage', {})} download>
              {say('records.page')}
            </Button>
            <Button component="a" variant="default" href={addressOf('disclosuresTable', {})} download>
              {say('disclosures.table')}
            </Button>
          </div>
          {data.disclosures.length === 0 && <Empty>{say('disclosures.none')}</Empty>}
          {data.disclosures.toReversed().map((one) => (
            <One key={one.number} disclosure={one} revision={data.revision} />
          ))}
          <ProposeDisclosure key={data.revision} revision={data.revision} opened={adding} onClose={() => add(false)} />
        </>
      )}
    </Register>
  );
}

const tones: Readonly<Record<DisclosureView['state'], Tone>> = { proposed: 'wait', counts: 'on', refused: 'off' };

function One({ disclosure, revision }: { disclosure: DisclosureView; revision: number }) {
  const { number, recipient, basis, why, parameters, from, to, what, givenOn, state, secrecy, isSecret } = disclosure;
  const { person } = useMe();
  const [answer, setAnswer] = useState<DisclosureAnswer | null>(null);
  const heading = `disclosure-${number}`;
  const data = listed(parameters.map((id) => catalog[id].label));
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading}>{recipient}</h2>
        <div className="dl-row">
          {answersTo(disclosure, person.id).map((one) => (
            <Button key={one} variant="default" onClick={() => setAnswer(one)}>
              {say(`disclosures.${one}`)}
              <span className="dl-hidden"> {recipient}</span>
            </Button>
          ))}
        </div>
      </div>
      <div className="dl-row">
        <Mark tone={tones[state]}>{say(`disclosures.state.${state}`)}</Mark>
        {isSecret && <Mark tone="private">{say('disclosures.secret')}</Mark>}
      </div>
      <Decided disclosure={disclosure} />
      <dl className={classes.details}>
        <Detail title={say('disclosures.basis')} words={basisInWords(basis)} />
        <Detail title={say('disclosures.why')} words={why} />
        <Detail title={say('disclosures.people')} words={useWhom(disclosure.people)} />
        <Detail title={say('disclosures.data')} words={say('disclosures.range', { data, from, to })} />
        <Detail title={say('disclosures.what')} words={what} />
        <Detail title={say('disclosures.givenOn')} words={longDay(givenOn)} />
        {secrecy !== null && (
          <Detail
            title={say('disclosures.secrecy')}
            words={say('disclosures.secrecyText', { ...secrecy, until: longDay(secrecy.until) })}
          />
        )}
      </dl>
      {answer !== null && (
        <AnswerDisclosure
          key={answer}
          answer={answer}
          number={number}
          revision={revision}
          onClose={() => setAnswer(null)}
        />
      )}
    </section>
  );
}

function answersTo({ state, proposedBy, isSecret }: DisclosureView, me: string): readonly DisclosureAnswer[] {
  const deciding: readonly DisclosureAnswer[] = proposedBy === me ? ['refused'] : ['approved', 'refused'];
  return [...(state === 'proposed' ? deciding : []), ...(isSecret && state !== 'refused' ? (['told'] as const) : [])];
}

function Decided({ disclosure }: { disclosure: DisclosureView }) {
  const { state, countsFrom } = disclosure;
  const waits = state === 'refused' ? '' : say('disclosures.waits');
  const byItself = say('disclosures.byItself', { when: countsFrom === null ? '' : dateTime(countsFrom) });
  return <p className="dl-quiet dl-small">{useDecidedByTwo(disclosure, { waits, byItself })}</p>;
}

function useWhom(people: DisclosureView['people']): string {
  const nameOf = useNames();
  if (people === 'everyone') return say('disclosures.everyone');
  return listed(people.map((id) => nameOf(id) ?? say('author.someone')));
}
