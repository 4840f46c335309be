import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { RestrictionGround, RestrictionView } from '../../../shared/protocol/http/restrictions.ts';
import { DAY, type UnixMs } from '../../../shared/time.ts';
import { contactsOf } from '../../control/contacts.ts';
import { requireFewToday } from '../../control/fewToday.ts';
import type { Restriction, Standing } from '../../control/standing.ts';
import { eraseMinor } from '../../lifecycle/minors.ts';
import type { PersonRecord } from '../../store/store.ts';
import { confirmedOff } from '../confirmedOff.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { noteEvent } from '../securityEvents.ts';

/** Somebody who has read that it is to be lifted has this long to do something about it: to complain, to go to court, to file a request. */
const AFTER_READING_MS = 3 * DAY;
/** Whoever never reads it has no veto by that. */
const AFTER_TELLING_MS = 30 * DAY;

/** Restricting (GDPR Art. 18): what is stored is kept, and nothing else is done with it, until the person ends it or has been told before it is lifted. */
export function restrictions(
  context: Context,
): HandlersOf<
  'restrictions' | 'allRestrictions' | 'restrict' | 'endRestriction' | 'tellLift' | 'readLift' | 'liftRestriction'
> {
  const { store, control, clock, accounts } = context;
  /** What was kept of somebody who is not of age only because it was restricted. */
  const nothingOfMinors = async (person: PersonRecord): Promise<void> => {
    if (await eraseMinor(context, person)) context.erasures.wake();
  };
  const look = { action: 'restrictions', purpose: 'security' } as const;
  return {
    async restrictions({ person, signedIn: { actor } }) {
      const all = [...(await control.standing(person)).restrictions];
      if (all.length > 0 && person.person !== actor.person) await recordLook(context, actor, person.person, look);
      return { restrictions: await Promise.all(all.map(([id, one]) => viewOf(context, person, id, one))) };
    },
    async allRestrictions({ signedIn: { actor } }) {
      const each = (await store.people(actor.org)).map(async (person) => {
        const all = [...(await control.standing(person)).restrictions];
        if (all.length === 0) return [];
        if (person.person !== actor.person) await recordLook(context, actor, person.person, look);
        const { name: personName } = await accounts.profile(person);
        return Promise.all(all.map(async ([id, one]) => ({ ...(await viewOf(context, person, id, one)), personName })));
      });
      return { restrictions: (await Promise.all(each)).flat().toSorted((a, b) => a.since - b.since) };
    },
    async restrict({ params: { parameter }, body: { ground, words }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        requireRestrictable(now, parameter, ground);
        await noteEvent(context, person, 'restriction_made');
        return { kind: 'restricted', parameter, ground, words };
      });
      return viewNow(context, person, parameter, standing);
    },
    async endRestriction({ params: { parameter }, query: { revision }, person, leave }) {
      await control.decide(leave, async (now) => {
        requireThis(now, parameter, revision);
        requireFewToday(now, 'restriction_ended', clock.now(), (most, hours) => ({
          message: `${most} restrictions were ended within a day; this one stays`,
          remedy: `End it in ${hours} hours; until then it stays restricted.`,
        }));
        await noteEvent(context, person, 'restriction_ended');
        return { kind: 'restriction_ended', parameter };
      });
      await nothingOfMinors(person);
      return { ok: true };
    },
    async tellLift({ params: { parameter }, body: { revision, words }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        if (requireThis(now, parameter, revision).liftTold !== null) throw toldAlready();
        await noteEvent(context, person, 'restriction_lift_told');
        return { kind: 'restriction_lift_told', parameter, by: leave.actor.person, words };
      });
      return viewNow(context, person, parameter, standing);
    },
    async readLift({ params: { parameter }, body: { revision }, person, leave }) {
      const standing = await control.standing(person);
      const told = requireThis(standing, parameter, revision).liftTold;
      if (told === null) throw nothingTold();
      if (told.readAt !== null) return viewNow(context, person, parameter, standing);
      const then = await control.decide(leave, (now) => {
        if (requireThis(now, parameter, revision).liftTold === null) throw nothingTold();
        return { kind: 'restriction_lift_read', parameter };
      });
      return viewNow(context, person, parameter, then);
    },
    async liftRestriction({ params: { parameter }, body: { revision }, person, leave }) {
      await control.decide(leave, async (now) => {
        requireKnown(requireThis(now, parameter, revision), clock.now());
        await noteEvent(context, person, 'restriction_lifted');
        return { kind: 'restriction_lifted', parameter, by: leave.actor.person };
      });
      await nothingOfMinors(person);
      return { ok: true };
    },
  };
}

