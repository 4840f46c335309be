import { correctableFields, isEntered, withValues } from '../../../shared/correction.ts';
import { lastDayOf } from '../../../shared/deadline.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import type { PersonId } from '../../../shared/ids.ts';
import type { CorrectionView, OwnSaid } from '../../../shared/protocol/http/corrections.ts';
import type { DisclosureView } from '../../../shared/protocol/http/disclosures.ts';
import type { ReadPurposes } from '../../../shared/protocol/http/reading.ts';
import { addDays, dayOf, type UnixMs } from '../../../shared/time.ts';
import type { Actor } from '../../authorize.ts';
import { contactsOf } from '../../control/contacts.ts';
import type { Located, RecordNamed } from '../../lifecycle/corrections.ts';
import { disclosuresView } from '../../records/disclosures.ts';
import { recipientsOf, requireRecipient } from '../../records/recipients.ts';
import { type Corrected, type Dispute, openDispute } from '../../reports/corrected.ts';
import { type SessionEvent, timeProblem } from '../../reports/sessionTimes.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { nameOf } from '../nameOf.ts';
import { beginRead, recordLook } from '../reading.ts';
import { noteEvent } from '../securityEvents.ts';
import { withheldFrom } from '../withheld.ts';

type CorrectionRoutes =
  | 'entries'
  | 'corrections'
  | 'allCorrections'
  | 'correct'
  | 'withdrawDispute'
  | 'answerDispute'
  | 'tellRecipient';

/** Rectification (GDPR Art. 16), with its history, and who has to be told of it (Art. 19). */
export function corrections(context: Context): HandlersOf<CorrectionRoutes> {
  const { corrections: kept, registers, store, vault, accounts, clock } = context;

  const disclosuresOf = async ({ org }: Pick<PersonRecord, 'org'>): Promise<readonly DisclosureView[]> =>
    disclosuresView(await registers.read(org, 'disclosures'), clock.now()).disclosures;
  const viewOf = async (actor: Actor, person: PersonRecord, one: Located): Promise<CorrectionView> =>
    viewWith(context, actor, one, await disclosuresOf(person));

  return {
    async entries({ query: { day, parameter }, person, signedIn: { actor } }) {
      const purposes: ReadPurposes = ['own_data'];
      const wanted = { action: 'observations', person: person.person, purposes, day } as const;
      await beginRead(context, actor, { ...wanted, parameters: [parameter] });
      const all = await kept.entries(person, parameter, day, day);
      const entries = all.map(({ device, session, stored, observation, mark, file }) => {
        const fields = [...correctableFields(stored)];
        return { device, session, stored, shown: observation, fields, mark, correction: file?.correction ?? null };
      });
      return { entries: entries.toSorted((a, b) => a.stored.at - b.stored.at) };
    },
    async corrections({ person, signedIn: { actor } }) {
      const disclosures = await disclosuresOf(person);
      const all = await shownTo(context, actor, person, await kept.of(person.org, person.person), disclosures);
      if (all.length > 0) await recordWordsRead(context, actor, [person.person]);
      const views = all.toReversed().map((one) => viewWith(context, actor, one, disclosures));
      return { corrections: await Promise.all(views) };
    },
    async allCorrections({ signedIn: { actor } }) {
      const disclosures = await disclosuresOf(actor);
      const all = await kept.of(actor.org);
      const people = (await store.people(actor.org)).map(async (person) => {
        const own = all.filter((one) => one.person === person.person && waits(one, disclosures));
        const shown = await shownTo(context, actor, person, own, disclosures);
        if (shown.length > 0) await recordWordsRead(context, actor, [person.person]);
        const { name: personName } = await accounts.profile(person);
        return Promise.all(
          shown.map(async (one) => ({ ...(await viewWith(context, actor, one, disclosures)), personName })),
        );
      });
      const views = (await Promise.all(people)).flat();
      return { corrections: views.toSorted((a, b) => (dueIn(a) < dueIn(b) ? -1 : 1)) };
    },
    async correct({ body: { day, session, record, said }, person, leave, signedIn: { actor } }) {
      const one = await sayOf(context, leave, { person, by: person }, { day, session, record }, said);
      return viewOf(actor, person, one);
    },
    async withdrawDispute({ params: { correction, number }, person, leave, signedIn: { actor } }) {
      const one = await kept.go(leave, correction, async (now) => {
        requireOpen(now, number);
        await noteEvent(context, person, 'dispute_withdrawn');
        return { kind: 'withdrawn', dispute: number };
      });
      return viewOf(actor, person, one);
    },
    async answerDispute({ params: { correction, number }, body, person, leave, signedIn: { actor } }) {
      const { appeal } = await contactsOf(store, vault, person.org);
      const one = await kept.go(leave, correction, async (now) => {
        requireOpen(now, number);
        await noteEvent(context, person, 'dispute_answered');
        const answered = { dispute: number, by: actor.person, words: body.words };
        if (body.answer === 'accepted') return { kind: 'accepted', ...answered };
        return { kind: 'refused', ...answered, reason: body.reason, appeal };
      });
      return viewOf(actor, person, one);
    },
    async tellRecipient({ params: { correction, number }, body, person, leave, signedIn }) {
      const { actor } = signedIn;
      const disclosures = await disclosuresOf(person);
      const one = await kept.go(leave, correction, async (corrected, at, where) => {
        const { parameter } = corrected.shown;
        const all = recipientsOf({ ...where, person: person.person, parameter, corrected }, disclosures);
        const { isSecret } = requireRecipient(all, number);
        const on = body.outcome === 'told' ? body.on : null;
        if (on !== null && on > dayOf(at)) throw notYet();
        // The person reads what is on record of them: that somebody secret was told would say that there is somebody.
        if (isSecret) await noteEvent(context, signedIn.person, 'secret_recipient_told');
        else await noteEvent(context, person, 'recipient_told');
        const { outcome, words } = body;
        return { kind: 'told', disclosure: number, by: actor.person, outcome, on, words };
      });
      return viewOf(actor, person, one);
    },
  };
}

