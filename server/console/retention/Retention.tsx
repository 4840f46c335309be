import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { KeptView, RetentionView } from '../../../shared/protocol/http/retention.ts';
import { useRetention } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { ClockDoubt } from './ClockDoubt.tsx';
import { EntriesKept } from './EntriesKept.tsx';

/** How long everything is kept, what goes next, and what was deleted last. */
export function Retention() {
  const { person } = useMe();
  const retention = useRetention(may.seeRetention(person.role));
  return (
    <Page title={say('retention.title')} lead={say('retention.lead')}>
      {!may.seeRetention(person.role) && <Note>{say('retention.notForYou')}</Note>}
      {retention.isLoading && <Waiting lines={6} />}
      {retention.isError && <Failure error={retention.error} retry={() => void retention.refetch()} />}
      {retention.data !== undefined && <Found retention={retention.data} />}
    </Page>
  );
}

const tones = { now: 'wait', waits: 'on', clock: 'gone', failed: 'gone' } as const;

function Found({
  retention: { clock, sweeping, parameters, entries, entriesHeld, sweeps },
}: {
  retention: RetentionView;
}) {
  return (
    <div className="dl-stack">
      {clock.state !== 'right' && <ClockDoubt clock={clock} />}
      <section className="dl-panel dl-stack" aria-labelledby="kept-heading">
        <div className="dl-row">
          <h2 id="kept-heading">{say('retention.kept')}</h2>
          <Mark tone={tones[sweeping]}>{say(`retention.sweeping.${sweeping}`)}</Mark>
        </div>
        <p className="dl-quiet">{say('retention.byPolicy')}</p>
        <div className="dl-table-scroll" role="region" aria-label={say('retention.kept')} tabIndex={0}>
          <table className="dl-table dl-entries">
            <thead>
              <tr>
                {(['what', 'days', 'stored', 'oldest', 'next'] as const).map((head) => (
                  <th key={head} scope="col">
                    {say(`retention.head.${head}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {parameters.map((one) => (
                <Row key={one.parameter} kept={one} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <EntriesKept entries={entries} entriesHeld={entriesHeld} />
      <section className="dl-panel dl-stack" aria-labelledby="sweeps-heading">
        <h2 id="sweeps-heading">{say('retention.sweeps')}</h2>
        <p className="dl-quiet">{say('retention.sweepsText')}</p>
        {sweeps.length === 0 && <p>{say('retention.noSweeps')}</p>}
        <ul className="dl-list">
          {sweeps.map((sweep) => (
            <li key={sweep.at}>
              <strong>{dateTime(sweep.endedAt)}</strong>: {sweptText(sweep)}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Row({ kept: { parameter, days, most, stored } }: { kept: KeptView }) {
  return (
    <tr>
      <th scope="row">{catalog[parameter].label}</th>
      <td data-label={say('retention.head.days')}>
        {count('days', days)}
        <div className="dl-quiet dl-small">{say('retention.most', { days: most })}</div>
      </td>
      {stored === null ? (
        <td colSpan={3} className="dl-quiet">
          {say('retention.nothing')}
        </td>
      ) : (
        <>
          <td>
            {count('personDays', stored.days)}
            <div className="dl-quiet dl-small">
              {count('pieces', stored.pieces)}
              {stored.images > 0 && `, ${count('images', stored.images)}`}
            </div>
          </td>
          <td data-label={say('retention.head.oldest')}>{longDay(stored.oldest)}</td>
          <td data-label={say('retention.head.next')}>
            {longDay(stored.next)}
            {stored.past > 0 && <div className="dl-small">{count('retention.past', stored.past)}</div>}
          </td>
        </>
      )}
    </tr>
  );
}

function sweptText({ parameters, keys, tokens, looks, events }: RetentionView['sweeps'][number]): string {
  const gone = parameters.map(({ parameter, segments, images }) => {
    const what = `${catalog[parameter].label}: ${count('pieces', segments)}`;
    return images === 0 ? what : `${what}, ${count('images', images)}`;
  });
  const others = [
    ...(keys === 0 ? [] : [count('retention.keys', keys)]),
    ...(looks === 0 ? [] : [count('retention.looks', looks)]),
    ...(events === 0 ? [] : [count('retention.events', events)]),
    ...(tokens === 0 ? [] : [count('retention.tokens', tokens)]),
  ];
  return [...gone, ...others].join(' · ') || say('retention.nothingWasDue');
}
