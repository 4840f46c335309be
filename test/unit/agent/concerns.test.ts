import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusLines } from '../../../agent/core/statusWords.ts';
import { concernLines } from '../../../agent/strings/concerns.ts';
import { letIn } from '../../../server/control/operators.ts';
import { concernsOf } from '../../../server/ingest/concerns.ts';
import { DAY, HOUR } from '../../../shared/time.ts';
import { addMember, type Member, startServer, type TestOwner, type TestServer } from '../../support/api.ts';
import { eventually } from '../../support/daylight.ts';
import { startServer as startSocket } from '../../support/ingestKit.ts';
import { enrolRealAgent } from '../../support/realAgent.ts';
import { INCIDENT } from '../../support/routeExamples.ts';

// Promise 24 on the computer: what happened to data of the person is told there, too.

let it: TestServer;
let owner: TestOwner;
let pia: Member;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  pia = await addMember(it, owner.client, 'privacy_officer', { name: 'Pia', email: 'pia@acme.example.com' });
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
});
afterAll(() => it.close());

test('an incident that the person was told of stands in the status of their agent, with the words that they were told', async () => {
  const read = async () => (await pia.client.ok('GET', '/records/incidents')).revision;
  const content = { ...INCIDENT, scope: { kind: 'people', people: [mia.person] } };
  await pia.client.ok('POST', '/records/incidents', { revision: await read(), content, reason: 'for this test' });
  const step = { kind: 'tell', words: 'A laptop with your week was stolen.\nIt was encrypted.' };
  const path = '/records/incidents/1';
  await pia.client.ok('PUT', path, { revision: await read(), step, reason: 'for this test' });
  await using made = await enrolRealAgent(it.url, mia, true);
  await eventually('it was told', () => made.agent.status().concerns !== undefined);
  const status = made.agent.status();
  expect(status.concerns).toEqual({
    incidents: [{ number: 1, at: expect.any(Number), words: step.words }],
    operators: [],
  });
  const lines = statusLines(status, Date.now(), String).join('\n');
  expect(lines).toContain('This happened to your data:\n  Incident 1, of which you were told on');
  expect(lines).toContain('A laptop with your week was stolen.');
  await using other = await enrolRealAgent(it.url, owner, true);
  await eventually('it was told', () => other.agent.status().concerns !== undefined);
  expect(other.agent.status().concerns).toEqual({ incidents: [], operators: [] });
});

test('when somebody on the host was let in to look is told with who and why, to that person alone, and for thirty days', async () => {
  await using kit = await startSocket();
  const { store, vault, clock, org } = kit;
  const device = (await kit.enrol()).record;
  const random = { uuid: () => crypto.randomUUID() };
  await letIn(
    { store, vault, clock, random },
    { org, person: device.person, by: 'root', reason: 'Ticket 9', hours: 2 },
  );
  const now = clock.now();
  const { operators } = await concernsOf(kit, device, now);
  const grant = { at: now, until: now + 2 * HOUR, closedAt: null, by: 'root', reason: 'Ticket 9' };
  expect(operators).toEqual([grant]);
  expect((await concernsOf(kit, device, now + 31 * DAY)).operators).toEqual([]);
  const [, title, text] = concernLines({ incidents: [], operators }, now);
  expect([title, text]).toEqual([
    expect.stringContaining('may look at it, until'),
    expect.stringContaining('Account root of that computer: Ticket 9'),
  ]);
  expect(concernLines({ incidents: [], operators }, now + 3 * HOUR)[1]).toContain('was let in to look');
});
