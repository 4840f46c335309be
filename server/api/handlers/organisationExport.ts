import { finished } from 'node:stream/promises';
import { dayOf } from '../../../shared/time.ts';
import { organisation } from '../../authorize.ts';
import { zipOf } from '../../lifecycle/exportZip.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { createExports } from '../exports.ts';
import type { HandlersOf } from '../handler.ts';
import { requireLeave } from '../leave.ts';
import { type Everybody, heldForExport, organisationFiles } from '../organisationFiles.ts';
import { permitAmongAll, recordRead } from '../reading.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';
import { whileSignedIn } from '../whileSignedIn.ts';

/** What an owner takes along before the organisation ends. */
export function organisationExport(context: Context): HandlersOf<'previewOrganisationExport' | 'exportOrganisation'> {
  const { store, clock, organisations, sessions } = context;
  const exports = createExports(clock, 'the organisation');
  return {
    async previewOrganisationExport({ leave }) {
      const people = await store.people(leave.actor.org);
      let [withoutRecords, days, images, bytes] = [0, 0, 0, 0];
      for (const person of people) {
        const permitted = await permitAmongAll(context, leave, person);
        if (permitted === null) withoutRecords += 1;
        const held = await heldForExport(context, person, new Set(permitted?.wanted.parameters));
        days += new Set(held.map(({ day }) => day)).size;
        for (const one of held) [images, bytes] = [images + one.images, bytes + one.bytes];
      }
      return { asOf: clock.now(), people: people.length, withoutRecords, days, images, bytes };
    },
    async exportOrganisation({ leave, body: proof, signedIn: { person: asking, session } }) {
      const place = await refusedOnRecord(context, asking, 'organisation_export_refused', async () => {
        const taken = exports.begin(asking.person);
        try {
          await requireSamePerson(context, asking, proof);
          taken.proven();
          return taken;
        } catch (cause) {
          taken.end();
          throw cause;
        }
      });
      try {
        const asOf = clock.now();
        const { identity } = await organisations.signer(asking.org);
        const people = await onRecord(context, leave, await store.people(asking.org));
        await noteEvent(context, asking, 'organisation_exported');
        const isStillOwner = async (): Promise<boolean> => {
          const again = await sessions.again(session);
          if (again === null) return false;
          requireLeave(again.actor, 'organisation.export', organisation(asking.org));
          return true;
        };
        const files = organisationFiles(context, { leave, name: identity.name, people }, asOf);
        const body = zipOf(whileSignedIn(isStillOwner, files), asOf);
        void finished(body).then(
          () => place.end(),
          async () => {
            place.end();
            // A store that was closed meanwhile takes no record, and a server that ends has cut it off itself.
            await noteEvent(context, asking, 'organisation_export_cut').catch(() => undefined);
          },
        );
        return { name: `daylight-organisation-${dayOf(asOf)}.zip`, body };
      } catch (cause) {
        place.end();
        throw cause;
      }
    },
  };
}

/** In the list of each of them, durably, before anything of anybody is let go. */
async function onRecord(
  context: Context,
  leave: Everybody['leave'],
  everyone: readonly PersonRecord[],
): Promise<Everybody['people']> {
  const people: Everybody['people'][number][] = [];
  for (const person of everyone) {
    const permitted = await permitAmongAll(context, leave, person);
    people.push({ person, read: permitted === null ? null : await recordRead(context, permitted) });
  }
  return people;
}
