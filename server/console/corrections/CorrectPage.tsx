import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { isEntered } from '../../../shared/correction.ts';
import type { EntryView } from '../../../shared/protocol/http/corrections.ts';
import { useCorrections, useEntries } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { addressedDay } from '../day/addressedDay.ts';
import { NoDay } from '../day/NoDay.tsx';
import { toDay } from '../day/paths.ts';
import { Failure } from '../frame/Failure.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import classes from '../objections/objections.module.css';
import { dayBeside, dayIn, exactTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { recordText } from './correctionWords.ts';
import { MarkText } from './MarkText.tsx';
import { MyCorrection } from './MyCorrections.tsx';
import { SayDialog, type Task } from './SayDialog.tsx';

/** A day of the viewer, record by record, with what they can say about each. */
export function CorrectPage() {
  const viewer = useMe().person.id;
  const { day: text } = useParams();
  const today = dayIn(Date.now(), 'UTC');
  const day = addressedDay(text, today);
  if (day === null)
    return <NoDay text={text ?? ''} today={toDay({ person: viewer, viewer, day: today, purposes: null })} />;
  return <Day key={day} day={day} />;
}

function Day({ day }: { day: string }) {
  const navigate = useNavigate();
  const [parameter, choose] = useState<ParameterId>('project');
  const to = (other: string) => () => void navigate(`/correct/${other}`);
  return (
    <Page
      title={say('corrections.title')}
      lead={say('corrections.lead', { day: longDay(day) })}
      actions={
        <Button component={Link} variant="default" to={`/my-day/${day}`}>
          {say('corrections.toDay')}
        </Button>
      }
    >
      <div className="dl-stack">
        <div className="dl-row">
          <Button variant="default" size="xs" onClick={to(dayBeside(day, -1))}>
            {say('corrections.dayBefore')}
          </Button>
          <Button variant="default" size="xs" onClick={to(dayBeside(day, 1))}>
            {say('corrections.dayAfter')}
          </Button>
        </div>
        <section className="dl-panel dl-stack" aria-label={catalog[parameter].label}>
          <Select
            label={say('corrections.parameter')}
            data={parameterIds.map((value) => ({ value, label: catalog[value].label }))}
            value={parameter}
            allowDeselect={false}
            onChange={(value) => choose(parameterIds.find((id) => id === value) ?? parameter)}
          />
          <Entries day={day} parameter={parameter} />
        </section>
      </div>
    </Page>
  );
}

function Entries({ day, parameter }: { day: string; parameter: ParameterId }) {
  const { person } = useMe();
  const { data, error, isPending, refetch } = useEntries(person.id, day, parameter);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting lines={3} />;
  if (data.length === 0) return <Empty>{say('corrections.none')}</Empty>;
  return (
    <div>
      {data.map((entry, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two records may be alike in everything, and they keep their order
        <Entry key={place} day={day} entry={entry} />
      ))}
    </div>
  );
}

function Entry({ day, entry }: { day: string; entry: EntryView }) {
  const { person } = useMe();
  const [task, begin] = useState<Task | null>(null);
  const said = useCorrections(person.id).data?.find(({ correction }) => correction === entry.correction);
  const { shown, stored, fields, mark } = entry;
  const change = isEntered(stored.parameter) ? 'correct' : 'dispute';
  const tasks: readonly Task[] = fields.length === 0 || mark?.disputed === true ? ['state'] : [change, 'state'];
  const what = recordText(shown);
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <div>
          <span className="dl-number dl-quiet">{exactTime(shown.at)}</span> {what}
          <MarkText mark={mark} />
        </div>
        {said !== undefined && (
          <details>
            <summary>{say('corrections.mine')}</summary>
            <MyCorrection correction={said} />
          </details>
        )}
      </div>
      <span className="dl-row">
        {tasks.map((one) => (
          <Button key={one} size="xs" variant="default" onClick={() => begin(one)}>
            {say(`corrections.${one}`)}
            <span className="dl-hidden"> {`${exactTime(shown.at)} ${what}`}</span>
          </Button>
        ))}
      </span>
      {task !== null && <SayDialog day={day} entry={entry} task={task} onClose={() => begin(null)} />}
    </div>
  );
}
