import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { PersonId } from '../../../shared/ids.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { ObjectionView } from '../../../shared/protocol/http/objections.ts';
import { type Actor, authorize, personTarget } from '../../authorize.ts';
import { contactsOf } from '../../control/contacts.ts';
import { requireFewToday } from '../../control/fewToday.ts';
import type { Objection, Standing } from '../../control/standing.ts';
import type { PersonRecord } from '../../store/store.ts';
import { confirmedOff } from '../confirmedOff.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { noteEvent } from '../securityEvents.ts';

/** Objecting (GDPR Art. 21) and answering: what a person stops for themself, until they end it themself. */
export function objections(
  context: Context,
): HandlersOf<'objections' | 'openObjections' | 'object' | 'endObjection' | 'answerObjection'> {
  const { store, control, clock } = context;
  return {
    async objections({ person, signedIn: { actor } }) {
      const { objections, isReadable } = await control.standing(person);
      const withWords = authorize(actor, 'objection.read', personTarget(person)).kind === 'granted';
      if (withWords && objections.size > 0) await recordWordsRead(context, actor, person.person);
      const views = [...objections].map(([id, one]) => viewOf(context, person, id, one, withWords));
      return { objections: await Promise.all(views), unreadable: !isReadable };
    },
    async openObjections({ signedIn: { actor } }) {
      const open = await Promise.all((await store.people(actor.org)).map((person) => openOf(context, actor, person)));
      return { objections: open.flat().toSorted((a, b) => a.since - b.since) };
    },
    async object({ params: { parameter }, body: { grounds }, person, leave }) {
      const { appeal } = await contactsOf(store, context.vault, person.org);
      const standing = await control.decide(leave, async (now) => {
        requireObjectable(now, await context.control.rulesFor(person), parameter, appeal);
        await noteEvent(context, person, 'objection_made');
        return { kind: 'objected', parameter, grounds };
      });
      return viewNow(context, person, parameter, standing);
    },
    async endObjection({ params: { parameter }, query: { revision }, person, leave }) {
      await control.decide(leave, async (now) => {
        requireThis(objectionTo(now, parameter), revision);
        requireFewToday(now, 'ended', clock.now(), (most, hours) => ({
          message: `${most} objections were ended within a day; this one stays`,
          remedy: `End it in ${hours} hours; until then it stays off.`,
        }));
        await noteEvent(context, person, 'objection_ended');
        return { kind: 'ended', parameter };
      });
      return { ok: true };
    },
    async answerObjection({ params: { parameter }, body: { revision, answer, words }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        const objection = objectionTo(now, parameter);
        requireThis(objection, revision);
        requireUnanswered(objection);
        await noteEvent(context, person, 'objection_answered');
        return { kind: answer, parameter, by: leave.actor.person, words };
      });
      return viewNow(context, person, parameter, standing);
    },
  };
}

async function openOf(context: Context, actor: Actor, person: PersonRecord) {
  const { objections } = await context.control.standing(person);
  if (objections.size === 0) return [];
  await recordWordsRead(context, actor, person.person);
  const { name: personName } = await context.accounts.profile(person);
  const views = [...objections].map(([id, one]) => viewOf(context, person, id, one, true));
  return (await Promise.all(views)).map((view) => ({ ...view, personName }));
}

function objectionTo({ objections }: Standing, parameter: ParameterId): Objection {
  const objection = objections.get(parameter);
  if (objection !== undefined) return objection;
  throw new DaylightError('not_found', `there is no objection to ${parameter} that has not ended`);
}

/** What somebody looked at may have ended since, and another one begun. */
function requireThis(objection: Objection, revision: number): void {
  if (objection.revision === revision) return;
  throw new DaylightError('conflict', 'revision: this objection has ended, and there is another one now', {
    field: 'revision',
    remedy: 'Look at the one that holds now.',
  });
}

function requireUnanswered({ state }: Objection): void {
  if (state === 'pending') return;
  throw new DaylightError('conflict', 'this objection has been answered already', {
    remedy: 'The person may end it, and object again.',
  });
}

/** Art. 21(1): to what is done for a legitimate interest. What a contract or a law asks for is not the person's to stop. */
function requireObjectable(
  { objections }: Standing,
  rules: PolicyDocument['parameters'],
  parameter: ParameterId,
  appeal: string,
): void {
  if (objections.has(parameter)) {
    throw new DaylightError('conflict', 'there is an objection to it already', {
      remedy: 'It holds until you end it; nothing has to be done again.',
    });
  }
  const { basis, level } = rules[parameter];
  if (level === 'off') {
    throw new DaylightError(
      'conflict',
      `${catalog[parameter].label}: nothing of it is collected, so there is nothing to object to`,
      {
        remedy: 'What is collected stands in the console, under "What is collected".',
      },
    );
  }
  if (basis === 'legitimate_interest') return;
  throw new DaylightError(
    'conflict',
    `${catalog[parameter].label}: it is collected on another legal basis (${basis.replaceAll('_', ' ')}), to which there is no right to object`,
    { remedy: `If you think that it is not needed: ${appeal}` },
  );
}

async function viewNow(
  context: Context,
  person: PersonRecord,
  parameter: ParameterId,
  standing: Standing,
): Promise<ObjectionView> {
  return viewOf(context, person, parameter, objectionTo(standing, parameter), true);
}

async function viewOf(
  context: Context,
  person: PersonRecord,
  parameter: ParameterId,
  { state, revision, since, grounds, answer }: Objection,
  withWords: boolean,
): Promise<ObjectionView> {
  return {
    person: person.person,
    ...{ parameter, revision, state, since },
    grounds: withWords ? grounds : null,
    answer: answer === null ? null : await answerOf(context, person, { ...answer, state }, withWords),
    confirmed: await confirmedOff(context, person, parameter),
  };
}

async function answerOf(
  context: Context,
  { org }: PersonRecord,
  { at, by, words, state }: NonNullable<Objection['answer']> & Pick<Objection, 'state'>,
  withWords: boolean,
): Promise<NonNullable<ObjectionView['answer']>> {
  const author = await context.store.person(org, by);
  const byName = author === null ? null : (await context.accounts.profile(author)).name;
  const appeal = state === 'refused' ? (await contactsOf(context.store, context.vault, org)).appeal : null;
  return { at, by, byName, words: withWords ? words : null, appeal };
}

/** Of words that somebody else wrote. */
async function recordWordsRead(context: Context, actor: Actor, subject: PersonId): Promise<void> {
  if (subject !== actor.person)
    await recordLook(context, actor, subject, { action: 'objections', purpose: 'security' });
}
