import { expect, test } from 'vitest';
import { startLoad } from '../bench/loadProcess.ts';
import { makeOrganisation } from '../bench/organisation.ts';
import { startServerProcess } from '../support/daylight.ts';

const DEVICES = 100;

test('switched off: within two seconds 100 connected devices have signed that it is off, and the console shows the time that was measured', async () => {
  const organisation = await makeOrganisation(DEVICES);
  const server = await startServerProcess({ data: organisation.data, port: 0 });
  const load = startLoad();
  try {
    const { devices, policyVersion, toldAt: workFrom } = organisation;
    const port = Number(new URL(server.url).port);
    await load.order({ kind: 'connect', port, devices, policyVersion, workFrom });
    const owner = await organisation.signIn(server.url);
    const proof = async () => {
      const { parameters } = await owner.ok('GET', '/policy/proof');
      return parameters.find((one: { parameter: string }) => one.parameter === 'title');
    };
    await expect.poll(proof).toMatchObject({ confirmed: DEVICES, active: DEVICES });

    const requested = Date.now();
    const change = { baseVersion: policyVersion, reason: 'A test.', parameters: { title: { level: 'off' } } };
    const published = owner.ok('PUT', '/policy', change);
    const { receipts } = await load.order({ kind: 'receipts', policyVersion: policyVersion + 1 });
    await published;
    const off = { requested: 'off', confirmed: DEVICES, active: 0, timeToEffectMs: expect.any(Number) };
    await expect.poll(proof).toMatchObject(off);
    const seen = Date.now();

    const last = Math.max(...receipts) - requested;
    expect(receipts).toHaveLength(DEVICES);
    expect(last).toBeLessThanOrEqual(2_000);
    const { timeToEffectMs, requestedAt } = await proof();
    expect(requestedAt + timeToEffectMs).toBeGreaterThanOrEqual(Math.max(...receipts));
    expect(requestedAt + timeToEffectMs).toBeLessThanOrEqual(seen);
    expect(requestedAt).toBeGreaterThanOrEqual(requested);
  } finally {
    await load.end();
    await server.kill();
    await organisation.remove();
  }
});
