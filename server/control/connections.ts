import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import type { Changes } from './changes.ts';
import type { Connection, Connections } from './control.ts';

/** Who is connected to this process. Adding a device that is connected already replaces it: the newest wins. */
export function createConnections(changes: Changes): Connections {
  const byDevice = new Map<DeviceId, Connection>();
  const byOrg = new Map<OrgId, Set<Connection>>();
  /** People have ids of their own in the whole installation. */
  const byPerson = new Map<PersonId, Set<Connection>>();

  function remove(connection: Connection): boolean {
    if (byDevice.get(connection.device) !== connection) return false;
    byDevice.delete(connection.device);
    takeOut(byOrg, connection.org, connection);
    takeOut(byPerson, connection.person, connection);
    return true;
  }

  return {
    add(connection) {
      const older = byDevice.get(connection.device);
      if (older !== undefined) {
        remove(older);
        older.replaced();
      }
      byDevice.set(connection.device, connection);
      putIn(byOrg, connection.org, connection);
      putIn(byPerson, connection.person, connection);
      changes.notify(connection.org);
      return () => {
        if (remove(connection)) changes.notify(connection.org);
      };
    },
    of: (device) => byDevice.get(device) ?? null,
    in: (org) => [...(byOrg.get(org) ?? [])],
    ofPerson: (org, person) => [...(byPerson.get(person) ?? [])].filter((connection) => connection.org === org),
  };
}

function putIn<K>(groups: Map<K, Set<Connection>>, key: K, connection: Connection): void {
  groups.set(key, (groups.get(key) ?? new Set()).add(connection));
}

function takeOut<K>(groups: Map<K, Set<Connection>>, key: K, connection: Connection): void {
  const group = groups.get(key);
  group?.delete(connection);
  if (group?.size === 0) groups.delete(key);
}
