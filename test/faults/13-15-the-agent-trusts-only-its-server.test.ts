import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { writeIdentity } from '../../agent/core/identity.ts';
import { serverAddress } from '../../agent/core/uplink/serverAddress.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { app, context, scratch, systemRandom } from '../support/agentKit.ts';
import { agentCli, command, startAgent } from '../support/agentProcess.ts';
import { openSpoolIn } from '../support/openedSpool.ts';
import { type ScriptedServer, startScriptedServer, until } from '../support/scriptedServer.ts';

const clock = createSystemClock();

test.each(['http://daylight.example.com', 'ws://10.0.0.7:8080', 'http://localhost.example.com', 'http://128.0.0.1'])(
  'an agent refuses to enrol over %s, where others could read along',
  async (server) => {
    await using place = await scratch();
    const args = [
      'enrol',
      '--data',
      place.folder,
      '--server',
      server,
      '--code',
      '7K2QM-XV4ZD-N8TRC-0A5BE',
      '--of-age',
      '--later',
    ];
    expect(await command(agentCli, args)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/without encryption, which is refused: use https:\/\//),
    });
  },
);

test('plain connections are for this computer only', () => {
  expect(serverAddress('http://localhost:7410').socket).toBe('ws://localhost:7410/agent/v1');
  expect(serverAddress('http://127.0.0.1:1').socket).toBe('ws://127.0.0.1:1/agent/v1');
  expect(serverAddress('https://daylight.example.com/').socket).toBe('wss://daylight.example.com/agent/v1');
});

test('an identity that was edited to lead to another host without encryption is refused by the running agent', async () => {
  await using place = await scratch();
  const server = await startScriptedServer(() => clock.now());
  await install(place.folder, server, { server: 'http://daylight.example.com' });
  const agent = startAgent(place.folder);
  await until(() => agent.out().includes('without encryption'));
  agent.process.kill('SIGTERM');
  await agent.exit;
  await server.close();
});

test('a server with a foreign key is sent nothing, and the terminal says so', async () => {
  await using place = await scratch();
  const server = await startScriptedServer(() => clock.now());
  const other = await startScriptedServer(() => clock.now());
  await install(place.folder, server, { serverKey: other.identity.serverKey });
  await fill(place.folder, 2);
  const agent = startAgent(place.folder);
  await until(() => agent.out().includes('not the one that this device enrolled with'));
  expect(server.received.map(({ type }) => type)).toEqual(['hello']);
  agent.process.kill('SIGTERM');
  await agent.exit;
  await server.close();
  await other.close();
});

test('an agent that is killed before it hears of an acknowledgement goes on where the server stands: nothing twice', async () => {
  await using place = await scratch();
  const server = await startScriptedServer(() => clock.now());
  server.publish((policy) => void (policy.parameters.app.level = 'name'));
  await install(place.folder, server, {});
  await fill(place.folder, 6);
  const acknowledge = server.onBatch;
  server.onBatch = (batch) => {
    server.committedSeq = batch.seq;
  };
  const first = startAgent(place.folder);
  await until(() => server.committedSeq >= 3);
  first.process.kill('SIGKILL');
  await first.exit;
  const committed = server.batches.map(({ seq }) => seq);
  server.onBatch = acknowledge;
  const second = startAgent(place.folder);
  await until(() => second.out().includes('Connected.'));
  await until(() => server.committedSeq === 6);
  second.process.kill('SIGTERM');
  await second.exit;
  const all = server.batches.map(({ seq }) => seq);
  expect(all.slice(0, committed.length)).toEqual(committed);
  expect(new Set(all).size).toBe(all.length);
  expect(server.batches.flatMap(({ observations }) => observations)).toHaveLength(6);
  await server.close();
});

async function install(
  folder: string,
  server: ScriptedServer,
  changes: Partial<ScriptedServer['identity']>,
): Promise<void> {
  const files = await openFolder(folder);
  await writeIdentity(files, { ...server.identity, ...changes }, server.deviceKey, systemRandom.bytes(12));
  await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
  const { createPolicyCache } = await import('../../agent/core/gate/policyCache.ts');
  const { policy, lease } = server.signed();
  await (await createPolicyCache({ files, keys: server.identity, clock })).accept(policy, lease);
}

async function fill(folder: string, batches: number): Promise<void> {
  const spool = await openSpoolIn(folder, clock);
  for (let i = 0; i < batches; i += 1) {
    await spool.append({ ...context, policyVersion: 2 }, [app(`App ${i}`)]);
    await spool.flush();
  }
  await spool.close();
}
