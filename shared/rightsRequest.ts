import { z } from 'zod';
import { canonical } from './canonical.ts';
import { ParameterId } from './catalog.ts';
import { OrgId, PersonId, RequestId } from './ids.ts';
import { line, name, text } from './text.ts';
import { DAY, Day, UnixMs } from './time.ts';

/** What a person writes with a request. Where the request says nothing by itself, something has to be written. */
const words = text(0, 2_000);
const neededWords = text(1, 2_000, 'say what it is about, in words that a person will read');

export const ErasureScope = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('everything') }),
  z
    .strictObject({ of: z.literal('range'), from: Day, to: Day })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'expected a day that is not before the first one' }),
  z.strictObject({ of: z.literal('parameter'), parameter: ParameterId }),
]);
export type ErasureScope = z.infer<typeof ErasureScope>;

/**
 * What somebody asks of their organisation about their own data: access (GDPR Art. 15), rectification (16), erasure (17), restriction
 * (18), to whom it was disclosed (19, 15(1)(c)), portability (20), or anything else. A human answers it. An objection needs nobody's
 * answer and is no request.
 */
export const AnsweredContent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('access'), words }),
  z.strictObject({ kind: z.literal('rectification'), words: neededWords }),
  z.strictObject({ kind: z.literal('erasure'), scope: ErasureScope, words }),
  z.strictObject({ kind: z.literal('restriction'), words: neededWords }),
  z.strictObject({ kind: z.literal('portability'), words }),
  z.strictObject({ kind: z.literal('disclosure'), words }),
  z.strictObject({ kind: z.literal('other'), words: neededWords }),
]);
export type AnsweredContent = z.infer<typeof AnsweredContent>;
export type AnsweredKind = AnsweredContent['kind'];
export const answeredKinds: readonly AnsweredKind[] = AnsweredContent.options.map(({ shape }) => shape.kind.value);

/** The download of everything that is held: nobody answers it and nobody reads words of it. Once it counts it is open. */
const CopyContent = z.strictObject({ kind: z.literal('copy'), words: z.literal('') });
export const COPY: z.infer<typeof CopyContent> = { kind: 'copy', words: '' };

export const RequestContent = z.discriminatedUnion('kind', [...AnsweredContent.options, CopyContent]);
export type RequestContent = z.infer<typeof RequestContent>;

/** For so long a copy that counts can be downloaded: a week off, and no standing permission. */
export const COPY_DAYS = 7;
export const COPY_MS = COPY_DAYS * DAY;

/** Who asks for somebody else, and what shows that they may: a power of attorney, a letter, a court's order, and where it is kept. */
export const Representative = z.strictObject({
  name: name(120),
  reference: line(1, 200),
  words: text(1, 1_000, 'say what the written authorisation is and what it covers'),
});
export type Representative = z.infer<typeof Representative>;

/** Everything that a person is asked "was that you?" about, which is what their device signs the digest of. */
export const RequestStatement = z.strictObject({
  org: OrgId,
  person: PersonId,
  request: RequestId,
  filedAt: UnixMs,
  content: RequestContent,
  /** Null: the person filed it themself. */
  representative: Representative.nullable(),
});
export type RequestStatement = z.infer<typeof RequestStatement>;

/** The text whose SHA-256, over its UTF-8 bytes, stands for the request in what a device signs. */
export function statementText({ org, person, request, filedAt, content, representative }: RequestStatement): string {
  return canonical({ org, person, request, filedAt, content, representative });
}

/**
 * As an agent is asked that does not know copies: as a request for access, which it calls a copy of one's data. Its digest proves a copy
 * as well, for the request of this id alone.
 */
export function beforeCopies<S extends Pick<RequestStatement, 'content'>>(statement: S): S {
  if (statement.content.kind !== 'copy') return statement;
  return { ...statement, content: { kind: 'access', words: '' } };
}

/** Of one person at once; with those of representatives they are sent to a device in one frame. */
export const WAITING_OWN_MOST = 3;
export const WAITING_REPRESENTED_MOST = 2;

/** Why a request may be refused: these and no others. Each is a sentence in the console. */
export const RefusalReason = z.enum([
  'manifestly_unfounded', // Art. 12(5)(b)
  'excessive', // Art. 12(5)(b)
  'identity_not_proved', // Art. 12(6)
  'not_their_data',
  'nothing_held',
  'law_requires_keeping', // Art. 17(3)(b)
  'legal_claims', // Art. 17(3)(e)
  'rights_of_others', // Art. 15(4), 20(4)
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

/** How an officer made sure who somebody is whose computer is gone. */
export const IdentityCheck = z.enum(['identity_document', 'known_in_person']);
export type IdentityCheck = z.infer<typeof IdentityCheck>;

/** How a request came that was not made in the console. */
export const ReceivedThrough = z.enum(['in_person', 'letter', 'telephone']);
export type ReceivedThrough = z.infer<typeof ReceivedThrough>;

/** What the one who answers writes. */
export const AnswerText = text(1, 4_000, 'say why, in words that the person will read');
