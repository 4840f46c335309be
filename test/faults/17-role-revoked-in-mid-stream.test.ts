import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, type Client, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { loopTimeOf } from '../support/loopTime.ts';

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
  readonly ended: Promise<void>;
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
  })();
  return { events, ended };
}

const publish = (level: string, baseVersion: number) =>
  owner.client.ok('PUT', '/policy', { baseVersion, reason: 'a change to see', parameters: { app: { level } } });

test('sends one event at once and one after each change', async () => {
  const stream = await open(owner.client);
  await expect.poll(() => stream.events.length).toBe(1);
  const { policyVersion } = await owner.client.ok('GET', '/policy/proof');
  expect(stream.events[0]?.data.policyVersion).toBe(policyVersion);
  await publish('name', policyVersion);
  await expect.poll(() => stream.events.at(-1)?.data.policyVersion).toBe(policyVersion + 1);
  await owner.client.ok('DELETE', '/session');
  await stream.ended;
  owner = await it.addOrganisation('Stream2');
});

test('ends within a second of the role, and sends nothing of what changes after it', async () => {
  const member = await addMember(it, owner.client, 'admin', { name: 'Ad', email: 'ad@stream.example.com' });
  const stream = await open(member.client);
  await expect.poll(() => stream.events.length).toBe(1);
  await owner.client.ok('PATCH', `/people/${member.person}`, { role: 'employee' });
  const ending = loopTimeOf(stream.ended);
  const { policy } = await owner.client.ok('GET', '/policy');
  await publish(policy.parameters.app.level === 'off' ? 'category' : 'off', policy.version);
  expect(await ending).toBeLessThan(1_000);
  expect(stream.events).toHaveLength(1);
});

test('ends within a second of the session', async () => {
  const member = await addMember(it, owner.client, 'admin', { name: 'Be', email: 'be@stream.example.com' });
  const stream = await open(member.client);
  await expect.poll(() => stream.events.length).toBe(1);
  await member.client.ok('DELETE', '/session');
  expect(await loopTimeOf(stream.ended)).toBeLessThan(1_000);
});
