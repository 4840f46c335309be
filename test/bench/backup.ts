import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { backupOnHost } from '../../server/backupOnHost.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { systemRandom } from '../../server/random.ts';
import { restoreOnHost } from '../../server/restoreOnHost.ts';
import { ImageId, SegmentId } from '../../shared/ids.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { batch } from '../support/storeRecords.ts';
import { prepareTwo, surroundings } from '../support/twoOrganisations.ts';
import type { Bench } from './report.ts';

const run = promisify(execFile);
const SEGMENT = 100_000;
const IMAGE = 200_000;

/** A backup and its restore, beside restic (where it is installed) on the same files. */
export const backup: Bench = async ({ quick, say }) => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-backup-'));
  try {
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
    const bytes = await fill(data, quick ? 50 : 1_000);
    const options = { data, backups, ...surroundings };
    const speed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const began = performance.now();
      await work();
      const seconds = (performance.now() - began) / 1_000;
      say(
        what,
        `${(bytes / 1e6 / seconds).toFixed(0)} MB/s (${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s)`,
      );
    };
    await speed('backup: Daylight', () => backupOnHost(options, 30));
    const env = { ...process.env, RESTIC_PASSWORD: 'a benchmark', RESTIC_REPOSITORY: join(folder, 'restic') };
    const restic = (...args: readonly string[]) =>
      run('restic', ['--quiet', '--no-cache', ...args], { cwd: data, env });
    const isThere = await restic('init').then(
      () => true,
      () => false,
    );
    if (!isThere) say('backup: restic', 'is not installed');
    else await speed('backup: restic', () => restic('backup', 'daylight.db', 'blobs'));
    // As on an empty disk: nothing is there that could be linked to.
    await rm(join(data, 'blobs'), { recursive: true });
    await speed('restore: Daylight', () => restoreOnHost(options, 'newest'));
    if (isThere)
      await speed('restore: restic', () => restic('restore', 'latest', '--target', join(folder, 'restored')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Segments and images in two organisations; returns how many bytes database and images have. */
async function fill(data: string, batches: number): Promise<number> {
  const { acme } = await prepareTwo(data, 1);
  const foundation = await openFoundationIn(data);
  const { store, vault } = foundation;
  const [owner] = await store.people(acme);
  const [laptop] = owner === undefined ? [] : await store.devices(acme, [owner.person]);
  if (owner === undefined || laptop === undefined) throw new Error('nobody was made');
  const mine = { org: acme, person: owner.person, device: laptop.device };
  const day = '2026-03-02';
  const terms = { day, policyVersion: 1, termsVersion: 1, expires: '2099-12-31', epoch: epochOfDay(day) };
  for (let seq = 2; seq < 2 + batches; seq += 1) {
    const ids = { org: acme, person: owner.person, segment: SegmentId.parse(randomUUID()) };
    const key = { ...ids, device: laptop.device, parameter: 'title', ...terms } as const;
    const segment = { ...key, sealed: await vault.seal(segmentScope(key), systemRandom.bytes(SEGMENT)) };
    const image = { ...ids, image: ImageId.parse(randomUUID()), ...terms };
    const blob = { ...image, sealed: await vault.seal(imageScope(image), systemRandom.bytes(IMAGE)) };
    const appended = await store.appendBatch(batch(seq, { ...mine, segments: [segment], blobs: [blob] }));
    if (appended.kind !== 'committed') throw new Error(`a batch was not stored: ${appended.kind}`);
  }
  await foundation.close();
  return (await stat(join(data, 'daylight.db'))).size + batches * IMAGE;
}
