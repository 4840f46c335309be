import { z } from 'zod';
import { ParameterId } from '../../shared/catalog.ts';
import { PersonId } from '../../shared/ids.ts';
import { AnswerWords, Grounds } from '../../shared/protocol/http/objections.ts';
import type { PersonalDecision } from '../store/store.ts';
import { type Sealed, type SealScope, type Vault, VaultError } from '../vault/vault.ts';
import type { Decided } from './standing.ts';

/**
 * One decision by or for a person. `objected` and `ended` are the person's own: they withdraw, or have read that they were refused.
 * `upheld` and `refused` answer an objection; neither switches anything on.
 */
export const Decision = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('objected'), parameter: ParameterId, grounds: Grounds }),
  z.strictObject({ kind: z.literal('ended'), parameter: ParameterId }),
  z.strictObject({ kind: z.literal('upheld'), parameter: ParameterId, by: PersonId, words: AnswerWords }),
  z.strictObject({ kind: z.literal('refused'), parameter: ParameterId, by: PersonId, words: AnswerWords }),
]);
export type Decision = z.infer<typeof Decision>;

type Place = Pick<PersonalDecision, 'org' | 'person' | 'revision' | 'at'>;

/** Seals a decision for its person, with its place in the order of theirs and the instant from which it counts. */
export function sealDecision(vault: Vault, place: Place, decision: Decision): Promise<Sealed> {
  return vault.seal(scopeOf(place), Buffer.from(JSON.stringify(decision), 'utf8'));
}

/** What is kept of a decision; null in it when it was changed since. Throws VaultError `unavailable` when the keys cannot be read. */
export async function openDecision(vault: Vault, record: PersonalDecision): Promise<Decided> {
  const { revision, at } = record;
  return { revision, at, decision: await opened(vault, record) };
}

async function opened(vault: Vault, record: PersonalDecision): Promise<Decision | null> {
  try {
    const bytes = await vault.open(scopeOf(record), record.decision);
    return Decision.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function scopeOf({ org, person, revision, at }: Place): SealScope {
  const part = `decision ${revision} at ${at}`;
  return { org, person, parameter: 'profile', epoch: 0, record: person, part, policyVersion: 0 };
}
