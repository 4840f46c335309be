import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { Role } from '../../../shared/roles.ts';
import { count, say } from '../strings/say.ts';
import type { Rule, RuleDifference } from './draft.ts';

/** What is collected at a level, in the words of the notice. */
export function levelText(parameter: ParameterId, level: string): string {
  const texts: Readonly<Record<string, string>> = catalog[parameter].notice;
  return texts[level] ?? say('collection.nothing');
}

export function rolesText(roles: readonly Role[]): string {
  if (roles.length === 0) return say('viewers.none');
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(roles.map((role) => say(`role.${role}`)));
}

/** One change in a sentence: `Level: Off → Counts`. */
export function differenceText({ field, before, after }: RuleDifference): string {
  return say('change.fromTo', {
    field: say(`field.${field}`),
    before: valueText(field, before),
    after: valueText(field, after),
  });
}

function valueText(field: RuleDifference['field'], rule: Rule): string {
  switch (field) {
    case 'level':
      return say(`level.${rule.level}`);
    case 'purpose':
      return say(`purpose.${rule.purpose}`);
    case 'basis':
      return say(`basis.${rule.basis}`);
    case 'retentionDays':
      return count('days', rule.retentionDays);
    case 'viewers':
      return rolesText(rule.viewers);
    case 'employeeMayPause':
      return say(rule.employeeMayPause ? 'yes' : 'no');
  }
}
