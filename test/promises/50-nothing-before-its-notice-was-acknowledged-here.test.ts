import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from '../../agent/core/agent.ts';
import { statusLines } from '../../agent/core/statusWords.ts';
import { systemRandom } from '../support/agentKit.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent } from '../support/realAgent.ts';

// PROMISES 50, in part: the first picture, address or title is impossible on a computer before the notice that names it was shown and
// acknowledged on that very computer. It is not shown once more at the moment of first use.

const SEEN = ['title', 'screenshot'] as const;

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await publish(owner.client, { app: { level: 'name' } });
});
afterAll(() => it.close());

/** Of every slot the very first moment, so that the first picture is due at once. */
const atOnce = { ...systemRandom, fraction: () => 0 };

const calls = (agent: Agent) => SEEN.map((id) => agent.status().calls[id] ?? 0);
const start = (agent: Agent) => agent.handle({ command: 'start', project: null, task: null });

/** As long as something else was read several times over. */
async function readFor(agent: Agent, rounds: number): Promise<void> {
  const before = agent.status().calls.app ?? 0;
  await eventually('it has gone on', () => (agent.status().calls.app ?? 0) >= before + rounds);
}

test('what is new is not read once before it was acknowledged on this computer, and says so; then it is', async () => {
  await using made = await enrolRealAgent(it.url, mia, true, { random: atOnce });
  const { agent } = made;
  await publish(owner.client, { title: { level: 'full' }, screenshot: { level: 'full' } });
  await eventually('it is here', () => agent.status().notice?.acknowledged === false);
  expect(await start(agent)).toMatchObject({ ok: true });
  await readFor(agent, 3);
  expect(calls(agent)).toEqual([0, 0]);
  expect(agent.status().screenshots).toEqual([]);
  expect(statusLines(agent.status(), Date.now(), String).join('\n')).toMatch(/Notice \d+ waits for you/);

  const version = agent.status().notice?.version ?? 0;
  expect(await agent.handle({ command: 'accept_notice', version })).toMatchObject({ ok: true });
  await eventually('it counts', () => agent.status().notice?.acknowledged === true);
  // A moment that is long over when it is drawn is left out: the slots begin anew with a session.
  expect(await agent.handle({ command: 'stop' })).toMatchObject({ ok: true });
  expect(await start(agent)).toMatchObject({ ok: true });
  await eventually('both are read', () => calls(agent).every((count) => count > 0));
});

test('on another computer of theirs, or one that was wiped, nothing is read before it is acknowledged there', async () => {
  await using made = await enrolRealAgent(it.url, mia, false, { random: atOnce });
  const { agent } = made;
  const answer = await start(agent);
  expect(answer, 'not even sessions are').toMatchObject({ ok: false });
  expect(calls(agent)).toEqual([0, 0]);
  const version = agent.status().notice?.version ?? 0;
  expect(await agent.handle({ command: 'accept_notice', version })).toMatchObject({ ok: true });
  await eventually('it counts', () => agent.status().notice?.acknowledged === true);
  expect(await start(agent)).toMatchObject({ ok: true });
  await eventually('both are read', () => calls(agent).every((count) => count > 0));
});
