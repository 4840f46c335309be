import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { endingsIn } from '../../server/lifecycle/ended.ts';
import { openLedger } from '../../server/lifecycle/ledger.ts';
import { EndingState } from '../../shared/protocol/http/endings.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { foundIn } from '../support/twoOrganisations.ts';
import { endingsOn, leftOfPerson, piecesOfPerson, prepareTwoPeople } from '../support/twoPeople.ts';
import { startUnsynced } from '../support/unsynced/unsynced.ts';

// FAULTS 25, for the account of a person: a file layer discards what was not fsynced, at every state and between them.

const MOMENTS = ['begins', ...EndingState.options];
const ROUNDS = 2 * MOMENTS.length;
const DAYS = 40;

test(`after ${ROUNDS} power cuts while an account ended, it is there whole and was never begun, or it ends; the other one is whole`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-account-ends-'));
  try {
    const first = join(folder, 'first');
    const { org, ann, bob } = await prepareTwoPeople(first, DAYS);
    const [ofAnn, ofBob] = [await piecesOfPerson(first, ann), await piecesOfPerson(first, bob)];
    const script = join(import.meta.dirname, '../support/endUntilKilled.ts');
    let wereBegun = 0;
    for (let cut = 0; cut < ROUNDS; cut += 1) {
      const data = join(folder, `cut ${cut}`);
      await cp(first, data, { recursive: true });
      const layer = await startUnsynced(process.execPath, ['--import', 'tsx', script, data, org, bob], {
        folder: data,
      });
      await said(layer.child.stdout, `${MOMENTS[cut % MOMENTS.length] ?? ''}\n`);
      if (cut >= MOMENTS.length) await setTimeout(Math.random() * 40);
      await layer.powerCut();

      const isBegun = endingsIn((await openLedger(data)).entries).length > 0;
      const foundation = await openFoundationIn(data);
      const endings = await endingsOn(foundation);
      if (isBegun) {
        wereBegun += 1;
        await vi.waitFor(() => expect(endings.of(org).map(({ state }) => state)).toEqual(['final']), {
          timeout: 20_000,
        });
        expect(await leftOfPerson(foundation, org, bob)).toEqual({ records: 0, keys: 0, opened: 0 });
      } else expect((await leftOfPerson(foundation, org, bob)).opened).toBe(DAYS);
      expect((await leftOfPerson(foundation, org, ann)).opened).toBe(DAYS);
      await endings.close();
      await foundation.close();
      expect(await foundIn(data, ofAnn)).toBe(ofAnn.length);
      if (isBegun) {
        expect(await foundIn(data, ofBob)).toBe(0);
        const states = (await readFile(join(data, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n');
        expect(JSON.parse(states.at(-1) ?? '{}').state).toBe('final');
      }
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
