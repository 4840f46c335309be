import { z } from 'zod';
import { catalog, ParameterId } from './catalog.ts';
import { Observation, parseObservation } from './events/observation.ts';
import { PersonId, RequestId } from './ids.ts';
import { text } from './text.ts';
import { Day, UnixMs } from './time.ts';

/** What a record should say, field by field; what is not named stays as it is. */
export const CorrectionValues = z
  .record(z.string().max(32), z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]))
  .refine((values) => Object.keys(values).length > 0, 'expected at least one field');
export type CorrectionValues = z.infer<typeof CorrectionValues>;

const neededWords = text(1, 2_000, 'say why, in words that a person will read');
const words = text(0, 2_000);
const number = z.int().min(1);

/** Why what was observed stays as it is: these and no others. Each is a sentence in the console. */
export const CorrectionRefusal = z.enum(['is_right', 'cannot_be_shown', 'manifestly_unfounded', 'excessive']);
export type CorrectionRefusal = z.infer<typeof CorrectionRefusal>;

/** GDPR Art. 19: a recipient is told, unless that is impossible or would take a disproportionate effort. */
export const TellingOutcome = z.enum(['told', 'impossible', 'disproportionate']);
export type TellingOutcome = z.infer<typeof TellingOutcome>;

/**
 * One step about one record. The person's own: `corrected` (what they entered, at once; `by` whom, where somebody carried out what they had asked
 * for), `disputed` (what was observed is wrong, and what
 * would be right), `withdrawn`, and `stated` (a supplementary statement, GDPR Art. 16). Somebody else's: `accepted` and `refused` answer
 * the dispute of that number; `told` says what was done about a recipient of the data, by the number of the disclosure.
 */
export const CorrectionSaid = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('corrected'), values: CorrectionValues, words, by: PersonId.optional() }),
  z.strictObject({ kind: z.literal('disputed'), values: CorrectionValues, words: neededWords }),
  z.strictObject({ kind: z.literal('stated'), words: neededWords }),
  z.strictObject({ kind: z.literal('withdrawn'), dispute: number }),
  z.strictObject({ kind: z.literal('accepted'), dispute: number, by: PersonId, words: neededWords }),
  z.strictObject({
    kind: z.literal('refused'),
    dispute: number,
    by: PersonId,
    reason: CorrectionRefusal,
    words: neededWords,
    appeal: z.string().min(1),
  }),
  z.strictObject({
    kind: z.literal('told'),
    disclosure: number,
    by: PersonId,
    outcome: TellingOutcome,
    /** The day on which they were told; null where they were not. */
    on: Day.nullable(),
    /** How, or why not. */
    words: neededWords,
  }),
]);
export type CorrectionSaid = z.infer<typeof CorrectionSaid>;

export const CorrectionStep = z.strictObject({ number, at: UnixMs, said: CorrectionSaid });
export type CorrectionStep = z.infer<typeof CorrectionStep>;

/** Everything that was said about one record. It is kept with the record, and goes with it. */
export const CorrectionFile = z.strictObject({
  correction: RequestId,
  /** The record as it was stored first. */
  of: Observation,
  steps: z.array(CorrectionStep).min(1),
});
export type CorrectionFile = z.infer<typeof CorrectionFile>;

/** Of one record: more would make everybody's reports longer to read. */
export const MOST_STEPS = 50;

/** How a page marks what was corrected, completed or is disputed. */
export const Mark = z.strictObject({
  /** When it was corrected last; null: it is as it was recorded. */
  correctedAt: UnixMs.nullable(),
  /** What the person states about it. */
  statements: z.array(z.string()),
  /** The person says that it is wrong, and nobody has decided that. */
  disputed: z.boolean(),
});
export type Mark = z.infer<typeof Mark>;

/** Fields that a person may say the right value of. Of a picture, and of what Daylight says of itself, there is none. */
const correctable = {
  session: ['at'],
  project: ['project', 'task'],
  notes: ['note'],
  activity: ['active', 'keys', 'clicks', 'scrolls', 'moves'],
  app: ['category', 'name'],
  title: ['title'],
  url: ['category', 'domain', 'host', 'path'],
  device: ['platform', 'arch', 'osVersion', 'model', 'memoryGiB'],
  timezone: ['zone'],
  screenshot: [],
  diagnostics: [],
} as const satisfies Readonly<Record<ParameterId, readonly string[]>>;

export type CorrectableField = (typeof correctable)[ParameterId][number];

/** The fields of this record that can be corrected: of a session when it was started and stopped, and nothing that was noticed meanwhile. */
export function correctableFields(observation: Observation): readonly CorrectableField[] {
  if (observation.parameter === 'session' && !['start', 'stop'].includes(observation.event)) return [];
  const fields: readonly CorrectableField[] = correctable[observation.parameter];
  return fields.filter((field) => Object.hasOwn(observation, field));
}

/** What the person entered they correct themself; about what was observed somebody else decides. */
export function isEntered(parameter: ParameterId): boolean {
  return catalog[parameter].source === 'entered';
}

/** The record with these values; a sentence where it would not be one that could have been recorded. */
export function withValues(
  observation: Observation,
  values: CorrectionValues,
): { readonly ok: true; readonly observation: Observation } | { readonly ok: false; readonly problem: string } {
  const fields = correctableFields(observation);
  const other = Object.keys(values).find((field) => !fields.some((one) => one === field));
  if (other !== undefined) return { ok: false, problem: `${other}: this cannot be corrected in this record` };
  return parseObservation({ ...observation, ...values });
}