/** What somebody looked at may have ended since, and another one begun. */
function requireThis({ restrictions: all }: Standing, parameter: ParameterId, revision: number): Restriction {
  const restriction = all.get(parameter);
  if (restriction === undefined) throw new DaylightError('not_found', `${parameter} is not restricted`);
  if (restriction.revision === revision) return restriction;
  throw new DaylightError('conflict', 'revision: this restriction has ended, and there is another one now', {
    field: 'revision',
    remedy: 'Look at the one that holds now.',
  });
}

function requireRestrictable(
  { restrictions: all, objections }: Standing,
  parameter: ParameterId,
  ground: RestrictionGround,
): void {
  const { label } = catalog[parameter];
  if (all.has(parameter)) {
    throw new DaylightError('conflict', `${label}: it is restricted already`, {
      remedy: 'It holds until you end it; nothing has to be done again.',
    });
  }
  if (ground !== 'objection' || objections.has(parameter)) return;
  throw new DaylightError('conflict', `ground: you have not objected to this: ${label}`, {
    field: 'ground',
    remedy: 'Object to it first, or say another reason.',
  });
}

/** Art. 18(3): the person is told before. */
function requireKnown({ liftTold }: Restriction, now: UnixMs): void {
  if (liftTold === null) {
    throw new DaylightError('conflict', 'the person has not been told that it is to be lifted', {
      remedy: 'Tell them first, and why.',
    });
  }
  const from = liftableFrom(liftTold);
  if (from <= now) return;
  const days = Math.ceil((from - now) / DAY);
  throw new DaylightError('conflict', 'the person has not known for long enough that it is to be lifted', {
    remedy: `Lift it in ${days === 1 ? 'a day' : `${days} days`}, or three days after the person has confirmed that they have read it.`,
  });
}

function liftableFrom({ at, readAt }: NonNullable<Restriction['liftTold']>): UnixMs {
  const unread = at + AFTER_TELLING_MS;
  return readAt === null ? unread : Math.min(unread, readAt + AFTER_READING_MS);
}

function toldAlready(): DaylightError {
  return new DaylightError('conflict', 'the person has been told already that it is to be lifted', {
    remedy: 'Lift it once they have known for long enough; until then nothing has to be done.',
  });
}

function nothingTold(): DaylightError {
  return new DaylightError('not_found', 'nobody has told you that it is to be lifted');
}

function viewNow(context: Context, person: PersonRecord, parameter: ParameterId, { restrictions: all }: Standing) {
  const restriction = all.get(parameter);
  if (restriction === undefined) throw new Error('a restriction that was just decided on is not there');
  return viewOf(context, person, parameter, restriction);
}

async function viewOf(
  context: Context,
  person: PersonRecord,
  parameter: ParameterId,
  { revision, since, ground, words, liftTold }: Restriction,
): Promise<RestrictionView> {
  return {
    person: person.person,
    ...{ parameter, revision, since, ground, words },
    lift: liftTold === null ? null : await liftOf(context, person, liftTold),
    confirmed: await confirmedOff(context, person, parameter),
  };
}

async function liftOf(
  { store, vault, accounts }: Context,
  { org }: PersonRecord,
  told: NonNullable<Restriction['liftTold']>,
): Promise<NonNullable<RestrictionView['lift']>> {
  const { at: toldAt, by, words, readAt } = told;
  const author = await store.person(org, by);
  const byName = author === null ? null : (await accounts.profile(author)).name;
  const { appeal } = await contactsOf(store, vault, org);
  return { toldAt, by, byName, words, readAt, from: liftableFrom(told), appeal };
}
