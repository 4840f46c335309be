import { useAccessLogs, usePeople } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';

/** Everybody whose name the viewer may know, to choose from. */
export function useWhoever(): { value: string; label: string }[] {
  const me = useMe();
  const [people, logs] = [usePeople(), useAccessLogs(may.seeAccessLogs(me.person.role))];
  const names = new Map([...(logs.data ?? []), ...(people.data ?? [])].map(({ id, name }) => [id, name]));
  return [...names].map(([value, label]) => ({ value, label }));
}
