import { catalog } from '../../shared/catalog.ts';
import type { Finding } from '../../shared/protocol/http/assessments.ts';
import { dayOf } from '../../shared/time.ts';

/** A finding in one sentence, with what to do about it. */
export function findingWords({ kind, parameter, at, count }: Finding): string {
  const what = parameter === null ? '' : catalog[parameter].label;
  const day = at === null ? 'no day' : dayOf(at);
  switch (kind) {
    case 'over':
      return `${what}: off. Its assessment held to ${day}: assess it again under Records.`;
    case 'unassessed':
      return `${what}: nobody has put an assessment on record. Do it under Records, or switch it off.`;
    case 'not_in_policy':
      return `${what}: the register says ${day}, and the policy does not. Save its assessment again, or publish the policy.`;
    case 'unreadable':
      return `${count} ${count === 1 ? 'entry' : 'entries'} of the registers cannot be read: damaged in the store. Write again what is missing.`;
    case 'incident':
      return `${count} ${count === 1 ? 'incident waits' : 'incidents wait'}: the authority is to be told by ${day}. See Records, Incidents.`;
    case 'due':
      return `${what}: to be assessed again by ${day}, or it is off after that day.`;
    case 'controller':
      return `${count} ${count === 1 ? 'detail' : 'details'} of who is responsible are not filled in under Records.`;
  }
}
