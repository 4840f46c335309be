import { z } from 'zod';
import { type ParameterId, parameterIds } from '../../catalog.ts';
import { observationSchemas } from '../../events/observation.ts';
import { line, text, turnsNothing } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { Region } from './region.ts';
import { changedEntry, changeOf } from './registerEntry.ts';
import { empty, route } from './route.ts';

/** Every field of every parameter, as `app.name`: of what is not in it, nobody can be allowed anything. */
export const processorFields: readonly string[] = parameterIds.flatMap((id) => fieldsOf(id));

function fieldsOf(parameter: ParameterId): string[] {
  const shapes = Object.values<z.ZodObject>(observationSchemas[parameter]).map(({ shape }) => Object.keys(shape));
  const fields = new Set(shapes.flat().filter((name) => name !== 'parameter'));
  return [...fields].map((name) => `${parameter}.${name}`);
}

/** It stands in the notice, between words of Daylight's. */
const TURNS = 'expected words without characters that turn the direction of text';

/** Somebody who works with data of people for the organisation and on its word (GDPR Art. 28). */
export const Processor = z.strictObject({
  name: line(1, 200).refine(turnsNothing, TURNS),
  contact: line(1, 300).refine(turnsNothing, TURNS),
  /** Where they are. */
  region: Region,
  purpose: text(1, 1_000, 'say what for').refine(turnsNothing, TURNS),
  /** All that they may get. */
  fields: z
    .array(
      z
        .string()
        .refine((field) => processorFields.includes(field), 'expected a field of the catalogue, such as app.name'),
    )
    .refine((all) => new Set(all).size === all.length, 'expected each field once'),
  contractOn: Day,
  /** What makes it lawful that they are elsewhere than the data (GDPR Art. 46), such as standard contractual clauses; empty: nothing does. */
  safeguard: line(0, 500).refine(turnsNothing, TURNS),
  /** `ended`: they get nothing any more. */
  state: z.enum(['holds', 'ended']),
});
export type Processor = z.infer<typeof Processor>;

/** As it is kept. `from`: what was new to people at the last change that was more than minor may not be given before; the server says it. */
export const RecordedProcessor = Processor.extend({ from: UnixMs.optional() });
export type RecordedProcessor = z.infer<typeof RecordedProcessor>;

/** A processor as the register has them now. */
export const ProcessorSummary = RecordedProcessor.extend({ number: z.int().min(1) });
export type ProcessorSummary = z.infer<typeof ProcessorSummary>;

export const ProcessorsView = z.strictObject({
  revision: z.int(),
  processors: z.array(ProcessorSummary.extend({ changes: z.array(changeOf(RecordedProcessor)) })),
  /** Entries that were damaged in the store. They count for nothing. */
  unreadable: z.int(),
});
export type ProcessorsView = z.infer<typeof ProcessorsView>;

export const processorRoutes = {
  processors: route({
    method: 'GET',
    path: '/records/processors',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The register of processors (GDPR Art. 28), with all that was ever written in it. Daylight sends nothing to any of them (privacy officer, owner).',
    body: null,
    response: ProcessorsView,
  }),
  recordProcessor: route({
    method: 'PUT',
    path: '/records/processors',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Adds a processor, or writes the one of `number` anew (privacy officer, owner). 400 for one in another country than the data, without a safeguard. 409 when `revision` is not the newest.',
    body: z.strictObject({ ...changedEntry, processor: Processor }),
    response: ProcessorsView,
  }),
};
