import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { EndingPreview, EndingView, OrganisationEndingPreview } from '../../../shared/protocol/http/endings.ts';
import type { Day } from '../../../shared/time.ts';
import { organisation, personTarget } from '../../authorize.ts';
import { verifyCertificate } from '../../lifecycle/certificate.ts';
import { certificateWords } from '../../lifecycle/certificateWords.ts';
import { endObstacle, organisationObstacle, requireEndable } from '../../lifecycle/endable.ts';
import { recordsUntil } from '../../lifecycle/endedComputers.ts';
import type { EndingNow } from '../../lifecycle/endings.ts';
import { holdsOf } from '../../lifecycle/keptForHold.ts';
import { isBeforeKept } from '../../lifecycle/restore/swap.ts';
import type { PersonRecord } from '../../store/store.ts';
import { certificatePath } from '../certificatePage.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { requireLeave, requirePerson } from '../leave.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

/** Accounts and organisations that end, while the server runs: what would go, the order, how far each is, and its certificate. */
export function endings(
  context: Context,
): HandlersOf<
  'endings' | 'certificate' | 'previewEnding' | 'endAccount' | 'previewOrganisationEnding' | 'endOrganisation'
> {
  const { store, accounts, sessions, clock, endings: engine, certificates } = context;
  return {
    async endings({ leave: { actor } }) {
      const all = await Promise.all(engine.of(actor.org).map((one) => viewOf(context, one)));
      return { asOf: clock.now(), org: actor.org, endings: all.toReversed() };
    },
    async certificate({ leave: { actor }, params }) {
      const ending = engine.one(params.ending);
      const file = ending?.org === actor.org ? await certificates.of(ending.ending) : null;
      if (file === null) throw noCertificate();
      const read = verifyCertificate(JSON.stringify(file), null);
      if (read.kind !== 'genuine') throw altered();
      return { file, text: [...certificateWords(read.certificate, read.publicKey)] };
    },
    previewEnding: ({ person }) => previewOf(context, person),
    async endAccount({ person: asked, signedIn: { person: asking, actor }, body: { name, ...proof } }) {
      requireName((await accounts.profile(asked)).name, name, ofPerson);
      await refusedOnRecord(context, asking, 'ending_refused', () => requireSamePerson(context, asking, proof));
      // In one turn with who is an owner: of two who end each other's account one stays.
      const ended = await accounts.alone(actor.org, async () => {
        const person = await requirePerson(store, actor, asked.person);
        const leave = requireLeave(actor, 'account.end', personTarget(person));
        await requireEndable(context, person);
        await noteEvent(context, asking, 'account_ended');
        return engine.end({ org: person.org, person: person.person, by: leave.actor.role });
      });
      return viewOf(context, { ...ended, isHeld: false });
    },
    previewOrganisationEnding: ({ leave: { actor } }) => previewOfOrganisation(context, actor.org),
    async endOrganisation({ signedIn: { person: asking, session }, body: { name, ...proof }, cookie }) {
      const { identity } = await context.organisations.signer(asking.org);
      requireName(identity.name, name, ofOrganisation);
      await refusedOnRecord(context, asking, 'ending_refused', () => requireSamePerson(context, asking, proof));
      // In one turn with who is an owner: whoever was made something else meanwhile ends nothing.
      const ended = await accounts.alone(asking.org, async () => {
        const again = await sessions.again(session);
        if (again === null) throw new DaylightError('unauthenticated', 'the session has ended', { remedy: 'Sign in.' });
        const leave = requireLeave(again.actor, 'organisation.end', organisation(asking.org));
        const everybody = await sessions.idsIn(asking.org);
        // No legal hold is approved between the look at them and the end of the keys.
        const ending = await context.registers.undisturbed(asking.org, () =>
          engine.endOrganisation({ org: asking.org, by: leave.actor.role }),
        );
        sessions.noteOrganisationEnded(everybody);
        return ending;
      });
      cookie.clear();
      return viewOf(context, { ...ended, isHeld: false });
    },
  };
}

