import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPolicyCache, type PolicyMemory } from '../../agent/core/gate/policyCache.ts';
import { keyIdOf, publicKeyOf, sha256, signatureProblem, signPayload } from '../../agent/core/signing.ts';
import { createOrganisations } from '../../server/control/signer.ts';
import type { Store } from '../../server/store/store.ts';
import { canonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import { followKeys, type KeyChain, type KeyStatement, type SignedKeyStatement } from '../../shared/policy/keys.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { PublicKey, Signed } from '../../shared/signed.ts';
import { startServer } from '../support/ingestKit.ts';
import { createMemoryFolder, createPublisher, EVERYTHING, ORG } from '../support/recording.ts';
import { createReferenceStore } from '../support/referenceStore.ts';
import { rotate, startRotating } from '../support/rotating.ts';
import { createTestClock } from '../support/testClock.ts';

const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** An organisation all of whose keys are in the hands of the test, and a computer that is enrolled there. */
async function compromised() {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const server = newKey();
  const keys = { ...publisher.keys, serverKey: publicKeyOf(server) };
  const files = createMemoryFolder();
  const open = (memory: PolicyMemory | null = null) => createPolicyCache({ files, keys, clock, memory });
  const first = publisher.policy(1, EVERYTHING);
  const cache = await open();
  await cache.accept(first, publisher.lease(first, 1));

  /** What is said, and by whom it is signed; an honest change of the key unless something else is given. */
  function statement(
    change: Partial<KeyStatement> = {},
    by: Partial<Record<'previous' | 'next' | 'server', KeyObject>> = {},
  ) {
    const next = newKey();
    const payload = canonical({
      ...{ schema: 1, org: ORG, sequence: 1, previousKey: keys.policyKey, key: publicKeyOf(next) },
      ...{ policyVersion: 1, policyHash: sha256(first.payload), at: clock.now(), reason: 'scheduled' },
      ...change,
    });
    const sign = (key: KeyObject) => signPayload('daylight/policy-key/v1', key, payload).signature;
    const signed: SignedKeyStatement = {
      payload,
      previous: sign(by.previous ?? publisher.privateKey),
      next: sign(by.next ?? next),
      server: sign(by.server ?? server),
    };
    return { signed, next };
  }

  const underKey = (key: KeyObject, { payload }: Signed, lease: Signed) => ({
    policy: signPayload('daylight/policy/v1', key, payload),
    lease: signPayload('daylight/lease/v1', key, lease.payload),
  });
  return { clock, publisher, server, keys, files, open, first, cache, statement, underKey };
}

test('a statement with any byte of it changed is refused, whichever of its parts that byte is in', async () => {
  const it = await compromised();
  const { signed } = it.statement();
  const chain: KeyChain = { ...it.keys, key: it.keys.policyKey, sequence: 0, retired: [], links: [] };
  expect(followKeys(chain, [signed], verify).chain.sequence).toBe(1);
  let flipped = 0;
  for (const part of ['payload', 'previous', 'next', 'server'] as const) {
    for (let at = 0; at < signed[part].length; at += 1) {
      const other = signed[part][at] === 'A' ? 'B' : 'A';
      const changed = { ...signed, [part]: signed[part].slice(0, at) + other + signed[part].slice(at + 1) };
      const { chain: after, isWhole } = followKeys(chain, [changed], verify);
      // The last character of 64 bytes in base64url has bits that nobody reads.
      const isSame =
        part !== 'payload' && Buffer.from(changed[part], 'base64url').equals(Buffer.from(signed[part], 'base64url'));
      if (isSame) continue;
      flipped += 1;
      expect([part, at, after.sequence, isWhole]).toEqual([part, at, 0, false]);
    }
  }
  expect(flipped).toBeGreaterThan(500);
});

test('whoever has stolen the policy key alone, or the server key alone, puts no key of theirs in its place; nor does anybody skip one, bring one back or speak for another organisation', async () => {
  const it = await compromised();
  const thief = newKey();
  const stranger = newKey();
  const forged: Record<string, SignedKeyStatement> = {
    'policy key alone': it.statement({}, { server: thief }).signed,
    'server key alone': it.statement({}, { previous: thief }).signed,
    'nobody holds the new key': it.statement({ key: publicKeyOf(stranger) }, { next: thief }).signed,
    'the server key as policy key': it.statement({ key: it.keys.serverKey }, { next: it.server }).signed,
    'the same key again': it.statement({ key: it.keys.policyKey }, { next: it.publisher.privateKey }).signed,
    'a gap': it.statement({ sequence: 2 }).signed,
    'another organisation': it.statement({ org: '0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5aff' as OrgId }).signed,
    'from another key': it.statement({ previousKey: publicKeyOf(stranger) }, { previous: stranger }).signed,
  };
  for (const [what, signed] of Object.entries(forged)) {
    const lease = it.publisher.lease(it.first, 1);
    const answer = await it.cache.accept(it.first, lease, it.clock.now(), [signed]);
    expect([what, answer]).toEqual([what, { ok: false, refusal: 'broken_keys' }]);
    expect([what, it.cache.policyKey(), it.cache.refusal()]).toEqual([what, null, 'broken_keys']);
  }
  // What was in force goes on, and an honest statement is taken after all of that.
  expect(it.cache.policy()?.version).toBe(1);
  const { signed, next } = it.statement();
  const { policy, lease } = it.underKey(next, it.first, it.publisher.lease(it.first, 1));
  expect(await it.cache.accept(policy, lease, it.clock.now(), [signed])).toEqual({ ok: true, changed: false });
  expect(it.cache.policyKey()).toBe(sha256(Buffer.from(publicKeyOf(next), 'base64url')));
});

test('once a key is replaced nothing that it signed is taken, in a frame or on disk, also when one of the two files is gone', async () => {
  const it = await compromised();
  const { signed, next } = it.statement();
  const { policy, lease } = it.underKey(next, it.first, it.publisher.lease(it.first, 1));
  await it.cache.accept(policy, lease, it.clock.now(), [signed]);
  const stolen = it.publisher.policy(2, EVERYTHING);
  const theirs = { policy: stolen, lease: it.publisher.lease(stolen, 2) };
  expect(await it.cache.accept(theirs.policy, theirs.lease)).toEqual({ ok: false, refusal: 'retired_key' });
  const memory = it.cache.memory();
  const kept = it.files.files.get('policy.json');
  // What whoever may write here, and has the old key, would put there.
  const planted = { ...theirs, highest: { version: 2, hash: sha256(stolen.payload) }, keys: [], refusedAhead: null };
  await it.files.write('policy.json', JSON.stringify(planted));
  const again = await it.open(memory);
  expect([again.policy(), again.refusal(), again.policyKey()]).toEqual([null, 'retired_key', it.cache.policyKey()]);
  expect(resolve(again.layers(it.clock.now())).app.level).toBe('off');
  // Without the journal the statements on disk prove the key, and with neither the server says it again.
  await it.files.write('policy.json', kept ?? '');
  expect((await it.open(null)).policyKey()).toBe(it.cache.policyKey());
  await it.files.remove('policy.json');
  const empty = await it.open(memory);
  expect([empty.policyKey(), empty.policy(), empty.refusal()]).toEqual([it.cache.policyKey(), null, null]);
  expect(await empty.accept(theirs.policy, theirs.lease)).toMatchObject({ ok: false, refusal: 'retired_key' });
  expect(await empty.accept(policy, lease)).toMatchObject({ ok: true });
});

test('what a thief published before the key was replaced does not survive it, and what was switched off does not come on by it', async () => {
  const it = await compromised();
  const forged = it.publisher.policy(9, EVERYTHING);
  expect(await it.cache.accept(forged, it.publisher.lease(forged, 9))).toMatchObject({ ok: true });
  const { signed, next } = it.statement();
  const honest = it.underKey(next, it.first, it.publisher.lease(it.first, 1));
  expect(await it.cache.accept(honest.policy, honest.lease, it.clock.now(), [signed])).toEqual({
    ...{ ok: false, refusal: 'older_version' },
  });
  for (const cache of [it.cache, await it.open(it.cache.memory())]) {
    expect(cache.policy()).toBeNull();
    expect(Object.values(resolve(cache.layers(it.clock.now()))).every(({ level }) => level === 'off')).toBe(true);
  }
});

test('two statements of one number are a fork: the first that was proven holds', async () => {
  const it = await compromised();
  const one = it.statement();
  const other = it.statement({ reason: 'suspected_theft' });
  const mine = it.underKey(one.next, it.first, it.publisher.lease(it.first, 1));
  await it.cache.accept(mine.policy, mine.lease, it.clock.now(), [one.signed]);
  const key = it.cache.policyKey();
  const fork = it.underKey(other.next, it.first, it.publisher.lease(it.first, 1));
  expect(await it.cache.accept(fork.policy, fork.lease, it.clock.now(), [other.signed])).toEqual({
    ...{ ok: false, refusal: 'broken_keys' },
  });
  expect([it.cache.policyKey(), it.cache.policy()?.version]).toEqual([key, 1]);
});

test('on a disk that takes nothing what the new key lowers is lowered, and nothing that it raises counts', async () => {
  const it = await compromised();
  const { signed, next } = it.statement({ policyVersion: 1 });
  const lowered = it.publisher.policy(2, { ...EVERYTHING, title: 'off' });
  const under = it.underKey(next, lowered, it.publisher.lease(lowered, 2));
  const write = it.files.write;
  it.files.write = () => Promise.reject(new Error('no space left'));
  await expect(it.cache.accept(under.policy, under.lease, it.clock.now(), [signed])).rejects.toThrow('no space left');
  expect(resolve(it.cache.layers(it.clock.now())).title.level).toBe('off');
  it.files.write = write;
  const again = await it.open(null);
  expect([again.policyKey(), again.policy()?.version]).toEqual([null, 1]);
  expect(await again.accept(under.policy, under.lease, it.clock.now(), [signed])).toMatchObject({ ok: true });
  expect(resolve(again.layers(it.clock.now())).title.level).toBe('off');
});

test('whenever the server dies while it changes the key, one key is in force afterwards, with all that proves it', async () => {
  for (const dies of ['before', 'after'] as const) {
    const honest = createReferenceStore();
    const store: Store = {
      ...honest,
      async rotatePolicyKey(...change) {
        if (dies === 'after') await honest.rotatePolicyKey(...change);
        store.rotatePolicyKey = honest.rotatePolicyKey;
        throw new Error('the process was killed');
      },
    };
    await using kit = await startServer({ store });
    const { identity: before } = await kit.organisations.signer(kit.org);
    await expect(rotate(kit)).rejects.toThrow('the process was killed');
    for (const when of ['at once', 'after a restart']) {
      if (when === 'after a restart') await kit.restart();
      const { identity, keys } = await kit.organisations.signer(kit.org);
      expect([dies, when, keys.chain.sequence]).toEqual([dies, when, dies === 'after' ? 1 : 0]);
      expect(identity.policyKey === before.policyKey).toBe(dies === 'before');
      expect((await kit.control.current(kit.org)).signed.keyId).toBe(
        sha256(Buffer.from(identity.policyKey, 'base64url')),
      );
    }
    await rotate(kit);
    await kit.publish({ app: { level: 'name' } });
    expect((await kit.control.current(kit.org)).document.version).toBe(2);
  }
});

test('keys that were edited in the database, taken out of it or put back from an older copy of it are noticed, and nothing is signed', async () => {
  const honest = createReferenceStore();
  await using kit = await startServer({ store: honest });
  await rotate(kit);
  await rotate(kit);
  const [one, two] = await honest.policyKeys(kit.org);
  if (one === undefined || two === undefined) throw new Error('there are two');
  const edits = {
    'the newest taken out': [one],
    'all taken out': [],
    'the first taken out': [two],
    'a signature of another': [{ ...one, statement: { ...one.statement, server: two.statement.server } }, two],
    'their order': [two, one],
  };
  for (const [what, rows] of Object.entries(edits)) {
    const store: Store = { ...honest, policyKeys: async () => rows };
    const { vault, clock } = kit;
    await expect(createOrganisations({ store, vault, clock }).signer(kit.org), what).rejects.toMatchObject({
      code: 'unavailable',
    });
  }
});

test('a policy that somebody with the old key has put into the database is not published by that', async () => {
  const { kit, sends } = await startRotating();
  await using _ = kit;
  await rotate(kit);
  const { policy } = await sends();
  const document: PolicyDocument = JSON.parse(policy.payload);
  const payload = canonical({ ...document, version: 2, previousHash: sha256(policy.payload) });
  const forged = signPayload('daylight/policy/v1', newKey(), payload);
  const [first] = await kit.store.policies(kit.org);
  if (first === undefined) throw new Error('there is one');
  await kit.store.publishPolicy({
    ...first,
    version: 2,
    hash: sha256(payload),
    signed: { ...forged, keyId: first.signed.keyId },
  });
  await kit.restart();
  await expect(kit.control.current(kit.org)).rejects.toMatchObject({ code: 'unavailable' });
});

function verify(key: PublicKey, payload: string, signature: string): boolean {
  return signatureProblem('daylight/policy-key/v1', key, { payload, keyId: keyIdOf(key), signature }) === null;
}
