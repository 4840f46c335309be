import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../server/store/sqlite/store.ts';
import type { WriterLimits } from '../../server/store/sqlite/writer.ts';
import type { Store } from '../../server/store/store.ts';
import { sealedForTest } from './sealedForTest.ts';

/** An empty folder, and how to remove it. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-store-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The real store in a folder, with bytes that the tests call sealed. */
export function openStoreIn(folder: string, limits?: WriterLimits): Promise<Store> {
  const options = { folder, randomBytes, fromStore: sealedForTest };
  return openSqliteStore(limits === undefined ? options : { ...options, limits });
}
