import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { finishCancellations } from '../../server/lifecycle/cancellation.ts';
import { clearingStates } from '../../server/lifecycle/ledgerEntry.ts';
import { foundIn, leftOf, piecesOf, prepareTwo, surroundings } from '../support/twoOrganisations.ts';
import { startUnsynced } from '../support/unsynced/unsynced.ts';

// FAULTS 24, for cancelling: a file layer discards what was not fsynced, at any moment.

const MOMENTS = ['begins', ...clearingStates];
const ROUNDS = 2 * MOMENTS.length;
const DAYS = 60;

test(`after ${ROUNDS} power cuts while an organisation was cancelled, it is there whole and was never begun, or it ends; the other one is whole`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-cancelling-'));
  try {
    const first = join(folder, 'first');
    const { acme, bolt } = await prepareTwo(first, DAYS);
    const [ofAcme, ofBolt] = [await piecesOf(first, acme), await piecesOf(first, bolt)];
    const script = join(import.meta.dirname, '../support/cancelUntilKilled.ts');
    let wereBegun = 0;
    for (let cut = 0; cut < ROUNDS; cut += 1) {
      const data = join(folder, `cut ${cut}`);
      await cp(first, data, { recursive: true });
      const layer = await startUnsynced(process.execPath, ['--import', 'tsx', script, data, acme], { folder: data });
      await said(layer.child.stdout, MOMENTS[cut % MOMENTS.length] ?? '');
      if (cut >= MOMENTS.length) await setTimeout(Math.random() * 50);
      await layer.powerCut();

      const finished = await finishCancellations({ data, ...surroundings });
      const acmes = await leftOf(data, acme);
      if (finished.length > 0) wereBegun += 1;
      // Not begun, or ended before the cut.
      if (finished.length === 0 && acmes.keys > 0) expect(acmes.opened).toBe(DAYS);
      else expect([acmes, await foundIn(data, ofAcme)]).toEqual([{ records: 0, keys: 0, opened: 0 }, 0]);
      expect([(await leftOf(data, bolt)).opened, await foundIn(data, ofBolt)]).toEqual([DAYS, ofBolt.length]);
      await rm(data, { recursive: true });
    }
    expect(wereBegun).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);

async function said(stream: NodeJS.ReadableStream | null, word: string): Promise<void> {
  if (stream === null) throw new Error('its output is no pipe');
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes(word)) return;
      stream.off('data', hear).off('end', ended);
      resolve();
    };
    const ended = (): void => reject(new Error(`it ended without "${word}": ${text}`));
    stream.on('data', hear).once('end', ended);
  });
}
