import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchContext, Spool } from '../../../agent/core/spool/spool.ts';
import { BootId } from '../../../shared/ids.ts';
import { context, scratch, title } from '../../support/agentKit.ts';
import { openSpoolIn } from '../../support/openedSpool.ts';

type Step = 'record' | 'flush' | 'connect' | 'connect, acknowledgement lost' | 'restart' | 'back up' | 'restore';

const step = fc.constantFrom<Step>(
  ...(['record', 'record', 'record', 'flush', 'flush', 'connect'] as const),
  ...(['connect, acknowledgement lost', 'restart', 'back up', 'restore'] as const),
);

test('whenever a folder is put back, nothing is stored twice, and nothing that it recorded is lost without being counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      await using place = await scratch();
      const [folder, backup] = [join(place.folder, 'agent'), join(place.folder, 'backup')];
      const server = { stored: [] as string[], dropped: 0, committed: 0 };
      // A folder that is put back knows no more than it did when it was backed up.
      let known: readonly string[] = [];
      let backedUp: readonly string[] | null = null;
      let wasRestored = false;
      let n = 0;
      let here: BatchContext = { ...context, boot: boot(0) };
      let spool = await openSpoolIn(folder);
      const begin = async (): Promise<void> => {
        here = { ...context, boot: boot((n += 1)) };
        spool = await openSpoolIn(folder);
      };
      for (const one of steps) {
        if (one === 'record') {
          const name = `n${(n += 1)}`;
          await spool.append(here, [title(name)]);
          known = [...known, name];
        } else if (one === 'flush') await spool.flush();
        else if (one === 'connect') await connect(spool, server, true);
        else if (one === 'connect, acknowledgement lost') await connect(spool, server, false);
        else if (one === 'restart') await begin();
        else if (one === 'back up') {
          await rm(backup, { recursive: true, force: true });
          await cp(folder, backup, { recursive: true });
          backedUp = known;
        } else if (backedUp !== null) {
          await rm(folder, { recursive: true });
          await cp(backup, folder, { recursive: true });
          known = backedUp;
          wasRestored = true;
          await begin();
        }
      }
      await spool.flush();
      await connect(spool, server, true);
      expect(new Set(server.stored).size).toBe(server.stored.length);
      const missing = known.filter((name) => !server.stored.includes(name));
      expect(missing.length).toBeLessThanOrEqual(server.dropped);
      if (!wasRestored) expect(server.dropped).toBe(0);
      expect(spool.waiting().batches).toBe(0);
      await spool.close();
    }),
    { numRuns: 80 },
  );
}, 240_000);

/** Everything that is closed goes out; of the last batch the acknowledgement may be lost. */
async function connect(
  spool: Spool,
  server: { stored: string[]; dropped: number; committed: number },
  isAnswered: boolean,
): Promise<void> {
  await spool.rebase(server.committed);
  for (;;) {
    const batch = await spool.next(server.committed);
    if (batch === null) return;
    expect(batch.frame.seq).toBe(server.committed + 1);
    server.stored.push(...(batch.frame.observations as { title: string }[]).map((one) => one.title));
    server.dropped += batch.frame.dropped.reduce((sum, { count }) => sum + count, 0);
    server.committed = batch.frame.seq;
    if (isAnswered) await spool.acknowledged(batch.frame.seq);
  }
}

function boot(n: number): BootId {
  return BootId.parse(`33333333-3333-4333-8333-${String(n).padStart(12, '0')}`);
}
