import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, type Client, startServer, type TestOwner, type TestServer } from '../support/api.ts';

// FAULTS 17: a role revoked in mid-stream: the stream ends within a second, and what changes afterwards is not sent.

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Stream');
});
afterAll(() => it.close());

interface Stream {
  readonly events: { data: { policyVersion: number } }[];
  readonly ended: Promise<number>;
  until(condition: () => boolean): Promise<void>;
}

async function open(client: Client): Promise<Stream> {
  const headers = { cookie: client.cookie ?? '' };
  const response = await fetch(`${it.url}/api/v1/policy/proof/stream`, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const events: Stream['events'] = [];
  const ended = (async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        if (data !== undefined) events.push({ data: JSON.parse(data) });
        text = text.slice(end + 2);
      }
    }
    return performance.now();
  })();
  return {
    events,
    ended,
    async until(condition) {
      const deadline = performance.now() + 3_000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error(`still waiting; ${events.length} events came`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

const publish = (level: string, baseVersion: number) =>
  owner.client.ok('PUT', '/policy', { baseVersion, reason: 'a change to see', parameters: { app: { level } } });

test('sends one event at once and one after each change', async () => {
  const stream = await open(owner.client);
  await stream.until(() => stream.events.length === 1);
  const { policyVersion } = await owner.client.ok('GET', '/policy/proof');
  expect(stream.events[0]?.data.policyVersion).toBe(policyVersion);
  await publish('name', policyVersion);
  await stream.until(() => stream.events.some(({ data }) => data.policyVersion === policyVersion + 1));
  await owner.client.ok('DELETE', '/session');
  await stream.ended;
  owner = await it.addOrganisation('Stream2');
});

test('ends within a second of the role, and sends nothing of what changes after it', async () => {
  const member = await addMember(it, owner.client, 'admin', { name: 'Ad', email: 'ad@stream.example.com' });
  const stream = await open(member.client);
  await stream.until(() => stream.events.length === 1);
  await owner.client.ok('PATCH', `/people/${member.person}`, { role: 'employee' });
  const revoked = performance.now();
  const { policy } = await owner.client.ok('GET', '/policy');
  await publish(policy.parameters.app.level === 'off' ? 'category' : 'off', policy.version);
  expect((await stream.ended) - revoked).toBeLessThan(1_000);
  expect(stream.events).toHaveLength(1);
});

test('ends within a second of the session', async () => {
  const member = await addMember(it, owner.client, 'admin', { name: 'Be', email: 'be@stream.example.com' });
  const stream = await open(member.client);
  await stream.until(() => stream.events.length === 1);
  await member.client.ok('DELETE', '/session');
  const gone = performance.now();
  expect((await stream.ended) - gone).toBeLessThan(1_000);
});
