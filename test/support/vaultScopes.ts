import { randomBytes } from 'node:crypto';
import { rootKeyOf } from '../../server/vault/rootKey.ts';
import { createVault, type SealScope, type Vault } from '../../server/vault/vault.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { createMemoryKeyStore, type MemoryKeyStore } from './memoryKeyStore.ts';

export const ORG = OrgId.parse('6f1d8a52-3f0c-4f43-9a51-0d6f5c1f7a01');
export const OTHER_ORG = OrgId.parse('6f1d8a52-3f0c-4f43-9a51-0d6f5c1f7a02');
export const PERSON = PersonId.parse('0b7c2f0e-93a4-4c39-8f0c-6a8f9f3f1a01');
export const OTHER_PERSON = PersonId.parse('0b7c2f0e-93a4-4c39-8f0c-6a8f9f3f1a02');

export const TITLES: SealScope = {
  org: ORG,
  person: PERSON,
  parameter: 'title',
  epoch: 2_968,
  record: '3d9d7d0a-5d5b-4a5e-8c55-7f7a1f1b2c01',
  part: 'observations',
  policyVersion: 3,
};

export const ORG_PROFILE: SealScope = {
  org: ORG,
  person: null,
  parameter: 'profile',
  epoch: 0,
  record: ORG,
  part: 'profile',
  policyVersion: 0,
};

/** The scope with each of its fields changed in turn. */
export function neighboursOf(scope: SealScope): readonly SealScope[] {
  return [
    { ...scope, org: OTHER_ORG },
    { ...scope, person: scope.person === null ? PERSON : OTHER_PERSON },
    { ...scope, person: scope.person === null ? OTHER_PERSON : null },
    { ...scope, parameter: scope.parameter === 'app' ? 'url' : 'app' },
    { ...scope, parameter: scope.parameter === 'profile' ? 'image' : 'profile' },
    { ...scope, epoch: scope.epoch + 1 },
    { ...scope, record: `${scope.record}0` },
    { ...scope, part: `${scope.part}0` },
    { ...scope, policyVersion: scope.policyVersion + 1 },
  ];
}

export async function memoryVault(): Promise<{ vault: Vault; keyStore: MemoryKeyStore }> {
  const keyStore = createMemoryKeyStore();
  const vault = await createVault({ keyStore, rootKey: rootKeyOf(randomBytes(32)), random: randomBytes });
  return { vault, keyStore };
}

/** `open`, as its outcome: the text, or the code of the error. Any other failure is thrown on. */
export async function outcomeOf(opening: Promise<Uint8Array>): Promise<string> {
  try {
    return Buffer.from(await opening).toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
