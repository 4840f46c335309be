import { useSecurityEvents } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Older } from '../frame/Older.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { kindText } from './kindText.ts';
import { OpenAlarms } from './OpenAlarms.tsx';

/** Refused reads, failed sign-ins, accounts used from two places. */
export function SecurityEvents() {
  const events = useSecurityEvents();
  const names = useNames();
  const nameOf = (id: string | null) => (id === null ? say('security.nobody') : (names(id) ?? say('person.unnamed')));
  return (
    <Page title={say('nav.security')} lead={say('security.lead')}>
      <div className="dl-stack">
        <OpenAlarms />
        {events.isPending && <Waiting lines={5} />}
        {events.isError && !events.isFetchNextPageError && (
          <Failure error={events.error} retry={() => void events.refetch()} />
        )}
        {events.data?.length === 0 && (
          <div className="dl-panel">
            <Empty>{say('security.none')}</Empty>
          </div>
        )}
        {events.data !== undefined && events.data.length > 0 && (
          <div className="dl-panel dl-stack">
            <div className="dl-table-scroll" role="region" aria-label={say('nav.security')} tabIndex={0}>
              <table className="dl-table dl-entries">
                <thead>
                  <tr>
                    <th scope="col">{say('accesses.when')}</th>
                    <th scope="col">{say('security.what')}</th>
                    <th scope="col">{say('security.person')}</th>
                    <th scope="col">{say('security.detail')}</th>
                  </tr>
                </thead>
                <tbody>
                  {events.data.map((event, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: two events may be equal in every field
                    <tr key={index}>
                      <td className="dl-number">{dateTime(event.at)}</td>
                      <td>
                        <strong>{kindText(event.kind)}</strong>
                      </td>
                      <td>{nameOf(event.person)}</td>
                      <td>{event.count > 1 ? `${event.detail} (${event.count} ×)` : event.detail}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <Older
              pages={events}
              label={say('security.older')}
              shown={count(events.hasNextPage ? 'security.shown' : 'security.all', events.data.length)}
            />
          </div>
        )}
      </div>
    </Page>
  );
}