/** What a person says of a record of theirs, by their own hand or by that of whoever carries out what they asked. */
export function sayOf(
  context: Context,
  leave: Parameters<Context['corrections']['say']>[0],
  { person, by }: { readonly person: PersonRecord; readonly by: PersonRecord },
  { day, session, record }: RecordNamed,
  said: OwnSaid,
): Promise<Located> {
  return context.corrections.say(leave, { day, session, record }, async (now, at) => {
    requireSayable(now, said);
    if (said.kind === 'corrected' && record.parameter === 'session')
      await requireTime(context, person, { day, session, now, to: after(now, said), at });
    await noteEvent(context, person, EVENTS[said.kind]);
    if (by.person === person.person || said.kind !== 'corrected') return said;
    await noteEvent(context, by, 'rights_request_carried_out');
    return { ...said, by: by.person };
  });
}

const EVENTS = { corrected: 'record_corrected', disputed: 'record_disputed', stated: 'record_stated' } as const;

/** Everything to its person. To others only what waits for them, and of what somebody has had restricted only what they were asked to decide. */
async function shownTo(
  context: Context,
  actor: Actor,
  person: PersonRecord,
  all: readonly Located[],
  disclosures: readonly DisclosureView[],
): Promise<readonly Located[]> {
  if (actor.person === person.person) return all;
  const withheld = await withheldFrom(context, actor, person);
  return all.filter((one) => (withheld.has(one.parameter) ? isDisputed(one.corrected) : waits(one, disclosures)));
}

function isDisputed({ disputes }: Corrected): boolean {
  return disputes.some(({ state }) => state === 'open');
}

function waits(one: Located, disclosures: readonly DisclosureView[]): boolean {
  return isDisputed(one.corrected) || recipientsOf(one, disclosures).some(({ told }) => told === null);
}

async function recordWordsRead(context: Context, actor: Actor, people: readonly PersonId[]): Promise<void> {
  for (const subject of people)
    if (subject !== actor.person)
      await recordLook(context, actor, subject, { action: 'corrections', purpose: 'security' });
}

/** Throws DaylightError `conflict` for what this person cannot say of this record, or nobody could. */
function requireSayable(now: Corrected, said: OwnSaid): void {
  if (said.kind === 'stated') return;
  const { parameter } = now.shown;
  if (said.kind === 'corrected' && !isEntered(parameter)) {
    throw new DaylightError('conflict', 'said: this was observed, and nobody writes what was observed by themself', {
      field: 'said',
      remedy: 'Say what is wrong and what is right (`disputed`): a privacy officer decides, and you read why.',
    });
  }
  if (said.kind === 'disputed' && isEntered(parameter)) {
    throw new DaylightError('conflict', 'said: you entered this yourself', {
      field: 'said',
      remedy: 'Correct it (`corrected`): it holds at once.',
    });
  }
  if (said.kind === 'disputed' && isDisputed(now)) {
    throw new DaylightError('conflict', 'said: you have said of this record already that it is wrong', {
      field: 'said',
      remedy: 'Withdraw that first, or wait for the answer.',
    });
  }
  if (isAlike(now.shown, after(now, said))) {
    throw new DaylightError('conflict', 'said.values: it says that already', {
      field: 'said.values',
      remedy: 'Say what it should say instead; to add something to it, make a statement.',
    });
  }
}

