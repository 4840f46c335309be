import { DaylightError } from '../../../shared/errors.ts';
import { Contacts } from '../../../shared/protocol/http/contacts.ts';
import { CONTACTS, contactsOf } from '../../control/contacts.ts';
import { putSetting } from '../../control/settings.ts';
import { StoreError } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** Whom people can turn to. */
export function contacts(context: Context): HandlersOf<'contacts' | 'changeContacts'> {
  const { store, vault, connections, clock } = context;
  return {
    contacts: ({ signedIn: { actor } }) => contactsOf(store, vault, actor.org),
    async changeContacts({ body: { baseRevision, ...contacts }, leave: { actor } }) {
      const { revision } = await contactsOf(store, vault, actor.org);
      if (revision !== baseRevision) throw changedMeanwhile();
      await noteEvent(context, actor, 'contacts_changed');
      const place = { org: actor.org, name: CONTACTS, revision: revision + 1, at: clock.now() };
      await putSetting(store, vault, place, Contacts.parse(contacts)).catch((cause: unknown) => {
        throw cause instanceof StoreError && cause.code === 'conflict' ? changedMeanwhile(cause) : cause;
      });
      for (const connection of connections.in(actor.org)) connection.tellNotice();
      return contactsOf(store, vault, actor.org);
    },
  };
}

function changedMeanwhile(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'baseRevision: somebody has changed it meanwhile', {
    field: 'baseRevision',
    remedy: 'Look at what holds now, and change that.',
    cause,
  });
}
