import { Button } from '@mantine/core';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { IncidentView } from '../../../shared/protocol/http/incidents.ts';
import { addressOf } from '../api/client.ts';
import { useIncidents } from '../api/reads.ts';
import { Empty } from '../frame/Page.tsx';
import { useAuthorName, useNames } from '../frame/useNames.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { Detail } from './Detail.tsx';
import { ChangeIncident, type IncidentChange, OpenIncident } from './IncidentDialogs.tsx';
import { Register } from './Register.tsx';
import classes from './records.module.css';

/** What went wrong, until when the authority is told, whom it concerns, and who was told. */
export function Incidents() {
  const read = useIncidents();
  const [adding, add] = useState(false);
  return (
    <Register
      title={say('incidents.title')}
      lead={say('incidents.lead')}
      add={say('incidents.add')}
      onAdd={() => add(true)}
      read={read}
    >
      {(data) => (
        <>
          {data.incidents.length === 0 && <Empty>{say('incidents.none')}</Empty>}
          {data.incidents.toReversed().map((one) => (
            <One key={one.number} incident={one} revision={data.revision} asOf={data.asOf} />
          ))}
          <OpenIncident key={data.revision} revision={data.revision} opened={adding} onClose={() => add(false)} />
        </>
      )}
    </Register>
  );
}

function One({ incident, revision, asOf }: { incident: IncidentView; revision: number; asOf: number }) {
  const { number, what, effects, noticedAt, openedAt, openedBy, closedAt, affected } = incident;
  const [change, setChange] = useState<IncidentChange | null>(null);
  const author = useAuthorName(openedBy, 'recorder');
  const heading = `incident-${number}`;
  const title = say('incidents.number', { number });
  return (
    <section className="dl-panel dl-stack" aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading}>{title}</h2>
        <div className="dl-row">
          {closedAt === null &&
            changes.map((one) => (
              <Button key={one} variant="default" onClick={() => setChange(one)}>
                {say(`incidents.${one}`)}
                <span className="dl-hidden"> {title}</span>
              </Button>
            ))}
          <Button
            component="a"
            variant="default"
            href={addressOf('incidentEvidence', { params: { number: String(number) } })}
            download={`incident-${number}.json`}
          >
            {say('incidents.evidence')}
          </Button>
        </div>
      </div>
      <State incident={incident} asOf={asOf} />
      <p className="dl-quiet dl-small">{say('incidents.opened', { author, when: dateTime(openedAt) })}</p>
      <dl className={classes.details}>
        <Detail title={say('incidents.what')} words={what} />
        <Detail
          title={say('incidents.effects')}
          words={listed(effects.map((effect) => say(`incidents.effect.${effect}`)))}
        />
        <Detail title={say('incidents.noticedAt')} words={dateTime(noticedAt)} />
        <Detail title={say('incidents.scope')} words={useScope(incident)} />
      </dl>
      <Affected affected={affected} />
      {change !== null && (
        <ChangeIncident
          key={change}
          change={change}
          incident={incident}
          revision={revision}
          onClose={() => setChange(null)}
        />
      )}
    </section>
  );
}

const changes: readonly IncidentChange[] = ['tell', 'authority', 'found', 'close'];

function State({ incident, asOf }: { incident: IncidentView; asOf: number }) {
  const { authority, authorityBy, closedAt, toTell } = incident;
  return (
    <div className="dl-row">
      <Mark tone={closedAt === null ? 'wait' : 'off'}>
        {closedAt === null ? say('incidents.open') : say('incidents.closedAt', { when: dateTime(closedAt) })}
      </Mark>
      {authority === null ? (
        <Mark tone={asOf > authorityBy ? 'gone' : 'wait'}>
          {say(asOf > authorityBy ? 'incidents.authorityLate' : 'incidents.authorityBy', {
            when: dateTime(authorityBy),
          })}
        </Mark>
      ) : (
        <Mark tone="on">{say(`incidents.authority.${authority.outcome}`, { day: longDay(authority.on) })}</Mark>
      )}
      {toTell > 0 && <Mark tone="gone">{count('incidents.toTell', toTell)}</Mark>}
    </div>
  );
}

function useScope({ scope }: IncidentView): string {
  const nameOf = useNames();
  const names = (ids: readonly string[]) => listed(ids.map((id) => nameOf(id) ?? say('author.someone')));
  if (scope.kind === 'everyone') return say('incidents.scope.everyone');
  if (scope.kind === 'people') return names(scope.people);
  const [from, to] = [dateTime(scope.from), dateTime(scope.to)];
  return say('incidents.scope.lookedAt', { readers: names(scope.readers), from, to });
}

function Affected({ affected }: Pick<IncidentView, 'affected'>) {
  const nameOf = useNames();
  if (affected.length === 0) return <p>{say('incidents.nobody')}</p>;
  return (
    <details>
      <summary>{count('incidents.affected', affected.length)}</summary>
      <ul className="dl-list">
        {affected.map(({ person, looks, parameters, toldAt }) => (
          <li key={person}>
            <strong>{nameOf(person) ?? say('author.someone')}</strong>
            {looks > 0 && `: ${count('incidents.looks', looks)}`}
            {parameters.length > 0 && `, ${listed(parameters.map((id) => catalog[id].label))}`}.{' '}
            {toldAt === null ? say('incidents.notTold') : say('incidents.toldAt', { when: dateTime(toldAt) })}
          </li>
        ))}
      </ul>
    </details>
  );
}