/** The record as it would be. Throws DaylightError `conflict` where nothing like that could have been recorded. */
function after({ shown }: Corrected, { values }: Extract<OwnSaid, { kind: 'corrected' | 'disputed' }>): Observation {
  const then = withValues(shown, values);
  if (then.ok) return then.observation;
  throw new DaylightError('conflict', `said.values: ${then.problem}`, {
    field: 'said.values',
    remedy: 'Name fields of this record alone, with values that it could have had.',
  });
}

function isAlike(one: Observation, other: Observation): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Throws DaylightError `conflict` for a time at which the session cannot have begun or ended. */
async function requireTime(
  { corrections: kept }: Context,
  person: PersonRecord,
  wanted: {
    readonly day: string;
    readonly session: SessionEvent['session'];
    readonly now: Corrected;
    readonly to: Observation;
    readonly at: UnixMs;
  },
): Promise<void> {
  const { day, session, now, to, at } = wanted;
  if (now.shown.parameter !== 'session') return;
  const around = await kept.entries(person, 'session', addDays(day, -2), addDays(day, 2));
  const all = around.flatMap(({ session: of, observation }) =>
    observation.parameter === 'session' ? [{ session: of, observation }] : [],
  );
  const recordedAt = now.changes[0]?.from['at'] ?? now.shown.at;
  const times = { at: to.at, recordedAt: Number(recordedAt), now: at };
  const problem = timeProblem(all, { session, observation: now.shown }, times);
  if (problem === null) return;
  throw new DaylightError('conflict', `said.values.${problem}`, {
    field: 'said.values.at',
    remedy: 'Give a time at which the session can have begun or ended, or add a statement in words.',
  });
}

function requireOpen(now: Corrected, number: number): Dispute {
  const found = openDispute(now, number);
  if (found !== null) return found;
  if (!now.disputes.some((one) => one.number === number))
    throw new DaylightError('not_found', 'number: nothing of this number is disputed in this record');
  throw new DaylightError('conflict', 'number: this is answered or withdrawn already', {
    field: 'number',
    remedy: 'Look at what stands there now.',
  });
}

function notYet(): DaylightError {
  return new DaylightError('conflict', 'on: this day has not come yet', {
    field: 'on',
    remedy: 'Put it on record when they have been told.',
  });
}

async function viewWith(
  context: Context,
  actor: Actor,
  one: Located,
  disclosures: readonly DisclosureView[],
): Promise<CorrectionView> {
  const { person, correction, parameter, day, session, stored, corrected } = one;
  const { shown, changes, disputes, statements } = corrected;
  const called = (id: PersonId): Promise<string | null> => nameOf(context, actor.org, id);
  const isOwn = person === actor.person;
  const recipients = recipientsOf(one, disclosures).filter(({ isSecret }) => !isOwn || !isSecret);
  return {
    ...{ correction, person, parameter, day, session, stored, shown },
    changes: await Promise.all(
      changes.map(async (change) => ({ ...change, byName: change.by === null ? null : await called(change.by) })),
    ),
    disputes: await Promise.all(
      disputes.map(async ({ answer, ...dispute }) => ({
        ...dispute,
        due: dispute.state === 'open' ? lastDayOf(dayOf(dispute.at), 1) : null,
        answer: answer === null ? null : { ...answer, byName: await called(answer.by) },
      })),
    ),
    statements: [...statements],
    recipients: await Promise.all(
      recipients.map(async ({ disclosure, recipient, givenOn, told }) => {
        if (told === null) return { disclosure, recipient, givenOn, told };
        const { at, by, outcome, on, words } = told;
        return { disclosure, recipient, givenOn, told: { at, by, byName: await called(by), outcome, on, words } };
      }),
    ),
  };
}

function dueIn({ disputes }: CorrectionView): string {
  return disputes.find(({ due }) => due !== null)?.due ?? '9999';
}
