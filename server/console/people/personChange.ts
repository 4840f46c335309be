import type { PersonView } from '../../../shared/protocol/http/people.ts';

/** What can be changed of a person. */
export interface PersonForm {
  readonly name: string;
  readonly role: PersonView['role'];
  readonly teams: string[];
  readonly managesTeams: string[];
}

export function formOf({ name, role, teams, managesTeams }: PersonView): PersonForm {
  return { name, role, teams, managesTeams };
}

/**
 * What was changed in the form, and nothing else: what somebody else has changed of this person since it was opened is not
 * turned back. Null when nothing was. Whoever is no manager manages nothing.
 */
export function changeOf(before: PersonForm, { managesTeams, ...form }: PersonForm): Partial<PersonForm> | null {
  const after: PersonForm = { ...form, managesTeams: form.role === 'manager' ? managesTeams : [] };
  const change = {
    ...(after.name === before.name ? {} : { name: after.name }),
    ...(after.role === before.role ? {} : { role: after.role }),
    ...(isSame(after.teams, before.teams) ? {} : { teams: after.teams }),
    ...(isSame(after.managesTeams, before.managesTeams) ? {} : { managesTeams: after.managesTeams }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
