import { Mark } from '../../../look/Mark.tsx';
import type { EndingView } from '../../../shared/protocol/http/endings.ts';
import { useEndings } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { EndOrganisation } from './EndOrganisation.tsx';
import { SetAhead } from './SetAhead.tsx';

/** Accounts that were ended: how far each is, where something of it still is and until when, and where its certificate is read. */
export function Endings() {
  const { role } = useMe().person;
  const read = useEndings();
  const endings = read.data?.endings;
  return (
    <Page title={say('nav.endings')} lead={say('endings.lead')}>
      <div className="dl-stack">
        <SetAhead />
        {read.isPending && <Waiting lines={4} />}
        {read.isError && <Failure error={read.error} retry={() => void read.refetch()} />}
        {endings?.length === 0 && (
          <div className="dl-panel">
            <Empty>{say('endings.none')}</Empty>
          </div>
        )}
        {endings !== undefined && endings.length > 0 && (
          <div className="dl-panel dl-table-scroll" role="region" aria-label={say('nav.endings')} tabIndex={0}>
            <table className="dl-table dl-entries">
              <thead>
                <tr>
                  <th scope="col">{say('endings.ordered')}</th>
                  <th scope="col">{say('endings.state')}</th>
                  <th scope="col">{say('endings.elsewhere')}</th>
                  <th scope="col">{say('endings.certificate')}</th>
                </tr>
              </thead>
              <tbody>
                {endings.map((ending) => (
                  <Row key={ending.ending} ending={ending} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {may.endOrganisation(role) && <EndOrganisation />}
      </div>
    </Page>
  );
}

function Row({ ending }: { ending: EndingView }) {
  const { ending: id, state, states, orderedBy, isHeld, certificate, address } = ending;
  const [ordered] = states;
  const since = states.at(-1)?.at;
  return (
    <tr>
      <td data-label={say('endings.ordered')}>
        {ordered !== undefined && <div className="dl-number">{dateTime(ordered.at)}</div>}
        <div className="dl-quiet dl-small">
          {say('endings.id')} <code title={id}>{id.slice(0, 8)}</code>
        </div>
        <div className="dl-quiet">{say(orderedBy === 'host' ? 'endings.byHost' : `role.${orderedBy}`)}</div>
      </td>
      <td data-label={say('endings.state')}>
        <Mark tone={state === 'final' ? 'on' : 'wait'}>{say(`endings.is.${state}`)}</Mark>
        {since !== undefined && <div className="dl-quiet dl-number">{dateTime(since)}</div>}
        {isHeld && <div>{say('endings.isRead')}</div>}
      </td>
      <td data-label={say('endings.elsewhere')}>
        <ul className="dl-list">
          {elsewhereWords(ending).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </td>
      <td data-label={say('endings.certificate')}>
        {certificate === 'none' ? (
          say('endings.noCertificate')
        ) : (
          <a href={address} target="_blank" rel="noreferrer">
            {say(certificate === 'final' ? 'endings.final' : 'endings.interim')}
          </a>
        )}
      </td>
    </tr>
  );
}

function elsewhereWords({ computers: { of, wiped, until }, backups, heldUntil, state }: EndingView): readonly string[] {
  if (state === 'final') return [say('endings.nowhere')];
  const left = of - wiped;
  return [
    ...(heldUntil === null ? [] : [say('endings.held', { day: longDay(heldUntil) })]),
    ...(left === 0 || until === null ? [] : [say('endings.computers', { n: left, when: dateTime(until) })]),
    ...(backups.until === null ? [] : [say('endings.backups', { when: dateTime(backups.until) })]),
    ...(backups.left === undefined ? [] : [say('endings.left', { n: backups.left.many })]),
  ];
}
