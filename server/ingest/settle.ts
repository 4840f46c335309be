import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { Connections } from '../control/control.ts';

/**
 * One running session per person: of the sessions that are open on connected devices the one that began last goes on,
 * and every other device is told to stop its own.
 */
export function settleSessions(connections: Connections, org: OrgId, person: PersonId): void {
  const open = connections.ofPerson(org, person).flatMap((connection) => {
    const session = connection.openSession();
    return session === null ? [] : [{ connection, session }];
  });
  const newest = open.toSorted((a, b) => b.session.startedAt - a.session.startedAt)[0];
  for (const { connection, session } of open) {
    if (newest === undefined || connection === newest.connection) continue;
    connection.stopSession(session.session, newest.session.startedAt, newest.connection.device);
  }
}
