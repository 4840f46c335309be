import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Store, StoreError } from '../../server/store/store.ts';
import { outcome } from '../contract/store.contract.ts';
import { enrolIn } from '../support/enrolIn.ts';
import { openStoreIn, temporaryFolder } from '../support/openedSqliteStore.ts';
import { batch, blob, device, deviceId, orgId, personId, segment } from '../support/storeRecords.ts';

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(canMount)('on a small disk of its own (needs root on Linux to mount one)', () => {
  let folder: string;
  let remove: () => Promise<void>;
  let store: Store;
  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'daylight-test', folder]);
    await writeFile(join(folder, 'ballast'), Buffer.alloc(1024 * 1024));
    store = await openStoreIn(folder);
    await enrolIn(store, device('laptop'));
  });
  afterEach(async () => {
    await store.close();
    execFileSync('umount', [folder]);
    await remove();
  });
  const seqsOf = async (from: Store): Promise<string[]> =>
    (await from.segments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02')).map((one) => one.segment);
  const namesTo = (last: number): string[] => Array.from({ length: last }, (_, at) => segment(`seq ${at + 1}`).segment);

  it('a full disk rejects batches as full, loses none that was accepted, and takes them when there is room', async () => {
    const accepted = await appendUntilFull(store, (seq) => batch(seq));
    expect(accepted).toBeGreaterThan(100);
    expect(await seqsOf(store)).toEqual(namesTo(accepted));
    expect(await outcome(store.appendBatch(batch(accepted + 1)))).toBe('full');
    expect((await store.device(deviceId('laptop')))?.committedSeq).toBe(accepted);

    await rm(join(folder, 'ballast'));
    for (let seq = accepted + 1; seq <= accepted + 50; seq += 1) {
      expect(await store.appendBatch(batch(seq))).toEqual({ kind: 'committed' });
    }
    await store.close();
    store = await openStoreIn(folder);
    expect(await seqsOf(store)).toEqual(namesTo(accepted + 50));
  });

  it('images that do not fit leave no file behind, and those accepted stay whole', async () => {
    const withImage = (seq: number) => batch(seq, { blobs: [blob(`${seq}`, 90_000)] });
    const accepted = await appendUntilFull(store, withImage);
    expect(accepted).toBeGreaterThan(3);
    expect(await readdir(join(folder, 'blobs', orgId('acme')))).toHaveLength(accepted);

    await rm(join(folder, 'ballast'));
    expect(await store.appendBatch(withImage(accepted + 1))).toEqual({ kind: 'committed' });
    for (let seq = 1; seq <= accepted + 1; seq += 1) {
      const image = blob(`${seq}`, 90_000);
      expect(await store.blob(orgId('acme'), personId('ann'), image.image)).toEqual(image);
    }
  });
});

describe.runIf(process.platform !== 'win32')('under a limit on the size of files', () => {
  it('a write that the system refuses rejects its batches and loses none that was accepted', async () => {
    const { folder, remove } = await temporaryFolder();
    const script = join(import.meta.dirname, '../support/appendUntilRefused.ts');
    // 1,024 blocks of 1 KiB; the signal that comes with the refusal is ignored, so that the write fails instead.
    const limited = `trap '' XFSZ; ulimit -f 1024; exec "$0" --import tsx "$1" "$2"`;
    const ran = spawnSync('bash', ['-c', limited, process.execPath, script, folder], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    const { accepted, codes } = JSON.parse(ran.stdout);
    expect(accepted).toBeGreaterThan(100);
    expect(new Set(codes)).toEqual(new Set(['full']));

    const store = await openStoreIn(folder);
    const found = await store.segments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02');
    expect(found.slice(0, accepted)).toEqual(Array.from({ length: accepted }, (_, at) => segment(`seq ${at + 1}`)));
    expect((await store.device(deviceId('laptop')))?.committedSeq).toBe(found.length);
    expect(await store.appendBatch(batch(found.length + 1))).toEqual({ kind: 'committed' });
    await store.close();
    await remove();
  });
});

/** Appends sixteen at a time, then one by one, until one does not fit; returns the highest seq that was committed. */
async function appendUntilFull(store: Store, unit: (seq: number) => ReturnType<typeof batch>): Promise<number> {
  const append = async (seq: number): Promise<string> => {
    try {
      return (await store.appendBatch(unit(seq))).kind;
    } catch (error) {
      return error instanceof StoreError ? error.code : String(error);
    }
  };
  let accepted = 0;
  for (let many = 16; ; ) {
    const results = await Promise.all(Array.from({ length: many }, (_, at) => append(accepted + 1 + at)));
    const committed = results.findIndex((one) => one !== 'committed');
    accepted += committed < 0 ? many : committed;
    if (committed < 0) continue;
    // What comes after one that did not fit is out of order: refused, and not lost.
    expect(results[committed]).toBe('full');
    expect(results.slice(committed).every((one) => one === 'full' || one === 'out_of_order')).toBe(true);
    if (many === 1) return accepted;
    many = 1;
  }
}
