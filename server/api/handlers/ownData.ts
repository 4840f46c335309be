import { finished } from 'node:stream/promises';

import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { EXPORT_MINUTES } from '../../../shared/protocol/http/ownData.ts';
import { dayOf, MINUTE, type UnixMs } from '../../../shared/time.ts';
import { contactsOf } from '../../control/contacts.ts';
import type { OpenedCopy } from '../../control/requests.ts';
import { zipOf } from '../../lifecycle/exportZip.ts';
import { heldUntil, subjectFiles } from '../../lifecycle/subjectAccess.ts';
import type { Subject } from '../../lifecycle/subjectRecords.ts';
import { disclosedOf } from '../../records/disclosures.ts';
import { ownHolds } from '../../records/holds.ts';
import type { PersonRecord, Snapshot } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { createExports, type ExportPlace, type Exports } from '../exports.ts';
import type { HandlersOf } from '../handler.ts';
import { ownIncidents } from '../ownIncidents.ts';
import { recordOwnRead } from '../reading.ts';
import { type Proof, refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';
import { whileSignedIn } from '../whileSignedIn.ts';

/** What is held of oneself, to look at and to take along. */
export function ownData(context: Context): HandlersOf<'held' | 'exportData'> {
  const { store, clock, control } = context;
  const exports = createExports(clock);
  return {
    async held({ leave, person }) {
      const asOf = clock.now();
      await recordOwnRead(context, leave, 'held', asOf);
      const { parameters, pastTheirDay } = heldUntil(
        ...([await store.held(person.org, person.person), await control.keeping(person.org), dayOf(asOf)] as const),
      );
      return { asOf, parameters: parameters.map((one) => ({ ...one, days: [...one.days] })), pastTheirDay };
    },
    async exportData({ leave, person, body, signedIn }) {
      const opened = await openedOnRecord(context, person);
      const place = await refusedOnRecord(context, person, 'export_refused', () =>
        provenPlace(context, exports, person, body),
      );
      let snapshot: Snapshot | null = null;
      try {
        const asOf = clock.now();
        await recordOwnRead(context, leave, 'export', asOf);
        await noteEvent(context, person, 'data_exported');
        await everyNotice(context, person.org);
        snapshot = await store.snapshot();
        const subject = await subjectOf(context, person, snapshot, asOf);
        const files = whileSignedIn(
          async () =>
            (await context.sessions.again(signedIn.session)) !== null &&
            (await context.requests.isStillOpen(person.org, person.person, opened)),
          subjectFiles(leave, subject, asOf),
        );
        const body = zipOf(files, asOf);
        const late = setTimeout(() => body.destroy(new Error('the download took too long')), EXPORT_MINUTES * MINUTE);
        const end = endOf(context, person, snapshot, place);
        void finished(body).then(
          () => end('whole').finally(() => clearTimeout(late)),
          () => end('cut').finally(() => clearTimeout(late)),
        );
        return { name: `daylight-${dayOf(asOf)}.zip`, body };
      } catch (cause) {
        const closing = snapshot?.close();
        place.end(closing);
        await closing?.catch(() => undefined);
        throw cause;
      }
    },
  };
}

/** Before the code is looked at, so that it is not used up by what a computer has to say first. */
async function openedOnRecord(context: Context, { org, person }: PersonRecord): Promise<OpenedCopy> {
  try {
    return await context.requests.opened(org, person);
  } catch (cause) {
    if (cause instanceof DaylightError && cause.code === 'conflict')
      await noteEvent(context, { org, person }, 'export_refused');
    throw cause;
  }
}

/** A place is taken before anything is proven, so that what has nothing to do with a code does not use it up. */
async function provenPlace(
  context: Context,
  exports: Exports,
  person: PersonRecord,
  proof: Proof,
): Promise<ExportPlace> {
  const place = exports.begin(person.person);
  try {
    await requireSamePerson(context, person, proof);
    place.proven();
    return place;
  } catch (cause) {
    place.end();
    throw cause;
  }
}

/** Nothing is left of a download that has ended, whole or not; that it was cut off is on record. */
function endOf(context: Context, person: PersonRecord, snapshot: Snapshot, place: ExportPlace) {
  return async (how: 'whole' | 'cut'): Promise<void> => {
    const closing = snapshot.close();
    place.end(closing);
    await closing.catch(() => undefined);
    // A store that was closed meanwhile takes no record, and a server that ends has cut it off itself.
    if (how === 'cut') await noteEvent(context, person, 'data_export_cut').catch(() => undefined);
  };
}

/** Of a version that nobody has asked for yet there is no text. */
async function everyNotice({ control, notices }: Context, org: OrgId): Promise<void> {
  const current = await control.current(org);
  for (const policy of await control.history(org))
    await notices.of(policy, policy.hash === current.hash ? 'in_force' : 'past');
}

async function subjectOf(context: Context, asking: PersonRecord, store: Snapshot, asOf: UnixMs): Promise<Subject> {
  const { vault, control, organisations, accounts, sessions, notices } = context;
  const person = await store.person(asking.org, asking.person);
  if (person === null) throw new DaylightError('not_found', 'there is no such person');
  const { identity } = await organisations.signer(asking.org);
  const open: Subject['open'] = {
    notice: (hash) => notices.byHash(asking.org, hash),
    profile: (of) => accounts.profile(of),
    credentials: (of) => accounts.credentials(of),
    teamName: (team) => accounts.teamName(team),
    clientOf: (session) => sessions.clientOf(session),
  };
  const [policies, contacts] = [await control.history(asking.org), await contactsOf(store, vault, asking.org)];
  const heads = await notices.heads(asking.org);
  const translations = await notices.translationHeads(asking.org);
  const erased = await context.erased.of(person);
  const written = await context.registers.read(asking.org, 'disclosures');
  const disclosures = disclosedOf(written, asking.person, asOf);
  const holds = ownHolds(await context.registers.read(asking.org, 'holds'), asking.person, asOf);
  return {
    person,
    today: dayOf(context.clock.now()),
    organisation: identity.name,
    contacts,
    store,
    vault,
    erased,
    keeping: await control.keeping(asking.org),
    policies,
    notices: heads,
    translations,
    disclosures,
    holds,
    incidents: await ownIncidents(context, person),
    open,
  };
}
