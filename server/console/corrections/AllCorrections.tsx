import { Button, Radio, Select, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { CorrectionRefusal, TellingOutcome } from '../../../shared/correction.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAllCorrections } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Empty } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { WORDS } from '../objections/length.ts';
import classes from '../objections/objections.module.css';
import { dayIn } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { CorrectionState } from './CorrectionState.tsx';

/** What of everybody waits to be decided, and who has to be told of what was corrected. */
export function AllCorrections() {
  const { data, error, isPending, refetch } = useAllCorrections();
  return (
    <section className="dl-panel dl-stack" aria-labelledby="disputed-heading">
      <h2 id="disputed-heading">{say('allCorrections.title')}</h2>
      <p>{say('allCorrections.text')}</p>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {error === null && isPending && <Waiting />}
      {data?.length === 0 && <Empty>{say('allCorrections.none')}</Empty>}
      {data?.map((one) => (
        <Row key={one.correction} correction={one} />
      ))}
    </section>
  );
}

type Listed = NonNullable<ReturnType<typeof useAllCorrections>['data']>[number];
type Recipient = Listed['recipients'][number];
type Task =
  | { readonly kind: 'accept' | 'refuse'; readonly dispute: number }
  | { readonly kind: 'tell'; readonly recipient: Recipient };

function Row({ correction }: { correction: Listed }) {
  const me = useMe();
  const [task, begin] = useState<Task | null>(null);
  const { personName: name, person } = correction;
  const isOwn = person === me.person.id;
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <strong>{name}</strong>
        <CorrectionState
          correction={correction}
          ofDispute={({ state, number }) =>
            !isOwn &&
            state === 'open' && (
              <div className="dl-row">
                {(['accept', 'refuse'] as const).map((kind) => (
                  <Button
                    key={kind}
                    size="xs"
                    variant="default"
                    aria-label={say(`allCorrections.${kind}Of`, { name })}
                    onClick={() => begin({ kind, dispute: number })}
                  >
                    {say(`allCorrections.${kind}`)}
                  </Button>
                ))}
              </div>
            )
          }
          ofRecipient={(recipient) =>
            !isOwn &&
            recipient.told === null && (
              <Button
                size="xs"
                variant="default"
                aria-label={say('allCorrections.tellOf', { recipient: recipient.recipient })}
                onClick={() => begin({ kind: 'tell', recipient })}
              >
                {say('allCorrections.tell')}
              </Button>
            )
          }
        />
        {isOwn && <p className="dl-quiet dl-small">{say('openObjections.own')}</p>}
      </div>
      {task?.kind === 'tell' && (
        <TellDialog correction={correction} recipient={task.recipient} onClose={() => begin(null)} />
      )}
      {task !== null && task.kind !== 'tell' && (
        <AnswerDialog correction={correction} kind={task.kind} number={task.dispute} onClose={() => begin(null)} />
      )}
    </div>
  );
}

function AnswerDialog(props: { correction: Listed; kind: 'accept' | 'refuse'; number: number; onClose: () => void }) {
  const { correction, kind, number, onClose } = props;
  const { person, personName: name } = correction;
  const [reason, setReason] = useState<CorrectionRefusal | null>(null);
  const isMissing = kind === 'refuse' && reason === null;
  return (
    <WordsDialog
      title={say(`allCorrections.${kind}Of`, { name })}
      text={say(`allCorrections.${kind}Text`)}
      words={say('allRequests.words')}
      button={say(`allCorrections.${kind}`)}
      isMissing={isMissing}
      onClose={onClose}
      send={(words) => {
        const params = { person, correction: correction.correction, number: String(number) };
        if (kind === 'accept' || reason === null)
          return call('answerDispute', { params, body: { answer: 'accepted', words } });
        return call('answerDispute', { params, body: { answer: 'refused', reason, words } });
      }}
    >
      {(tried) =>
        kind === 'refuse' && (
          <Select
            label={say('allRequests.reason')}
            placeholder={say('allRequests.chooseReason')}
            data={CorrectionRefusal.options.map((value) => ({ value, label: say(`corrections.reason.${value}`) }))}
            value={reason}
            error={tried && reason === null ? say('allRequests.chooseReason') : null}
            onChange={(value) => setReason(CorrectionRefusal.safeParse(value).data ?? null)}
          />
        )
      }
    </WordsDialog>
  );
}

function TellDialog(props: { correction: Listed; recipient: Recipient; onClose: () => void }) {
  const { correction, recipient, onClose } = props;
  const [outcome, choose] = useState<TellingOutcome>('told');
  const [on, setOn] = useState(dayIn(Date.now(), 'UTC'));
  return (
    <WordsDialog
      title={say('allCorrections.tellOf', { recipient: recipient.recipient })}
      text={say('allCorrections.tellText')}
      words={say('allCorrections.how')}
      button={say('allCorrections.tell')}
      isMissing={false}
      onClose={onClose}
      send={(words) => {
        const number = String(recipient.disclosure);
        const params = { person: correction.person, correction: correction.correction, number };
        const body = outcome === 'told' ? { outcome, on, words } : { outcome, words };
        return call('tellRecipient', { params, body });
      }}
    >
      {() => (
        <>
          <Radio.Group
            label={say('allCorrections.outcome')}
            value={outcome}
            onChange={(value) => choose(TellingOutcome.safeParse(value).data ?? outcome)}
          >
            <div className="dl-stack">
              {TellingOutcome.options.map((value) => (
                <Radio key={value} value={value} label={say(`allCorrections.outcome.${value}`)} />
              ))}
            </div>
          </Radio.Group>
          {outcome === 'told' && (
            <TextInput
              type="date"
              label={say('allCorrections.on')}
              value={on}
              onChange={(event) => setOn(event.currentTarget.value)}
            />
          )}
        </>
      )}
    </WordsDialog>
  );
}

/** Something that a human says to the person, in words. */
function WordsDialog(props: {
  title: string;
  text: string;
  words: string;
  button: string;
  isMissing: boolean;
  onClose: () => void;
  send: (words: string) => Promise<unknown>;
  children: (tried: boolean) => ReactNode;
}) {
  const { title, text, words: label, button, isMissing, onClose, send, children } = props;
  const [words, setWords] = useState('');
  const hasWords = words.trim() !== '';
  return (
    <DialogForm
      title={title}
      button={button}
      onClose={onClose}
      send={hasWords && !isMissing ? () => send(words.trim()) : null}
      stale={[keys.allCorrections]}
    >
      {(tried) => (
        <>
          <p>{text}</p>
          {children(tried)}
          <Textarea
            label={label}
            autosize
            minRows={3}
            maxLength={WORDS}
            value={words}
            error={tried && !hasWords ? say('openObjections.wordsMissing') : null}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        </>
      )}
    </DialogForm>
  );
}
