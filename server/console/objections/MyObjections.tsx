import { Button } from '@mantine/core';
import { useState } from 'react';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { AgreementView } from '../../../shared/protocol/http/consents.ts';
import type { ObjectionView } from '../../../shared/protocol/http/objections.ts';
import { useConsents, useObjections, usePolicy } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { EndDialog } from './EndDialog.tsx';
import { ObjectDialog } from './ObjectDialog.tsx';
import { ObjectionState } from './ObjectionState.tsx';
import classes from './objections.module.css';

/** What the viewer has objected to, and what they may object to. */
export function MyObjections() {
  const me = useMe();
  const policy = usePolicy();
  const objections = useObjections(me.person.id, true);
  const consents = useConsents(me.person.id);
  const error = policy.error ?? objections.error;
  const retry = () => void Promise.all([policy.refetch(), objections.refetch()]);
  return (
    <Page title={say('objections.title')} lead={say('objections.lead')}>
      {error !== null && <Failure error={error} retry={retry} />}
      {error === null && (policy.data === undefined || objections.data === undefined) && <Waiting />}
      {policy.data !== undefined && objections.data !== undefined && (
        <>
          {objections.data.unreadable && (
            <Note tone="gone">
              <p>{say('objections.unreadable')}</p>
            </Note>
          )}
          <Both
            policy={policy.data.policy}
            agreement={consents.data?.agreement}
            objections={objections.data.objections}
          />
        </>
      )}
    </Page>
  );
}

interface BothProps {
  readonly policy: PolicyDocument;
  readonly agreement: AgreementView | null | undefined;
  readonly objections: readonly ObjectionView[];
}

function Both({ policy, agreement, objections }: BothProps) {
  const objected = new Set(objections.map(({ parameter }) => parameter));
  const collected = parameterIds.filter((id) => policy.parameters[id].level !== 'off' && !objected.has(id));
  const kept = new Set(
    agreement?.keeps.flatMap(({ parameter, keeps }) => (keeps.includes('basis') ? [parameter] : [])),
  );
  const isOpen = (id: ParameterId): boolean => policy.parameters[id].basis === 'legitimate_interest' || kept.has(id);
  const [objectable, others] = [collected.filter(isOpen), collected.filter((id) => !isOpen(id))];
  return (
    <div className="dl-stack">
      {objections.length > 0 && (
        <section className="dl-panel dl-stack" aria-labelledby="mine-heading">
          <h2 id="mine-heading">{say('objections.mine')}</h2>
          {objections.map((objection) => (
            <Mine key={objection.parameter} objection={objection} />
          ))}
        </section>
      )}
      <section className="dl-panel dl-stack" aria-labelledby="objectable-heading">
        <h2 id="objectable-heading">{say('objections.objectable')}</h2>
        {objectable.length === 0 && <p className="dl-quiet">{say('objections.nothing')}</p>}
        {objectable.map((id) => (
          <Objectable key={id} parameter={id} level={policy.parameters[id].level} />
        ))}
      </section>
      {others.length > 0 && (
        <section className="dl-panel dl-stack" aria-labelledby="others-heading">
          <h2 id="others-heading">{say('objections.others')}</h2>
          <p>{say('objections.othersText')}</p>
          <ul className="dl-list">
            {others.map((id) => (
              <li key={id}>
                {say('objections.other', {
                  label: catalog[id].label,
                  basis: say(`basis.${policy.parameters[id].basis}`),
                })}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Objectable({ parameter, level }: { parameter: ParameterId; level: string }) {
  const [opened, open] = useState(false);
  const { label, notice } = catalog[parameter];
  const texts: Readonly<Record<string, string>> = notice;
  return (
    <div className={classes.row}>
      <div>
        <h3>{label}</h3>
        <p className="dl-quiet">{texts[level] ?? level}</p>
      </div>
      <Button variant="default" onClick={() => open(true)} aria-label={say('objections.objectTo', { label })}>
        {say('objections.object')}
      </Button>
      <ObjectDialog parameter={parameter} opened={opened} onClose={() => open(false)} />
    </div>
  );
}

function Mine({ objection }: { objection: ObjectionView }) {
  const [opened, open] = useState(false);
  const { label } = catalog[objection.parameter];
  return (
    <div className={classes.row}>
      <ObjectionState objection={objection} own />
      <Button variant="default" onClick={() => open(true)} aria-label={say('objections.endOf', { label })}>
        {say('objections.end')}
      </Button>
      <EndDialog objection={objection} opened={opened} onClose={() => open(false)} />
    </div>
  );
}
