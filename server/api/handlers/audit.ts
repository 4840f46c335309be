import { DaylightError } from '../../../shared/errors.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { personsOwn } from '../securityEvents.ts';

/** What the audit tree proves. Its checkpoints say nothing of anybody; an entry is for whoever may read the list that it is in. */
export function audit(
  context: Context,
): HandlersOf<'auditCheckpoint' | 'auditConsistency' | 'accessProof' | 'securityEventProof'> {
  const { auditLog, organisations } = context;
  return {
    async auditCheckpoint({ signedIn: { actor } }) {
      const { signed: checkpoint } = await auditLog.checkpoint(actor.org);
      const { serverKey } = (await organisations.signer(actor.org)).identity;
      return { checkpoint, serverKey };
    },
    async auditConsistency({ query: { from, to }, signedIn: { actor } }) {
      return { from, to, path: [...(await auditLog.consistency(actor.org, from, to))] };
    },
    async accessProof({ person, params: { seq }, signedIn: { actor } }) {
      const entry = await auditLog.entry(actor.org, seq);
      if (entry?.kind !== 'access' || entry.row.subject !== person.person) throw noSuchEntry();
      if (person.person !== actor.person)
        await recordLook(context, actor, person.person, { action: 'accesses', purpose: 'security' });
      return auditLog.prove(actor.org, seq, entry);
    },
    async securityEventProof({ params: { seq }, signedIn: { actor } }) {
      const entry = await auditLog.entry(actor.org, seq);
      if (entry?.kind !== 'security_event' || personsOwn.includes(entry.row.kind)) throw noSuchEntry();
      return auditLog.prove(actor.org, seq, entry);
    },
  };
}

function noSuchEntry(): DaylightError {
  return new DaylightError('not_found', 'no entry of this list has that number', {
    remedy: 'Load the list again: an entry that is counted on has a new number each time.',
  });
}
