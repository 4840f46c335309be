import { join } from 'node:path';
import type { Foundation } from '../../server/foundation.ts';
import { imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { systemRandom } from '../../server/random.ts';
import { readRootKeyFile } from '../../server/vault/rootKey.ts';
import { createVault, unlessLost } from '../../server/vault/vault.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { Day } from '../../shared/time.ts';

/** One day of one parameter: how many segments and pictures there are, and how many of them open. */
export interface Stored {
  readonly parameter: ParameterId;
  readonly day: Day;
  readonly segments: number;
  readonly images: number;
  readonly opens: number;
}

/**
 * What is stored of somebody, opened with whatever keys the key store has: whoever has the folder and its root key could do that, also with what
 * the server hands out to nobody.
 */
export async function storedOf(
  { folder, store, keyStore }: Pick<Foundation, 'folder' | 'store' | 'keyStore'>,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
): Promise<readonly Stored[]> {
  const rootKey = await readRootKeyFile(join(folder, 'root.key'));
  const random = (length: number) => systemRandom.bytes(length);
  const vault = await createVault({ keyStore: { ...keyStore, ended: async () => [] }, rootKey, random });
  const stored: Stored[] = [];
  for (const { parameter, day } of await store.held(org, person)) {
    const segments = await store.segments(org, person, parameter, day, day);
    const images = parameter === 'screenshot' ? await store.images(org, person, day) : [];
    const opened = await Promise.all([
      ...segments.map((one) => unlessLost(vault.open(segmentScope(one), one.sealed))),
      ...images.map(async ({ image }) => {
        const one = await store.blob(org, person, image);
        return one === null ? null : unlessLost(vault.open(imageScope(one), one.sealed));
      }),
    ]);
    const opens = opened.filter((bytes) => bytes !== null).length;
    stored.push({ parameter, day, segments: segments.length, images: images.length, opens });
  }
  await vault.close();
  const order = ({ parameter, day }: Stored): string => `${parameterIds.indexOf(parameter)} ${day}`;
  return stored.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}
