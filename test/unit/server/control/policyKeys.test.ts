import { describe, expect, it } from 'vitest';
import { keyIdOf, verifySigned } from '../../../../server/control/signer.ts';
import { readKeyStatement } from '../../../../shared/policy/keys.ts';
import { DAY } from '../../../../shared/time.ts';
import { connect, dial, startServer } from '../../../support/ingestKit.ts';
import { rotate } from '../../../support/rotating.ts';

describe('changing the key', () => {
  it('leaves the policy as it is, signed anew by the new key; what was published before verifies by the key of its time', async () => {
    await using kit = await startServer();
    const { identity: before } = await kit.organisations.signer(kit.org);
    await kit.publish({ app: { level: 'name' } });
    const published = await kit.control.current(kit.org);
    await rotate(kit);
    const { identity: after } = await kit.organisations.signer(kit.org);
    expect(after.policyKey).not.toBe(before.policyKey);
    expect(after.serverKey).toBe(before.serverKey);
    const current = await kit.control.current(kit.org);
    expect([current.hash, current.document]).toEqual([published.hash, published.document]);
    expect(verifySigned('daylight/policy/v1', current.signed, after.policyKey)).toBe(true);
    const [first] = await kit.control.history(kit.org);
    expect(verifySigned('daylight/policy/v1', first?.signed ?? current.signed, before.policyKey)).toBe(true);
    const next = await kit.publish({ app: { level: 'off' } });
    expect(verifySigned('daylight/policy/v1', next.signed, after.policyKey)).toBe(true);
    await kit.restart();
    expect(await kit.control.current(kit.org)).toEqual(next);
    expect((await kit.control.history(kit.org)).map(({ signed }) => signed.keyId)).toEqual([
      ...[keyIdOf(before.policyKey), keyIdOf(before.policyKey)],
      keyIdOf(after.policyKey),
    ]);
  });

  it('says in a statement of the old key, the new one and the server which policy was in force, when and why', async () => {
    await using kit = await startServer();
    const { identity: before } = await kit.organisations.signer(kit.org);
    await rotate(kit, 'suspected_theft');
    const { identity: after, keys } = await kit.organisations.signer(kit.org);
    const { hash, keys: statements } = await kit.control.current(kit.org);
    const [statement] = statements;
    expect(statement === undefined ? null : readKeyStatement(statement)).toEqual({
      ...{ schema: 1, org: kit.org, sequence: 1, previousKey: before.policyKey, key: after.policyKey },
      ...{ policyVersion: 1, policyHash: hash, at: kit.clock.now(), reason: 'suspected_theft' },
    });
    for (const [signature, key] of [
      [statement?.previous, before.policyKey],
      [statement?.next, after.policyKey],
      [statement?.server, before.serverKey],
    ] as const) {
      const signed = { payload: statement?.payload ?? '', keyId: keyIdOf(key), signature: signature ?? '' };
      expect(verifySigned('daylight/policy-key/v1', signed, key)).toBe(true);
    }
    expect(keys.chain.sequence).toBe(1);
  });

  it('keeps nothing of the old private key, and is on record before it is done', async () => {
    await using kit = await startServer();
    const [before] = await kit.store.organisations();
    await rotate(kit);
    const [after] = await kit.store.organisations();
    expect(after?.profile).not.toEqual(before?.profile);
    const scope = { org: kit.org, person: null, parameter: 'profile', epoch: 0, record: kit.org } as const;
    if (after === undefined) throw new Error('no organisation');
    const opened = await kit.vault.open({ ...scope, part: 'profile', policyVersion: 0 }, after.profile);
    const profile = JSON.parse(Buffer.from(opened).toString('utf8'));
    expect(Object.keys(profile).toSorted()).toEqual(['name', 'policyKey', 'policyKeySequence', 'serverKey']);
    expect(profile.policyKey.public).toBe((await kit.organisations.signer(kit.org)).identity.policyKey);
    expect(await kit.store.securityEvents(kit.org, 10)).toMatchObject([{ kind: 'policy_key_rotated', person: null }]);
  });

  it('is refused when another key is in force than was seen, and after five within a day', async () => {
    await using kit = await startServer();
    const change = (sequence: number) => kit.control.rotateKey(kit.org, 'host', { sequence, reason: 'scheduled' });
    await expect(change(1)).rejects.toMatchObject({ code: 'conflict', field: 'sequence' });
    const both = await Promise.allSettled([change(0), change(0)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    for (const sequence of [1, 2, 3, 4]) await change(sequence);
    await expect(change(5)).rejects.toMatchObject({ code: 'rate_limited' });
    kit.clock.advance(DAY);
    await change(5);
    expect((await kit.organisations.signer(kit.org)).keys.chain.sequence).toBe(6);
  });
});

describe('devices', () => {
  it('that are connected are sent the new key with the policy and a lease that it has signed', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    await kit.control.rotateKey(kit.org, 'host', { sequence: 0, reason: 'scheduled' });
    const { policyKey } = (await kit.organisations.signer(kit.org)).identity;
    const { keys, policy, lease } = await agent.take('policy');
    expect(keys?.map((one) => readKeyStatement(one)?.key)).toEqual([policyKey]);
    expect([policy?.keyId, lease.keyId]).toEqual([keyIdOf(policyKey), keyIdOf(policyKey)]);
    await kit.publish({ app: { level: 'name' } });
    const pushed = await agent.take('policy');
    expect(pushed.keys).toBeUndefined();
    expect(pushed.policy?.keyId).toBe(keyIdOf(policyKey));
  });

  it('that were offline are sent as many statements as are new to them, in as many frames as that takes', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    for (let count = 0; count < 20; count += 1) await rotate(kit);
    const { chain } = (await kit.organisations.signer(kit.org)).keys;
    const sequences = (keys: readonly Parameters<typeof readKeyStatement>[0][] | undefined) =>
      (keys ?? []).map((one) => readKeyStatement(one)?.sequence);
    await using behind = await dial(kit.port);
    await behind.hello(device);
    expect(sequences((await behind.take('welcome')).keys)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
    const rest = await behind.take('policy');
    expect(sequences(rest.keys)).toEqual([17, 18, 19, 20]);
    expect(rest.policy?.keyId).toBe(keyIdOf(chain.key));
    const eighteenth = chain.links[17]?.statement.key ?? '';
    await using nearly = await dial(kit.port);
    await nearly.hello(device, { policyKey: keyIdOf(eighteenth) });
    expect(sequences((await nearly.take('welcome')).keys)).toEqual([19, 20]);
    await using current = await dial(kit.port);
    await current.hello(device, { policyKey: keyIdOf(chain.key) });
    expect((await current.take('welcome')).keys).toBeUndefined();
  });
});
