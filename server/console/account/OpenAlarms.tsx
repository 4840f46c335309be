import { Button, Radio, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { AlarmFinding, type AlarmView } from '../../../shared/protocol/http/alarms.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAlarms } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Empty } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { kindText } from './kindText.ts';

/** What was raised and nobody has looked into yet, what to do next, and what was found of the others. */
export function OpenAlarms() {
  const read = useAlarms();
  const { role } = useMe().person;
  const [asked, setAsked] = useState<AlarmView | null>(null);
  if (read.isPending) return <Waiting lines={2} />;
  if (read.isError) return <Failure error={read.error} retry={() => void read.refetch()} />;
  const { open, alarms } = read.data;
  const acknowledged = alarms.filter((one) => one.acknowledged !== null);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="open-alarms">
      <h2 id="open-alarms">{say('alarms.title')}</h2>
      {open === 0 ? (
        <Empty>{say('alarms.none')}</Empty>
      ) : (
        <>
          <p>
            {may.keepRecords(role) ? (
              <Link to="/records/incidents">{say('alarms.incident')}</Link>
            ) : (
              say('alarms.incidentBy')
            )}
          </p>
          <Table
            label={say('alarms.title')}
            last={say('alarms.next')}
            alarms={alarms.filter((one) => one.acknowledged === null)}
            cell={(alarm) => (
              <Button size="xs" variant="default" onClick={() => setAsked(alarm)}>
                {say('alarms.acknowledge')}
              </Button>
            )}
          />
        </>
      )}
      {acknowledged.length > 0 && (
        <details>
          <summary>{count('alarms.acknowledged', acknowledged.length)}</summary>
          <Table
            label={say('alarms.found')}
            last={say('alarms.found')}
            alarms={acknowledged}
            cell={(alarm) => <Found alarm={alarm} />}
          />
        </details>
      )}
      {asked !== null && <Acknowledge key={asked.seq} alarm={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function Table(props: {
  label: string;
  /** What stands above the last column, and in it. */
  last: string;
  alarms: readonly AlarmView[];
  cell: (alarm: AlarmView) => React.ReactNode;
}) {
  const { label, last, alarms, cell } = props;
  const nameOf = useNameOf();
  return (
    <div className="dl-table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="dl-table dl-entries">
        <thead>
          <tr>
            <th scope="col">{say('accesses.when')}</th>
            <th scope="col">{say('security.what')}</th>
            <th scope="col">{say('security.person')}</th>
            <th scope="col">{say('security.detail')}</th>
            <th scope="col">{last}</th>
          </tr>
        </thead>
        <tbody>
          {alarms.map((alarm) => (
            <tr key={alarm.seq}>
              <td className="dl-number">{dateTime(alarm.at)}</td>
              <td>
                <strong>{kindText(alarm.kind)}</strong>
              </td>
              <td>{nameOf(alarm.person)}</td>
              <td>{alarm.count > 1 ? `${alarm.detail} (${alarm.count} ×)` : alarm.detail}</td>
              <td>{cell(alarm)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Found({ alarm: { acknowledged } }: { alarm: AlarmView }) {
  const nameOf = useNameOf();
  if (acknowledged === null) return null;
  const { finding, by, at, reason } = acknowledged;
  return (
    <>
      <strong>{say(`alarms.finding.${finding}`)}</strong> {reason}
      <div className="dl-quiet dl-small">{say('alarms.foundBy', { name: nameOf(by), when: dateTime(at) })}</div>
    </>
  );
}

function Acknowledge({ alarm, onClose }: { alarm: AlarmView; onClose: () => void }) {
  const [finding, setFinding] = useState<AlarmFinding | null>(null);
  const [reason, setReason] = useState('');
  const nameOf = useNameOf();
  const said = reason.trim();
  const send =
    finding === null || said === ''
      ? null
      : () => call('acknowledgeAlarm', { params: { seq: String(alarm.seq) }, body: { finding, reason: said } });
  return (
    <DialogForm
      title={say('alarms.acknowledgeTitle')}
      button={say('alarms.acknowledge')}
      onClose={onClose}
      send={send}
      stale={[keys.alarms, keys.security]}
    >
      {(tried) => (
        <>
          <p>
            <strong>{kindText(alarm.kind)}</strong> · {nameOf(alarm.person)} · {dateTime(alarm.at)}
          </p>
          <p>{say('alarms.acknowledgeHelp')}</p>
          <Radio.Group
            label={say('alarms.found')}
            value={finding}
            onChange={(value) => setFinding(AlarmFinding.parse(value))}
            error={tried && finding === null ? say('alarms.chooseOne') : null}
          >
            <div className="dl-stack">
              {AlarmFinding.options.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={say(`alarms.finding.${one}`)}
                  description={say(`alarms.findingHelp.${one}`)}
                />
              ))}
            </div>
          </Radio.Group>
          <Textarea
            label={say('alarms.reason')}
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            error={tried && said === '' ? say('represent.missing') : null}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      )}
    </DialogForm>
  );
}

function useNameOf(): (id: string | null) => string {
  const names = useNames();
  return (id) => (id === null ? say('security.nobody') : (names(id) ?? say('person.unnamed')));
}
