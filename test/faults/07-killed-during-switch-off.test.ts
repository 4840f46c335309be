import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { createPolicyCache } from '../../agent/core/gate/policyCache.ts';
import { writeIdentity } from '../../agent/core/identity.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { app, context, scratch, systemRandom, title } from '../support/agentKit.ts';
import { startAgent } from '../support/agentProcess.ts';
import { openSpoolIn } from '../support/openedSpool.ts';
import { startScriptedServer, until } from '../support/scriptedServer.ts';

const clock = createSystemClock();
const TITLES = 160;

test.each([0, 1, 2, 4, 7, 11, 16, 25, 40, 70])(
  'an agent that is killed %i ms into a switch-off sends nothing of that parameter afterwards',
  async (delay) => {
    await using place = await scratch();
    const server = await startScriptedServer(() => clock.now());
    try {
      const files = await openFolder(place.folder);
      await writeIdentity(files, server.identity, server.deviceKey, systemRandom.bytes(12));
      await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
      server.publish((policy) => {
        policy.parameters.title.level = 'full';
        policy.parameters.app.level = 'name';
      });
      const policies = await createPolicyCache({ files, keys: server.identity, clock });
      const { policy, lease } = server.signed();
      expect(await policies.accept(policy, lease)).toMatchObject({ ok: true });
      await fill(place.folder);

      // The switch is already off when the agent connects: it applies that in its first handshake.
      server.publish((next) => void (next.parameters.title.level = 'off'));
      server.onBatch = () => undefined;
      const first = startAgent(place.folder);
      await until(() => server.received.length > 0);
      await setTimeout(delay);
      first.process.kill('SIGKILL');
      await first.exit;
      const before = server.batches.length;

      server.onBatch = (batch, answer) => {
        server.committedSeq = batch.seq;
        answer({ type: 'ack', seq: batch.seq, duplicate: false, stored: batch.observations.length, discarded: {} });
      };
      const second = startAgent(place.folder);
      await until(() => server.committedSeq >= 16);
      second.process.kill('SIGTERM');
      await second.exit;

      const sent = server.batches.flatMap(({ observations }) => observations as { parameter: string }[]);
      expect(sent.filter(({ parameter }) => parameter === 'title')).toEqual([]);
      const final = new Map(server.batches.slice(before).map((batch) => [batch.seq, batch]));
      const apps = [...final.values()].flatMap(({ observations }) => observations).length;
      const dropped = [...final.values()].flatMap((batch) => batch.dropped);
      expect({ apps, dropped: dropped.reduce((sum, { count }) => sum + count, 0) }).toEqual({
        apps: 16,
        dropped: TITLES,
      });
      expect(new Set(dropped.map(({ parameter, cause }) => `${parameter} ${cause}`))).toEqual(
        new Set(['title purged_by_policy']),
      );
    } finally {
      await server.close();
    }
  },
);

async function fill(folder: string): Promise<void> {
  const spool = await openSpoolIn(folder, clock);
  for (let batch = 0; batch < 16; batch += 1) {
    const titles = Array.from({ length: TITLES / 16 }, (_, i) => title(`title ${batch} ${i}`));
    await spool.append({ ...context, policyVersion: 2 }, [...titles, app('Code')]);
    await spool.flush();
  }
  await spool.close();
}
