import { useParams } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { catalog, parameterIds } from '../../../shared/catalog.ts';
import type { AccessEntry, OperatorGrant } from '../../../shared/protocol/http/accesses.ts';
import { useAccesses } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Older } from '../frame/Older.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { useNameOf } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { AgePanel } from '../people/AgePanel.tsx';
import { en } from '../strings/en.ts';
import { dateTime, longDay } from '../strings/format.ts';
import { count, listed, type StringKey, say } from '../strings/say.ts';
import { LookProof, ProvedLooks } from './ProvedLooks.tsx';
import { type CheckedLooks, useCheckedLooks } from './useCheckedLooks.ts';

/** Who looked at a person's data, at what, and why they said they did. */
export function Accesses() {
  const me = useMe();
  const { person = me.person.id } = useParams();
  const accesses = useAccesses(person);
  const name = useNameOf(person);
  const looks = useCheckedLooks(person);
  const own = person === me.person.id;
  return (
    <Page
      title={own ? say('nav.whoLooked') : say('accesses.of', { name })}
      lead={`${say('accesses.lead')} ${say('accesses.readers')}`}
    >
      {!own && (
        <div style={{ marginBottom: '1rem' }}>
          <AgePanel person={person} name={name} />
        </div>
      )}
      {accesses.isPending && <Waiting lines={5} />}
      {accesses.isError && !accesses.isFetchNextPageError && (
        <Failure error={accesses.error} retry={() => void accesses.refetch()} />
      )}
      {accesses.data !== undefined && accesses.data.operators.length > 0 && (
        <Operators grants={accesses.data.operators} />
      )}
      {own && accesses.data !== undefined && <ProvedLooks entries={accesses.data.accesses} looks={looks} />}
      {accesses.data?.accesses.length === 0 && (
        <div className="dl-panel">
          <Empty>{say(own ? 'accesses.noneYou' : 'accesses.none')}</Empty>
        </div>
      )}
      {accesses.data !== undefined && accesses.data.accesses.length > 0 && (
        <div className="dl-panel dl-stack">
          <Table entries={accesses.data.accesses} proof={own ? { person: me.person.id, looks } : null} />
          <Older
            pages={accesses}
            label={say('accesses.earlier')}
            shown={count(accesses.hasNextPage ? 'accesses.shown' : 'accesses.all', accesses.data.accesses.length)}
          />
        </div>
      )}
    </Page>
  );
}

/** When whoever runs the server was let in to look, why, and until when. */
function Operators({ grants }: { grants: readonly OperatorGrant[] }) {
  const now = Date.now();
  return (
    <section className="dl-panel dl-stack" aria-label={say('operators.title')} style={{ marginBottom: '1rem' }}>
      <h2>{say('operators.title')}</h2>
      <p className="dl-quiet">{say('operators.lead')}</p>
      <ul className="dl-stack" style={{ listStyle: 'none', padding: 0, margin: 0 }}>
        {grants.map(({ at, until, closedAt, by, reason }) => (
          <li key={at}>
            {closedAt === null && now < until ? (
              <Mark tone="gone">{say('operators.open')}</Mark>
            ) : (
              <Mark tone="off">{say('operators.ended')}</Mark>
            )}{' '}
            {say('operators.from', { at: dateTime(at), until: dateTime(closedAt ?? until) })}
            <div className="dl-small">
              {by === null || reason === null ? say('operators.gone') : say('operators.by', { by, reason })}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface TableProps {
  readonly entries: readonly AccessEntry[];
  /** Of one's own list. */
  readonly proof: { readonly person: string; readonly looks: CheckedLooks } | null;
}

function Table({ entries, proof }: TableProps) {
  return (
    <div className="dl-table-scroll" role="region" aria-label={say('accesses.caption')} tabIndex={0}>
      <table className="dl-table dl-entries">
        <thead>
          <tr>
            <th scope="col">{say('accesses.when')}</th>
            <th scope="col">{say('accesses.who')}</th>
            <th scope="col">{say('accesses.why')}</th>
            <th scope="col">{say('accesses.what')}</th>
            {proof !== null && <th scope="col">{say('accesses.proof')}</th>}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two looks may be equal in every field
            <tr key={index}>
              <td className="dl-number">
                {dateTime(entry.at)}
                {entry.count > 1 && (
                  <div className="dl-quiet dl-small">
                    {say('accesses.repeated', { count: entry.count, when: dateTime(entry.lastAt) })}
                  </div>
                )}
              </td>
              <td>
                {entry.actorName} <span className="dl-quiet dl-small">({say(`role.${entry.actorRole}`)})</span>
              </td>
              <td>{say(`purpose.${entry.purpose}`)}</td>
              <td>
                {entry.refused && <Mark tone="gone">{say('accesses.refused')}</Mark>} {actionText(entry.action)}
                {entry.day !== null && <>, {longDay(entry.day)}</>}
                {entry.parameters.length > 0 && (
                  <div className="dl-quiet dl-small">{parametersText(entry.parameters)}</div>
                )}
              </td>
              {proof !== null && (
                <td>
                  <LookProof entry={entry} {...proof} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function parametersText(parameters: AccessEntry['parameters']): string {
  if (parameterIds.every((id) => parameters.includes(id))) return say('accesses.everything');
  return listed(parameters.map((id) => catalog[id].label));
}

/** An action that this console has no words for is shown as the server names it. */
function actionText(action: string): string {
  const key = `action.of.${action}`;
  return Object.hasOwn(en, key) ? say(key as Extract<StringKey, `action.of.${string}`>) : action;
}