async function viewOf({ certificates, publicUrl }: Context, ending: EndingNow): Promise<EndingView> {
  const { states, remains } = await certificates.now(ending);
  const { computers, backups, held } = remains;
  return {
    ...{ ending: ending.ending, person: ending.person, state: ending.state, isHeld: ending.isHeld, states },
    ...{ orderedBy: ending.by, counts: { ...ending.counts }, computers, backups },
    heldUntil: lastDayOf(held ?? []),
    certificate: await certificates.kindOf(ending.ending),
    address: `${publicUrl()}${certificatePath(ending.ending, await certificates.token(ending.ending))}`,
  };
}

async function previewOf(context: Context, record: PersonRecord): Promise<EndingPreview> {
  const { store, accounts, connections, backups, brake, clock } = context;
  const { org, person } = record;
  const [{ name }, holdings, devices, obstacle, holds, inBackups] = await Promise.all([
    accounts.profile(record),
    store.holdingsOf(org, person),
    store.devices(org, [person]),
    endObstacle(context, record),
    holdsOf(context, record, clock.now(), brake.check() === 'free' ? 'trusted' : 'doubted'),
    backupsNow(backups),
  ]);
  const inUse = devices.filter(({ status }) => status === 'active');
  return {
    ...{ asOf: clock.now(), name, ...holdings },
    computers: inUse.map((record) => ({
      ...{ device: record.device, lastSeenAt: record.lastSeenAt, connected: connections.of(record.device) !== null },
      recordsUntil: recordsUntil(record),
    })),
    backups: inBackups,
    beforeRestore: await isBeforeKept(context.folder),
    heldUntil: lastDayOf(holds),
    obstacle,
  };
}

async function previewOfOrganisation(context: Context, org: OrgId): Promise<OrganisationEndingPreview> {
  const { store, organisations, connections, endings: engine, backups, clock } = context;
  const [{ identity }, { people, days, kinds, records }, devices, obstacle, inBackups] = await Promise.all([
    organisations.signer(org),
    store.holdings(org),
    store.devices(org),
    organisationObstacle(context, org),
    backupsNow(backups),
  ]);
  const until = Math.max(0, ...devices.map((one) => recordsUntil(one) ?? 0)) || null;
  const inUse = devices.filter(({ status }) => status === 'active').length;
  return {
    ...{ asOf: clock.now(), name: identity.name, people, days, counts: { ...kinds }, records },
    computers: { of: inUse, connected: connections.in(org).length, recordsUntil: until },
    ...{ backups: inBackups, beforeRestore: await isBeforeKept(context.folder) },
    ...{ certificates: engine.of(org).length, obstacle },
  };
}

async function backupsNow(backups: Context['backups']): Promise<EndingPreview['backups']> {
  const open = (await backups.view()).backups.filter(({ endedAt }) => endedAt === null);
  return { many: open.length, until: Math.max(0, ...open.map(({ expires }) => expires)) || null };
}

function lastDayOf(holds: readonly { readonly until: Day }[]): Day | null {
  return (
    holds
      .map(({ until }) => until)
      .toSorted()
      .at(-1) ?? null
  );
}

const ofPerson = {
  what: 'the person whose account would end',
  remedy: 'Type the name as it stands on the page of the person.',
};
const ofOrganisation = {
  what: 'the organisation that would end',
  remedy: 'Type the name of the organisation as it stands at the top of each page.',
};

function requireName(name: string, typed: string, { what, remedy }: typeof ofPerson): void {
  if (typed.trim() === name.trim()) return;
  throw new DaylightError('bad_request', `name: this is not the name of ${what}`, { field: 'name', remedy });
}

function noCertificate(): DaylightError {
  return new DaylightError('not_found', 'there is no certificate of such an ending', {
    remedy: 'It is made when nothing was found any more, within a minute; see how far it is among the endings.',
  });
}

function altered(): DaylightError {
  return new DaylightError('unavailable', 'the file of this certificate is not as the server signed it', {
    remedy:
      'Put the file back from a copy of the folder `certificates`, or delete it and start the server: it makes another.',
  });
}
