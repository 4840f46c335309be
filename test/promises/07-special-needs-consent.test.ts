import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGate } from '../../agent/core/gate/gate.ts';
import { createPolicyCache } from '../../agent/core/gate/policyCache.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { firstRules } from '../../shared/policy/policy.ts';
import { startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../support/recording.ts';
import { createTestClock } from '../support/testClock.ts';

// Promise 7: what shows, sooner or later, what GDPR Art. 9 protects is collected with the explicit consent of each person alone.

const SPECIAL = [
  ['title', 'full'],
  ['url', 'host_path'],
  ['screenshot', 'full'],
] as const;

let server: TestServer;
let owner: TestOwner;

beforeAll(async () => {
  server = await startServer();
  owner = await server.addOrganisation('Acme');
});
afterAll(() => server.close());

async function publish(change: object) {
  const { policy } = await owner.client.ok('GET', '/policy');
  return owner.client.send('PUT', '/policy', { baseVersion: policy.version, reason: 'for this test', ...change });
}

test.each(SPECIAL)(
  'under the law of the EEA or the UK no policy collects %s at %s on another basis than consent',
  async (parameter, level) => {
    await publish({ jurisdiction: 'eea_uk', parameters: { app: { level: 'name' } } });
    const before = (await owner.client.ok('GET', '/policy')).policy.version;
    const refused = await publish({ parameters: { [parameter]: { level } } });
    expect(refused).toMatchObject({ status: 400, body: { error: { field: `parameters.${parameter}.basis` } } });
    expect((await owner.client.ok('GET', '/policy')).policy.version).toBe(before);
    expect(await publish({ parameters: { [parameter]: { level, basis: 'consent' } } })).toMatchObject({ status: 200 });
  },
);

test.each(SPECIAL)(
  'an agent does not collect %s at %s of who is not on record with a consent, whatever policy it is given',
  async (parameter, level) => {
    const clock = createTestClock();
    const publisher = createPublisher(clock);
    const cache = await createPolicyCache({ files: createMemoryFolder(), keys: publisher.keys, clock });
    const decided = async (version: number, basis: string, consent: object) => {
      const rules = firstRules();
      const rule = { ...rules[parameter], level, basis };
      const policy = publisher.policy(version, EVERYTHING, {
        jurisdiction: 'eea_uk',
        parameters: { ...rules, [parameter]: rule },
      } as never);
      await cache.accept(
        policy,
        publisher.lease(policy, version, { terms: { ...NO_PERSONAL_TERMS, revision: version, consent } as never }),
      );
      const gate = createGate({
        ...{ policies: cache, clock, indicator: { visible: () => true, say: () => undefined } },
        ...{
          presence: () => 'tracking' as const,
          introduced: () => undefined,
          unavailable: () => [],
          applied: () => EVERYTHING as never,
        },
      });
      return gate.decide(parameter);
    };
    const { purpose } = firstRules()[parameter];
    expect(await decided(1, 'consent', {})).toEqual({ kind: 'denied', by: 'consent' });
    expect(await decided(2, 'consent', { [parameter]: { level, purpose: 'support' } })).toEqual({
      kind: 'denied',
      by: 'consent',
    });
    expect(await decided(3, 'legitimate_interest', {})).not.toEqual({ kind: 'allowed', level });
    expect(await decided(4, 'consent', { [parameter]: { level, purpose } })).toEqual({ kind: 'allowed', level });
  },
);
