import type { DeviceId, OrgId } from '../../shared/ids.ts';
import type { Changes } from './changes.ts';
import type { Connection, Connections } from './control.ts';

/** Who is connected to this process. Adding a device that is connected already replaces it: the newest wins. */
export function createConnections(changes: Changes): Connections {
  const byDevice = new Map<DeviceId, Connection>();
  const byOrg = new Map<OrgId, Set<Connection>>();

  function remove(connection: Connection): boolean {
    if (byDevice.get(connection.device) !== connection) return false;
    byDevice.delete(connection.device);
    const ofOrg = byOrg.get(connection.org);
    ofOrg?.delete(connection);
    if (ofOrg?.size === 0) byOrg.delete(connection.org);
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
      const ofOrg = byOrg.get(connection.org) ?? new Set();
      byOrg.set(connection.org, ofOrg.add(connection));
      changes.notify(connection.org);
      return () => {
        if (remove(connection)) changes.notify(connection.org);
      };
    },
    of: (device) => byDevice.get(device) ?? null,
    in: (org) => [...(byOrg.get(org) ?? [])],
    ofPerson: (org, person) => [...(byOrg.get(org) ?? [])].filter((connection) => connection.person === person),
  };
}
