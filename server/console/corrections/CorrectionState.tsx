import type { ReactNode } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { CorrectionView } from '../../../shared/protocol/http/corrections.ts';
import classes from '../objections/objections.module.css';
import { dateTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { recordText, valuesText } from './correctionWords.ts';

type DisputeView = CorrectionView['disputes'][number];
type RecipientView = CorrectionView['recipients'][number];

const tones = { open: 'wait', withdrawn: 'off', accepted: 'on', refused: 'gone' } as const;

/** One record with all that was said about it, and what may be done about that. */
export function CorrectionState(props: {
  correction: CorrectionView;
  ofDispute: (dispute: DisputeView) => ReactNode;
  ofRecipient: (recipient: RecipientView) => ReactNode;
}) {
  const { correction, ofDispute, ofRecipient } = props;
  const { parameter, stored, shown, changes, disputes, statements, recipients } = correction;
  return (
    <div className="dl-stack">
      <h3>{say('corrections.ofWhen', { label: catalog[parameter].label, when: dateTime(stored.at) })}</h3>
      <p>
        {say('corrections.asRecorded', { what: recordText(stored) })}
        {changes.length > 0 && (
          <>
            <br />
            <strong>{say('corrections.shown', { what: recordText(shown) })}</strong>
          </>
        )}
      </p>
      {changes.map(({ number, at, by, byName, from, to, words }) => (
        <Said
          key={number}
          head={say(by === null ? 'corrections.changedYou' : 'corrections.changedBy', {
            ...{ who: nameOf(byName), when: dateTime(at), from: valuesText(from), to: valuesText(to) },
          })}
          words={words}
        />
      ))}
      {statements.map(({ number, at, words }) => (
        <Said key={number} head={say('corrections.stated', { when: dateTime(at) })} words={words} />
      ))}
      {disputes.map((dispute) => (
        <Dispute key={dispute.number} dispute={dispute}>
          {ofDispute(dispute)}
        </Dispute>
      ))}
      {recipients.length > 0 && (
        <div className="dl-stack">
          <h4>{say('corrections.recipients')}</h4>
          <p className="dl-quiet dl-small">{say('corrections.recipientsHelp')}</p>
          {recipients.map((recipient) => (
            <div key={recipient.disclosure} className={classes.row}>
              <Recipient recipient={recipient} />
              {ofRecipient(recipient)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Dispute({ dispute, children }: { dispute: DisputeView; children: ReactNode }) {
  const { at, values, words, state, due, answer } = dispute;
  return (
    <div className="dl-stack">
      <div className="dl-row">
        <Mark tone={tones[state]}>{say(`corrections.dispute.${state}`)}</Mark>
        {due !== null && <span className="dl-quiet dl-small">{say('requests.due', { day: longDay(due) })}</span>}
      </div>
      <Said head={say('corrections.disputed', { when: dateTime(at), to: valuesText(values) })} words={words} />
      {answer !== null && (
        <>
          <Said
            head={say('corrections.answered', { who: nameOf(answer.byName), when: dateTime(answer.at) })}
            words={answer.words}
          />
          {answer.reason !== null && (
            <p>{say('corrections.because', { reason: say(`corrections.reason.${answer.reason}`) })}</p>
          )}
          {answer.appeal !== null && <p>{answer.appeal}</p>}
        </>
      )}
      {children}
    </div>
  );
}

function Recipient({ recipient: { recipient, givenOn, told } }: { recipient: RecipientView }) {
  const whom = say('corrections.recipient', { recipient, day: longDay(givenOn) });
  if (told === null) {
    return (
      <div>
        <p>{whom}</p>
        <p className="dl-quiet dl-small">{say('corrections.told.none')}</p>
      </div>
    );
  }
  const day = told.on === null ? '' : longDay(told.on);
  return (
    <div>
      <p>{whom}</p>
      <Said head={say(`corrections.told.${told.outcome}`, { day, who: nameOf(told.byName) })} words={told.words} />
    </div>
  );
}

function Said({ head, words }: { head: string; words: string }) {
  return (
    <div>
      <p className="dl-small dl-quiet">{head}</p>
      {words !== '' && <blockquote className={classes.words}>{words}</blockquote>}
    </div>
  );
}

function nameOf(name: string | null): string {
  return name ?? say('corrections.someoneGone');
}
