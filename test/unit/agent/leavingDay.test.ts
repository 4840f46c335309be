import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusLines } from '../../../agent/core/statusWords.ts';
import { leavingLines } from '../../../agent/strings/coming.ts';
import { addDays, DAY, dayOf } from '../../../shared/time.ts';
import { addMember, type Member, PASSWORD, startServer, type TestOwner, type TestServer } from '../../support/api.ts';
import { eventually } from '../../support/daylight.ts';
import { enrolRealAgent } from '../../support/realAgent.ts';

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
});
afterAll(() => it.close());

test('the status of the agent says the last day, who set it and what the person may do until then; once it is taken back, nothing', async () => {
  await using made = await enrolRealAgent(it.url, mia, true);
  const path = `/people/${mia.person}/leaving-date`;
  const words = () => statusLines(made.agent.status(), Date.now(), String).join('\n');
  expect(words()).not.toContain('Your account ends');
  const day = addDays(dayOf(it.clock.now()), 8);
  await owner.client.ok('PUT', path, { day, zone: 'UTC', password: PASSWORD });
  await eventually('it was told', () => made.agent.status().leaving !== null);
  expect(made.agent.status().leaving).toMatchObject({ day, zone: 'UTC', setBy: 'owner' });
  expect(words()).toMatch(/Your account ends with .*\nAn owner of your organisation set this on .*\n.*My data/);
  await owner.client.ok('DELETE', path);
  await eventually('it was told', () => made.agent.status().leaving === null);
  expect(words()).not.toContain('Your account ends');
});

test('a last day that is over is not said to be ahead, and its words are of that day whatever zone the computer is in', () => {
  const endsAt = Date.UTC(2026, 10, 30);
  const leaving = { day: '2026-11-29', zone: 'UTC', endsAt, setAt: endsAt - 9 * DAY, setBy: 'admin' } as const;
  expect(leavingLines(leaving, endsAt - 1)[0]).toMatch(/^Your account ends with 29 Nov 2026, here on /);
  expect(leavingLines(leaving, endsAt)[0]).toBe('Your account was to end with 29 Nov 2026, and is ended soon');
  expect(leavingLines(leaving, endsAt)[1]).toMatch(/^An admin of your organisation/);
  expect([...leavingLines(null, endsAt), ...leavingLines(undefined, endsAt)]).toEqual([]);
});
