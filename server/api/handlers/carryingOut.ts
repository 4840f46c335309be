import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { type CorrectionValues, isEntered } from '../../../shared/correction.ts';
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
import { sayOf } from './corrections.ts';
import { orderOwn, previewOwn, requireFewOwn } from './erasures.ts';

/**
 * What a person asked for and could do themself, done for them once it is proved that they asked: by the functions that their own hand goes
 * by, with the name of whoever did it. It answers nothing.
 */
export function carryingOut(
  context: Context,
  countings: Countings,
): HandlersOf<'previewRequestedErasure' | 'carryOutErasure' | 'carryOutCorrection'> {
  const { requests, corrections, clock } = context;

  const proven = (asking: PersonRecord, proof: Proof): Promise<void> =>
    refusedOnRecord(context, asking, 'request_proof_refused', () => requireSamePerson(context, asking, proof));

  async function contentOf<K extends AnsweredContent['kind']>(
    leave: Authorized<'request.answer'>,
    request: RequestId,
    kind: K,
  ): Promise<Extract<AnsweredContent, { kind: K }>> {
    const { content } = await requests.requireOpen(leave, request);
    if (isOf(content, kind)) return content;
    throw new DaylightError('conflict', 'this request asks for something else', {
      remedy: 'Read what it asks for, and carry that out or answer it.',
    });
  }

  async function erasureAsked(leave: Authorized<'request.answer'>, request: RequestId, zone: string) {
    return targetOf(await contentOf(leave, request, 'erasure'), { zone, now: clock.now() });
  }

  return {
    async previewRequestedErasure({ params: { request }, body: { zone }, person, leave }) {
      const what = await erasureAsked(leave, request, zone);
      return countings.run(person.person, async () => {
        await recordLook(context, leave.actor, person.person, { action: 'held', purpose: 'security' });
        return previewOwn(context, person, what);
      });
    },
    async carryOutErasure({ params: { request }, body: { zone, ...proof }, person, leave, signedIn }) {
      await erasureAsked(leave, request, zone);
      await proven(signedIn.person, proof);
      return countings.run(person.person, async () => {
        // Once more, when it is its turn: the person may have withdrawn it meanwhile.
        const asked = await erasureAsked(leave, request, zone);
        await requireFewOwn(context, person);
        await recordLook(context, leave.actor, person.person, { action: 'held', purpose: 'security' });
        const { refused } = await previewOwn(context, person, asked);
        const parameters = asked.parameters.filter((id) => !refused.some(({ parameter }) => parameter === id));
        const what = parameters.length === 0 ? asked : { ...asked, parameters };
        return orderOwn(context, { person, by: signedIn.person }, what);
      });
    },
    async carryOutCorrection({ params: { request }, body, person, leave, signedIn }) {
      const { parameter, day, reads, values, words, ...proof } = body;
      await contentOf(leave, request, 'rectification');
      await proven(signedIn.person, proof);
      if (!isEntered(parameter)) throw observed();
      await recordLook(context, leave.actor, person.person, { action: 'corrections', purpose: 'security' });
      const entries = await corrections.entries(person, parameter, day, day);
      const [found, another] = entries.filter(({ observation }) => readsSo(observation, reads));
      if (found === undefined) throw noneReadsSo();
      if (another !== undefined) throw severalReadSo();
      const named = { day, session: found.session, record: found.stored };
      const said = { kind: 'corrected', values, words } as const;
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
  { zone, now }: { readonly zone: string; readonly now: UnixMs },
): Extract<ErasureTarget, { kind: 'days' }> {
  // The day after today, as it may have begun in that zone; what is not over yet goes until now.
  const [first, last] = [addDays(dayOf(BEFORE_EVERYTHING), 1), addDays(dayOf(now), 1)];
  const { from, to } = scope.of === 'range' ? scope : { from: first, to: last };
  const days = { from: from < first ? first : from, to: to > last ? last : to };
  const parameters: ParameterId[] = scope.of === 'parameter' ? [scope.parameter] : [...parameterIds];
  return { kind: 'days', parameters, ...days, zone };
}

/** As its person sees it. What somebody tells of a time they tell by the minute. */
function readsSo(observation: Observation, reads: CorrectionValues): boolean {
  const all: Readonly<Record<string, unknown>> = { ...observation };
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
