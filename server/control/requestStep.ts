import { z } from 'zod';
import { ParameterId } from '../../shared/catalog.ts';
import { DeviceId, PersonId } from '../../shared/ids.ts';
import {
  AnswerText,
  IdentityCheck,
  ReceivedThrough,
  RefusalReason,
  Representative,
  RequestContent,
} from '../../shared/rightsRequest.ts';
import { Signed } from '../../shared/signed.ts';
import { Day, UnixMs } from '../../shared/time.ts';
import type { RequestStepRecord } from '../store/store.ts';
import { type Sealed, type SealScope, type Vault, VaultError } from '../vault/vault.ts';

const by = PersonId;
const words = AnswerText;

/**
 * One step of a request. The first is `filed`, or `correction`; what is a person's own (`agreed`, `withdrawn`), a device's (`proved`, `denied`,
 * `doubted`) or an officer's (`identified`, `extended`, `fulfilled`, `refused`) says so by its kind.
 */
export const RequestStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('filed'),
    content: RequestContent,
    /** Null: the person themself. */
    representation: z.strictObject({ by, representative: Representative }).nullable(),
    /** It is the person's, and came to somebody who answers requests; left out where the person filed it themself. */
    received: z.strictObject({ by, through: ReceivedThrough, words }).optional(),
  }),
  /**
   * No request, and the only step of its kind: something was said about a record that is stored under this day, and is kept with it. It
   * says where to look, and nothing of what was said.
   */
  z.strictObject({ kind: z.literal('correction'), parameter: ParameterId, day: Day }),
  z.strictObject({ kind: z.literal('agreed') }),
  /** `signed`: what the device said, as it said it. */
  z.strictObject({ kind: z.literal('proved'), device: DeviceId, signed: Signed, countsFrom: UnixMs }),
  z.strictObject({ kind: z.literal('denied'), device: DeviceId, signed: Signed }),
  /** A "no" of a device that is too new for its word to decide. */
  z.strictObject({ kind: z.literal('doubted'), device: DeviceId, signed: Signed }),
  z.strictObject({ kind: z.literal('withdrawn') }),
  z.strictObject({ kind: z.literal('identified'), by, how: IdentityCheck, words, countsFrom: UnixMs }),
  z.strictObject({ kind: z.literal('extended'), by, words }),
  z.strictObject({ kind: z.literal('fulfilled'), by, words }),
  /** Without a reason, words and the way to complain there is no refusal (GDPR Art. 12(4)). */
  z.strictObject({ kind: z.literal('refused'), by, reason: RefusalReason, words, appeal: z.string().min(1) }),
]);
export type RequestStep = z.infer<typeof RequestStep>;

/** A step with its place among those of its request; null in it when it was changed in the store since. */
export interface Taken {
  readonly step: number;
  readonly at: UnixMs;
  readonly said: RequestStep | null;
}

type Place = Omit<RequestStepRecord, 'sealed'>;

/** Seals a step for its person, with its request, its place and its instant. */
export function sealStep(vault: Vault, place: Place, step: RequestStep): Promise<Sealed> {
  return vault.seal(scopeOf(place), Buffer.from(JSON.stringify(step), 'utf8'));
}

/** Throws VaultError `unavailable` when the keys cannot be read. */
export async function openStep(vault: Vault, record: RequestStepRecord): Promise<Taken> {
  const { step, at } = record;
  return { step, at, said: await opened(vault, record) };
}

async function opened(vault: Vault, record: RequestStepRecord): Promise<RequestStep | null> {
  try {
    const bytes = await vault.open(scopeOf(record), record.sealed);
    return RequestStep.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function scopeOf({ org, person, request, step, at }: Place): SealScope {
  const part = `request step ${step} at ${at}`;
  return { org, person, parameter: 'profile', epoch: 0, record: request, part, policyVersion: 0 };
}
