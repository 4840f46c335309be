import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import { catalog } from '../../../shared/catalog.ts';
import { takenBy } from '../../../shared/policy/agreed.ts';
import type { AgreementView, ConsentView } from '../../../shared/protocol/http/consents.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useConsents } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { levelText, rolesText } from '../collection/words.ts';
import { Failure } from '../frame/Failure.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { confirmedText } from '../objections/ObjectionState.tsx';
import { nearTime, shortDate } from '../strings/format.ts';
import { count, joined, listed, say } from '../strings/say.ts';
import classes from './consents.module.css';

/** What rests on the viewer's consent, with one button each: to give it, and to withdraw it. */
export function MyConsents() {
  const me = useMe();
  const consents = useConsents(me.person.id);
  return (
    <Page title={say('consents.title')} lead={say('consents.lead')}>
      {consents.error !== null && <Failure error={consents.error} retry={() => void consents.refetch()} />}
      {consents.error === null && consents.data === undefined && <Waiting />}
      <div className="dl-stack">
        {consents.data !== undefined && consents.data.agreement !== null && (
          <OldTerms agreement={consents.data.agreement} />
        )}
        {consents.data !== undefined && (
          <section className="dl-panel dl-stack" aria-label={say('consents.title')}>
            {consents.data.consents.length === 0 && <p className="dl-quiet">{say('consents.none')}</p>}
            {consents.data.consents.map((consent) => (
              <Consent key={consent.parameter} person={me.person.id} consent={consent} />
            ))}
          </section>
        )}
      </div>
    </Page>
  );
}

function OldTerms({ agreement: { version, keeps, pending } }: { agreement: AgreementView }) {
  const off = keeps.filter(({ isOff }) => isOff);
  const taken = takenBy(keeps).map(String);
  return (
    <section className="dl-panel dl-stack" aria-label={say('agreement.title')}>
      <h2 className={classes.label}>{say('agreement.title')}</h2>
      <p>
        {pending === null
          ? say(taken.length === 1 ? 'agreement.tookOne' : 'agreement.tookMore', {
              versions: joined(taken),
              version: String(version),
            })
          : say('agreement.pending', { version: String(pending.version), date: shortDate(pending.from) })}
      </p>
      <ul>
        {keeps
          .filter(({ isOff }) => !isOff)
          .map((one) => (
            <li key={one.parameter}>
              {say('agreement.line', {
                what: catalog[one.parameter].label,
                fields: joined(one.keeps.map((field) => say(`agreement.field.${field}`))),
                version: String(one.version),
              })}
            </li>
          ))}
        {off.length > 0 && (
          <li>{say('agreement.off', { what: listed(off.map(({ parameter }) => catalog[parameter].label)) })}</li>
        )}
      </ul>
    </section>
  );
}

function Consent({ person, consent }: { person: string; consent: ConsentView }) {
  const { parameter, label, shown, counts } = consent;
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: keys.consents(person) });
  const give = useMutation({
    mutationFn: () => call('giveConsent', { params: { person, parameter }, body: { shown } }),
    onSettled: again,
  });
  const withdraw = useMutation({
    mutationFn: () => call('withdrawConsent', { params: { person, parameter } }),
    onSettled: again,
  });
  const isBusy = give.isPending || withdraw.isPending;
  return (
    <div className={classes.row}>
      <div className="dl-stack">
        <ConsentText consent={consent} />
        {give.isError && <Failure error={give.error} />}
        {withdraw.isError && <Failure error={withdraw.error} />}
      </div>
      <div className={classes.buttons}>
        {counts !== 'all' && (
          <Button
            variant="default"
            loading={isBusy}
            onClick={() => give.mutate()}
            aria-label={say('consents.giveOf', { label })}
          >
            {say('consents.give')}
          </Button>
        )}
        {counts !== 'none' && (
          <Button
            variant="default"
            loading={isBusy}
            onClick={() => withdraw.mutate()}
            aria-label={say('consents.withdrawOf', { label })}
          >
            {say('consents.withdraw')}
          </Button>
        )}
      </div>
    </div>
  );
}

function ConsentText({ consent }: { consent: ConsentView }) {
  const { parameter, label, text, purpose, retentionDays, viewers, given, counts, confirmedOff } = consent;
  const now = useNow();
  return (
    <>
      <div className="dl-row">
        <h2 className={classes.label}>{label}</h2>
        {given === null || counts === 'other' ? (
          <Mark tone="off">{say('consents.notGiven')}</Mark>
        ) : (
          <Mark tone="on">{say('consents.given', { when: nearTime(given.since, now) })}</Mark>
        )}
      </div>
      <p>{text}</p>
      <p className="dl-quiet dl-small">
        {say('notice.terms', {
          purpose: say(`purpose.${purpose}`),
          basis: say('basis.consent'),
          days: count('days', retentionDays),
          viewers: rolesText(viewers),
        })}
      </p>
      {counts === 'less' && given !== null && (
        <p>{say('consents.less', { level: levelText(parameter, given.level) })}</p>
      )}
      {counts === 'other' && <p>{say('consents.other')}</p>}
      {counts === 'none' && confirmedOff.of > 0 && (
        <p>
          {confirmedText(confirmedOff)} {say('consents.withdrawn')}
        </p>
      )}
    </>
  );
}
