import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { SessionId } from '../../../../shared/ids.ts';
import { dayOf, MINUTE } from '../../../../shared/time.ts';
import { addMember, createClient, startServer } from '../../../support/api.ts';
import { enrolmentBy, newDevice } from '../../../support/enrolled.ts';
import { batch, dial, seen } from '../../../support/ingestKit.ts';
import { goOnToMorning } from '../../../support/movableClock.ts';

test('an agent that claims an older policy opens nothing to roles that the policy in force at capture did not name', async () => {
  const it = await startServer();
  onTestFinished(() => it.close());
  goOnToMorning(it.clock);
  const acme = await it.addOrganisation('Acme');
  const team = await acme.client.ok('POST', '/teams', { name: 'A' });
  const named = (name: string) => ({ name, email: `${name.toLowerCase()}@acme.example.com` });
  const manager = await addMember(it, acme.client, 'manager', { ...named('Max'), managesTeams: [team.id] });
  const employee = await addMember(it, acme.client, 'employee', { ...named('Eve'), teams: [team.id] });
  const publish = async (baseVersion: number, title: Record<string, unknown>) => {
    it.clock.advance(MINUTE);
    await acme.client.ok('PUT', '/policy', { baseVersion, reason: 'for this test', parameters: { title } });
    it.clock.advance(MINUTE);
  };

  await publish(1, { level: 'full', viewers: ['owner', 'manager'] });
  const { code } = await employee.client.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, 2, it.clock.now());
  const { org, person } = await createClient(it.url, 'agent').ok('POST', '/enrolment', { enrolment });
  await publish(2, { viewers: ['owner'] });
  await using agent = await dial(it.server.port);
  await agent.hello({ ...device, record: { ...device.record, org, person } });
  await agent.take('welcome');
  const title = seen(it, { parameter: 'title', level: 'full', title: 'for owners only' });
  const start = seen(it, { parameter: 'session', level: 'on', event: 'start', cause: 'employee' });
  agent.send(batch(agent, 1, SessionId.parse(randomUUID()), [start, title], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: {} });

  await publish(3, { viewers: ['owner', 'manager'] });
  const path = `/people/${employee.person}/observations?day=${dayOf(it.clock.now())}&parameter=title`;
  expect((await manager.client.send('GET', `${path}&purpose=workload_review`)).status).toBe(403);
  const own = await employee.client.ok('GET', `${path}&purpose=own_data`);
  expect(own.observations).toMatchObject([{ title: 'for owners only' }]);
});
