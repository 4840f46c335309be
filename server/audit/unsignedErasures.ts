import { z } from 'zod';
import { LeafNumber } from '../../shared/audit/leaf.ts';
import type { OrgId } from '../../shared/ids.ts';
import { Digest } from '../../shared/signed.ts';
import { UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { putSetting, readSetting } from '../control/settings.ts';
import { type KeyStore, type Store, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { sha256 } from './sha256.ts';
import { rootOf } from './tree.ts';

/** The tree as the first server that signs erasures found it: leaves in it that say so unsigned are of before. */
export const UnsignedErasures = z.strictObject({ size: LeafNumber, root: Digest, at: UnixMs });
export type UnsignedErasures = z.infer<typeof UnsignedErasures>;

const NAME = 'unsigned_erasures';

export interface UnsignedDeps {
  readonly store: Pick<Store, 'organisations' | 'auditEdge' | 'setting' | 'putSetting'>;
  readonly vault: Vault;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Keeps, once for a folder, up to where erasures were not signed. The key store keeps when that was: an organisation that was made since, or whose
 * note was taken out, has none, and then nothing unsigned counts. So it comes before anything is erased by whatever opens a folder.
 */
export async function noteUnsignedOnce(
  deps: UnsignedDeps & { readonly keyStore: Pick<KeyStore, 'mark' | 'raiseMark'> },
): Promise<void> {
  const { keyStore, clock } = deps;
  if ((await keyStore.mark('erasures_signed')) !== null) return;
  await noteUnsigned(deps);
  await keyStore.raiseMark('erasures_signed', clock.now());
}

/** Of each organisation that has no such note. It can be called again after any failure. */
export async function noteUnsigned({ store, vault, clock }: UnsignedDeps): Promise<void> {
  for (const { org } of await store.organisations()) {
    if ((await store.setting(org, NAME)) !== null) continue;
    const at = clock.now();
    try {
      const edge = await store.auditEdge(org);
      const tree: UnsignedErasures = { size: edge.size, root: Buffer.from(rootOf(sha256, edge)).toString('hex'), at };
      await putSetting(store, vault, { org, name: NAME, revision: 1, at }, tree);
    } catch (error) {
      // Another process was quicker; or the tree fits nothing, of which `verify-audit` names the first that is wrong.
      if (!(error instanceof StoreError && (error.code === 'conflict' || error.code === 'damaged'))) throw error;
    }
  }
}

/** Null where nothing unsigned counts, as also where the note was changed in the store. */
export async function unsignedErasures(
  { store, vault }: Pick<UnsignedDeps, 'vault'> & { readonly store: Pick<Store, 'setting'> },
  org: OrgId,
): Promise<UnsignedErasures | null> {
  return (await readSetting(store, vault, { org, name: NAME }, UnsignedErasures))?.value ?? null;
}
