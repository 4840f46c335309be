import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import { catalog } from '../../../shared/catalog.ts';
import type { SpecialFound, SpecialSearchView } from '../../../shared/protocol/http/specialSearches.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSpecialSearch } from '../api/reads.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, joined, say } from '../strings/say.ts';
import { RecordsPages } from './RecordsPages.tsx';

/** What was stored before the rules knew that it is private: looked for by the machine, and erased of everybody. */
export function PrivateEntries() {
  const read = useSpecialSearch();
  const client = useQueryClient();
  const begin = useMutation({
    mutationFn: (body: Parameters<typeof call<'searchSpecial'>>[1]['body']) => call('searchSpecial', { body }),
    onSuccess: (view) => client.setQueryData(keys.specialSearch, view),
  });
  const view = read.data;
  return (
    <Page title={say('special.title')} lead={say('special.lead')}>
      <RecordsPages />
      {read.isError && <Failure error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Waiting lines={4} />}
      {view !== undefined && (
        <div className="dl-stack">
          <section className="dl-panel dl-stack" aria-labelledby="special-look-heading">
            <h2 id="special-look-heading">{say('special.look')}</h2>
            <ul className="dl-list">
              <li>{say('special.machine')}</li>
              <li>{say('special.listed')}</li>
              <li>{say('special.spared')}</li>
            </ul>
            {view.running === null ? (
              <div>
                <Button
                  variant={view.look === null ? 'filled' : 'default'}
                  loading={begin.isPending}
                  onClick={() => begin.mutate({ mode: 'look' })}
                >
                  {say(view.look === null ? 'special.begin' : 'special.again')}
                </Button>
              </div>
            ) : (
              <Running running={view.running} />
            )}
            {view.failed && (
              <Note tone="gone">
                <p>{say('special.failed')}</p>
              </Note>
            )}
            {begin.isError && begin.variables.mode === 'look' && <Failure error={begin.error} />}
          </section>
          {view.running === null && view.look !== null && <Looked look={view.look} begin={begin} />}
          {view.erased !== null && <Erased erased={view.erased} />}
        </div>
      )}
    </Page>
  );
}

function Running({ running: { mode, done, of } }: { running: NonNullable<SpecialSearchView['running']> }) {
  const text = say(mode === 'look' ? 'special.looking' : 'special.erasing', { done, of });
  return (
    <div role="status">
      <p>{text}</p>
      <Progress value={of === 0 ? 0 : (100 * done) / of} aria-label={text} />
    </div>
  );
}

function Looked({
  look: { at, found },
  begin,
}: {
  look: NonNullable<SpecialSearchView['look']>;
  begin: {
    readonly mutate: (
      body: { mode: 'erase'; password: string; totp?: string },
      options: { onSettled: () => void },
    ) => void;
    readonly isPending: boolean;
    readonly isError: boolean;
    readonly error: Error | null;
    readonly variables: { readonly mode: 'look' | 'erase' } | undefined;
  };
}) {
  const fields = useProofFields();
  const isRefused = begin.isError && begin.variables?.mode === 'erase';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    begin.mutate({ mode: 'erase', ...fields.body }, { onSettled: fields.clear });
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="special-found-heading">
      <h2 id="special-found-heading">{say('special.found')}</h2>
      <p className="dl-quiet">{say('special.at', { when: dateTime(at) })}</p>
      <Found found={found} />
      {found.parameters.length > 0 && (
        <form className="dl-stack" onSubmit={submit} noValidate>
          <Note tone="wait">
            <p>{say('special.forEver')}</p>
          </Note>
          <div style={{ maxWidth: '26rem' }} className="dl-stack">
            <Proof fields={fields} error={isRefused ? begin.error : null} />
          </div>
          {isRefused && begin.error !== null && <Failure error={begin.error} fields={['password']} />}
          <div>
            <Button type="submit" color="red" loading={begin.isPending} disabled={!fields.isWhole}>
              {say('erase.now')}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

function Found({ found: { parameters, people, restricted, keptByLaw } }: { found: SpecialFound }) {
  return (
    <>
      {parameters.length === 0 ? (
        <p>{say('special.nothing')}</p>
      ) : (
        <p>{people === null ? say('special.few') : count('special.people', people)}</p>
      )}
      {parameters.length > 0 && (
        <ul className="dl-list">
          {parameters.map(({ parameter, records, days, otherDays }) => (
            <li key={parameter}>
              <strong>{catalog[parameter].label}</strong>: {count('erase.records', records)}
              {days.length > 0 && (
                <details>
                  <summary>{count('erase.onDays', days.length)}</summary>
                  <ul className="dl-list">
                    {days.map((one) => (
                      <li key={one.day}>
                        {longDay(one.day)}: {count('erase.records', one.records)}
                      </li>
                    ))}
                    {otherDays > 0 && <li>{count('special.otherDays', otherDays)}</li>}
                  </ul>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
      {restricted > 0 && <p className="dl-quiet">{count('special.restricted', restricted)}</p>}
      {keptByLaw.length > 0 && (
        <p className="dl-quiet">
          {say('special.keptByLaw', { labels: joined(keptByLaw.map((id) => catalog[id].label)) })}
        </p>
      )}
    </>
  );
}

function Erased({ erased: { at, byName, found, finishedAt } }: { erased: NonNullable<SpecialSearchView['erased']> }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="special-erased-heading">
      <h2 id="special-erased-heading">{say('special.erased')}</h2>
      <p>{say('special.ordered', { when: dateTime(at), who: byName ?? say('special.whoIsGone') })}</p>
      {finishedAt === null ? (
        <Note tone="wait">
          <p>{say('special.unfinished')}</p>
        </Note>
      ) : (
        <p>{say('special.gone', { when: dateTime(finishedAt) })}</p>
      )}
      {found !== null && <Found found={found} />}
    </section>
  );
}
