import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { type CorrectionValues, correctableFields, isEntered } from '../../../shared/correction.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import type { RequestId } from '../../../shared/ids.ts';
import type { ErasureTarget } from '../../../shared/protocol/http/erasures.ts';
import type { AnsweredContent } from '../../../shared/rightsRequest.ts';
import { addDays, dayOf, MINUTE, type UnixMs } from '../../../shared/time.ts';
import type { Authorized } from '../../authorize.ts';
import { BEFORE_EVERYTHING } from '../../lifecycle/erasureOrder.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { Countings } from '../countings.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { type Proof, refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { restrictedByThem, withheldFrom } from '../withheld.ts';
import { sayOf } from './corrections.ts';
import { orderOwn, ownAmong, previewOwn, requireFewOwn } from './erasures.ts';

/**
 * What a person asked for and could do themself, done for them once it is proved that they asked: by the functions that their own hand goes
 * by, with the name of whoever did it. It answers nothing.
 */
export function carryingOut(
  context: Context,
  countings: Countings,
): HandlersOf<'previewRequestedErasure' | 'carryOutErasure' | 'carryOutCorrection'> {
  const { requests, corrections, control, clock } = context;

  const proven = (asking: PersonRecord, proof: Proof): Promise<void> =>
    refusedOnRecord(context, asking, 'request_proof_refused', () => requireSamePerson(context, asking, proof));

  async function contentOf<K extends AnsweredContent['kind']>(
    leave: Authorized<'request.answer'>,
    request: RequestId,
    kind: K,
  ): Promise<{ readonly content: Extract<AnsweredContent, { kind: K }>; readonly filedAt: UnixMs }> {
    const { content, filedAt } = await requests.requireOpen(leave, request);
    if (isOf(content, kind)) return { content, filedAt };
    throw new DaylightError('conflict', 'this request asks for something else', {
      remedy: 'Read what it asks for, and carry that out or answer it.',
    });
  }

  /** Without what the person has had restricted since: that it is kept is their right. It goes until it was asked, which is what was signed. */
  async function erasureAsked(
    leave: Authorized<'request.answer'>,
    { person, request, zone }: { readonly person: PersonRecord; readonly request: RequestId; readonly zone: string },
  ) {
    const { content, filedAt } = await contentOf(leave, request, 'erasure');
    const until = Math.min(filedAt, clock.now());
    const asked = targetOf(content, { zone, until });
    const withheld = await withheldFrom(context, leave.actor, person);
    const parameters = asked.parameters.filter((id) => !withheld.has(id));
    if (parameters.length === 0) throw restrictedByThem();
    return { what: { ...asked, parameters }, until };
  }

  async function requireUnrestricted(
    { actor }: Authorized<'request.answer'>,
    person: PersonRecord,
    parameters: readonly ParameterId[],
  ): Promise<void> {
    const withheld = await withheldFrom(context, actor, person);
    if (parameters.some((id) => withheld.has(id))) throw restrictedByThem();
  }

  return {
    async previewRequestedErasure({ params: { request }, body: { zone }, person, leave }) {
      const { what, until } = await erasureAsked(leave, { person, request, zone });
      return countings.run(person.person, async () => {
        await recordLook(context, leave.actor, person.person, { action: 'held', purpose: 'security' });
        return previewOwn(context, person, what, until);
      });
    },
    async carryOutErasure({ params: { request }, body: { zone, ...proof }, person, leave, signedIn }) {
      await erasureAsked(leave, { person, request, zone });
      await proven(signedIn.person, proof);
      return countings.run(person.person, async () => {
        // Once more, when it is its turn: the person may have withdrawn it meanwhile.
        const asked = await erasureAsked(leave, { person, request, zone });
        await requireFewOwn(context, person);
        await recordLook(context, leave.actor, person.person, { action: 'held', purpose: 'security' });
        const own = await ownAmong(context, person, asked.what.parameters);
        const what = own.length === 0 ? asked.what : { ...asked.what, parameters: own };
        // And directly before the order: counting what goes may take minutes.
        const guarded = <T>(order: () => Promise<T>): Promise<T> =>
          control.undisturbed(person.org, () =>
            requests.whileOpen(leave, request, async () => {
              await requireUnrestricted(leave, person, what.parameters);
              return order();
            }),
          );
        return orderOwn(context, { person, by: signedIn.person, until: asked.until, guarded }, what);
      });
    },
    async carryOutCorrection({ params: { request }, body, person, leave, signedIn }) {
      const { parameter, day, reads, values, words, ...proof } = body;
      await contentOf(leave, request, 'rectification');
      await proven(signedIn.person, proof);
      if (!isEntered(parameter)) throw observed();
      await requireUnrestricted(leave, person, [parameter]);
      await recordLook(context, leave.actor, person.person, { action: 'corrections', purpose: 'security' });
      const entries = await corrections.entries(person, parameter, day, day);
      const [found, another] = entries.filter(({ observation }) => readsSo(observation, reads));
      if (found === undefined) throw noneReadsSo();
      if (another !== undefined) throw severalReadSo();
      const named = { day, session: found.session, record: found.stored };
      const said = { kind: 'corrected', values, words } as const;
      // Once more: all of the day was opened meanwhile.
      await contentOf(leave, request, 'rectification');
      await requireUnrestricted(leave, person, [parameter]);
      const { correction } = await sayOf(context, leave, { person, by: signedIn.person }, named, said);
      return { correction };
    },
  };
}

function isOf<K extends AnsweredContent['kind']>(
  content: { readonly kind: string },
  kind: K,
): content is Extract<AnsweredContent, { kind: K }> {
  return content.kind === kind;
}

/** What the request names, and nothing more: its person has confirmed that. */
function targetOf(
  { scope }: Extract<AnsweredContent, { kind: 'erasure' }>,
  { zone, until }: { readonly zone: string; readonly until: UnixMs },
): Extract<ErasureTarget, { kind: 'days' }> {
  // The day after it was asked, as that may have begun in that zone.
  const [first, last] = [addDays(dayOf(BEFORE_EVERYTHING), 1), addDays(dayOf(until), 1)];
  const { from, to } = scope.of === 'range' ? scope : { from: first, to: last };
  const days = { from: from < first ? first : from, to: to > last ? last : to };
  const parameters: ParameterId[] = scope.of === 'parameter' ? [scope.parameter] : [...parameterIds];
  return { kind: 'days', parameters, ...days, zone };
}

/**
 * As its person sees it. What somebody tells of a time they tell by the minute. What nobody has to know to say it, as that there is a
 * record, finds none: whoever corrects for a person has to know from them what stands there.
 */
function readsSo(observation: Observation, reads: CorrectionValues): boolean {
  const all: Readonly<Record<string, unknown>> = { ...observation };
  const fields = correctableFields(observation);
  const telling = fields.filter((field) => field !== 'at');
  const isKnown = (telling.length === 0 ? fields : telling).some((field) => Object.hasOwn(reads, field));
  if (!isKnown || !Object.keys(reads).every((field) => field === 'at' || fields.some((one) => one === field)))
    return false;
  return Object.entries(reads).every(([field, value]) => {
    if (field !== 'at') return all[field] === value;
    return Math.floor(Number(value) / MINUTE) === Math.floor(observation.at / MINUTE);
  });
}

function observed(): DaylightError {
  return new DaylightError(
    'conflict',
    'parameter: this was observed, and nobody writes what was observed for a person',
    {
      field: 'parameter',
      remedy: 'Ask the person to say under “My corrections” what is wrong; another officer decides that.',
    },
  );
}

function noneReadsSo(): DaylightError {
  return new DaylightError('not_found', 'reads: no record of this day reads so', {
    field: 'reads',
    remedy: 'Ask the person what stands there, letter by letter, and on which day (UTC).',
  });
}

function severalReadSo(): DaylightError {
  return new DaylightError('conflict', 'reads: several records of this day read so', {
    field: 'reads',
    remedy: 'Ask the person at which minute it was, and name that too (`at`).',
  });
}
