import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { writeIdentity } from '../../agent/core/identity.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, startAgent } from '../support/agentProcess.ts';
import { onAPage, script, typing } from '../support/days/moments.ts';
import { highest } from '../support/everyObservation.ts';
import { type ScriptedServer, startScriptedServer, until } from '../support/scriptedServer.ts';

// FAULTS 4 on the built agent: policies of a newer server, genuinely signed, that say what this agent does not understand.

test('what a policy says that the agent does not understand is off for that parameter alone, and the receipt says why', async () => {
  await using place = await scratch();
  const server = await startScriptedServer(() => Date.now());
  for (const id of parameterIds) assign(server.policy.parameters[id], { level: highest(id) });
  const data = join(place.folder, 'agent');
  const files = await openFolder(data);
  await writeIdentity(files, server.identity, server.deviceKey, randomBytes(12));
  await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
  const day = join(place.folder, 'day');
  await writeFile(day, JSON.stringify(script([...onAPage, typing])));
  const agent = startAgent(data, { scripted: day });
  try {
    await until(() => agent.out().includes('Connected.'));
    expect(await command(agentCli, ['start', '--project', 'Website', '--data', data])).toMatchObject({ code: 0 });
    expect(await command(agentCli, ['seen', 'screenshot', '--data', data])).toMatchObject({ code: 0 });
    await until(() => isAllActive(states(server, 1)));

    publish(server, (policy) => {
      assign(policy.parameters.title, { level: 'everything' });
      assign(policy.parameters.url, { basis: 'because' });
      assign(policy.parameters.screenshot, { retentionDays: 'for ever' });
      assign(policy.parameters.device, { watermark: true });
      assign(policy.parameters, { webcam: policy.parameters.app });
    });
    await until(() => states(server, 2).length > 0);
    const strange: readonly ParameterId[] = ['title', 'url', 'screenshot', 'device'];
    expect(states(server, 2)).toEqual(
      parameterIds.map((id) =>
        strange.includes(id) ? [id, 'off', 'not_understood', 0] : [id, 'active', null, expect.any(Number)],
      ),
    );

    publish(server, (policy) => assign(policy, { schema: 2 }));
    await until(() => states(server, 3).length > 0);
    const [observed, entered] = [
      states(server, 3).filter(isObserved),
      states(server, 3).filter((one) => !isObserved(one)),
    ];
    expect(observed).toEqual(observed.map(([id]) => [id, 'off', 'not_understood', 0]));
    // What the employee entered waits for a clearer policy, and is not called off while it does.
    for (const [id, state, reason, waiting] of entered) {
      const expected = waiting === 0 ? ['off', 'not_understood'] : ['active', 'contradicts_policy'];
      expect([id, state, reason]).toEqual([id, ...expected]);
    }
    const { out } = await command(agentCli, ['status', '--json', '--data', data]);
    const { state, parameters } = JSON.parse(out) as { state: string; parameters: Record<string, { active: boolean }> };
    expect([state, Object.values(parameters).filter(({ active }) => active)]).toEqual(['stopped', []]);
  } finally {
    agent.process.kill('SIGKILL');
    await agent.exit;
    await server.close();
  }
}, 300_000);

/** A newer server writes what this version's types do not know. */
function assign(target: object, change: object): void {
  Object.assign(target, change);
}

function publish(server: ScriptedServer, change: (policy: PolicyDocument) => void): void {
  const signed = server.publish(change);
  server.push({ type: 'policy', ...signed });
}

type State = readonly [ParameterId, ReceiptPayload['parameters'][ParameterId]['state'], string | null, number];

function isAllActive(all: readonly State[]): boolean {
  return all.length > 0 && all.every(([, state]) => state === 'active');
}

function isObserved([id]: State): boolean {
  return catalog[id].source === 'observed';
}

/** What the newest receipt about this version of the policy says; empty while there is none. */
function states(server: ScriptedServer, version: number): State[] {
  const receipt = server.receipts.findLast(({ policyVersion }) => policyVersion === version);
  if (receipt === undefined) return [];
  return parameterIds.map((id) => {
    const { state, reason, waiting } = receipt.parameters[id];
    return [id, state, reason, waiting] as const;
  });
}
