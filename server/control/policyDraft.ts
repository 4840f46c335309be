import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { type DraftedChange, PolicyDraft, type PolicyDraftView } from '../../shared/protocol/http/policyDraft.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import { type Settings, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { putSetting, readSetting } from './settings.ts';

const NAME = 'policy draft';

/** Null: it was discarded. */
const Kept = z.strictObject({ draft: PolicyDraft.nullable() });

export interface PolicyDraftDeps {
  readonly store: Settings;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** The one draft that an organisation works on. It is nobody's policy: nothing but these two functions ever reads it. */
export async function readDraft({ store, vault }: PolicyDraftDeps, org: OrgId): Promise<PolicyDraftView> {
  const kept = await readSetting(store, vault, { org, name: NAME }, Kept);
  if (kept === null) return { revision: 0, draft: null, unreadable: false };
  const { revision, value } = kept;
  return { revision, draft: value?.draft ?? null, unreadable: value === null };
}

/**
 * Keeps `change` in the place of what stood there at `revision`, or discards that (null). Throws DaylightError `conflict` when
 * somebody else was there since: what two people write is never put together, nor one over the other, without their seeing it.
 */
export async function keepDraft(
  deps: PolicyDraftDeps,
  { actor: { org, person } }: Authorized<'policy.publish'>,
  { revision, change }: { readonly revision: number; readonly change: DraftedChange | null },
): Promise<PolicyDraftView> {
  const { store, vault, clock } = deps;
  const before = await readDraft(deps, org);
  if (before.revision !== revision) throw overtaken();
  const at = clock.now();
  const { begunBy, begunAt } = before.draft ?? { begunBy: person, begunAt: at };
  const draft = change === null ? null : { change, begunBy, begunAt, savedBy: person, savedAt: at };
  const place = { org, name: NAME, revision: revision + 1, at };
  await putSetting(store, vault, place, { draft } satisfies z.input<typeof Kept>).catch((cause: unknown) => {
    throw cause instanceof StoreError && cause.code === 'conflict' ? overtaken(cause) : cause;
  });
  return { revision: place.revision, draft, unreadable: false };
}

function overtaken(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'revision: somebody else saved or discarded the draft first', {
    field: 'revision',
    remedy: 'Look at the draft as it is now, and go on with that, or save yours in its place.',
    ...(cause === undefined ? {} : { cause }),
  });
}
