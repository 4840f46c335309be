import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { levelsAllowed } from '../../agent/core/gate/applied.ts';
import { createPolicyCache, type PolicyCache, type PolicyMemory } from '../../agent/core/gate/policyCache.ts';
import { signPayload } from '../../agent/core/signing.ts';
import { canonical } from '../../shared/canonical.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { OrgId } from '../../shared/ids.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { Signed } from '../../shared/signed.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../support/recording.ts';
import { createTestClock } from '../support/testClock.ts';

async function setUp() {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  const open = () => createPolicyCache({ files, keys: publisher.keys, clock });
  const reopen = (memory: PolicyMemory) => createPolicyCache({ files, keys: publisher.keys, clock, memory });
  return { clock, publisher, files, open, reopen, cache: await open() };
}

function levels(cache: PolicyCache, now: number): string[] {
  const effective = resolve(cache.layers(now));
  return parameterIds.map((id) => effective[id].level);
}

const allOff = parameterIds.map(() => 'off');

function withByteFlipped(text: string, index: number): string {
  const bytes = Buffer.from(text, 'utf8');
  bytes[index] = (bytes[index] ?? 0) ^ 0x01;
  return bytes.toString('utf8');
}

test('an older, validly signed policy is refused, also after a restart, and what is off stays off', async () => {
  const { clock, publisher, open, cache } = await setUp();
  const on = publisher.policy(1, EVERYTHING);
  const oldLease = publisher.lease(on, 1);
  await cache.accept(on, oldLease);
  const off = publisher.policy(2, {});
  expect(await cache.accept(off, publisher.lease(off, 2))).toEqual({ ok: true, changed: true });
  const replayed = await cache.accept(on, oldLease);
  const again = await open();
  const replayedLater = await again.accept(on, publisher.lease(on, 1));

  expect([replayed, replayedLater]).toEqual([
    { ok: false, refusal: 'older_version' },
    { ok: false, refusal: 'older_version' },
  ]);
  expect(again.policy()?.version).toBe(2);
  expect(resolve(again.layers(clock.now())).screenshot.level).toBe('off');
  expect(again.refusal()).toBe('older_version');
});

test('every byte of policy, key id and signature flipped: refused with its reason, and nothing is switched on', async () => {
  const { clock, publisher, cache } = await setUp();
  const policy = publisher.policy(1, EVERYTHING);
  const lease = publisher.lease(policy, 1);
  const forgeries: Signed[] = [];
  for (let index = 0; index < Buffer.byteLength(policy.payload); index += 1) {
    forgeries.push({ ...policy, payload: withByteFlipped(policy.payload, index) });
  }
  for (let index = 0; index < 64; index += 1) {
    const bytes = Buffer.from(policy.signature, 'base64url');
    bytes[index] = (bytes[index] ?? 0) ^ 0x80;
    forgeries.push({ ...policy, signature: bytes.toString('base64url') });
  }
  const refusals = new Set<string>();
  for (const forged of forgeries) {
    const answer = await cache.accept(forged, lease);
    refusals.add(answer.ok ? 'ACCEPTED' : answer.refusal);
  }
  const swapped = await cache.accept({ ...policy, keyId: '0'.repeat(64) }, lease);

  expect([...refusals]).toEqual(['bad_signature']);
  expect(swapped).toEqual({ ok: false, refusal: 'wrong_key' });
  expect(levels(cache, clock.now())).toEqual(allOff);
  expect((await cache.accept(policy, lease)).ok).toBe(true);
});

test('every byte of what is on disk flipped: what is not genuine is not obeyed, and nothing older ever is', async () => {
  const { clock, publisher, files, reopen, cache } = await setUp();
  const on = publisher.policy(1, EVERYTHING);
  const onLease = publisher.lease(on, 1);
  await cache.accept(on, onLease);
  const off = publisher.policy(2, { ...EVERYTHING, title: 'off' });
  await cache.accept(off, publisher.lease(off, 2));
  const memory = cache.memory();
  const genuine = Buffer.from(files.files.get('policy.json')!);
  const highestFrom = genuine.indexOf('"highest"');
  const wrong: string[] = [];
  for (let index = 0; index < genuine.length; index += 1) {
    const bytes = Buffer.from(genuine);
    bytes[index] = (bytes[index] ?? 0) ^ 0x01;
    files.files.set('policy.json', bytes);
    const opened = await reopen(memory);
    const now = levels(opened, clock.now());
    if (index < highestFrom && JSON.stringify(now) !== JSON.stringify(allOff)) wrong.push(`obeyed at ${index}`);
    const replayed = await opened.accept(on, onLease);
    if (replayed.ok || replayed.refusal !== 'older_version') wrong.push(`older at ${index}`);
  }
  files.files.set('policy.json', genuine);

  expect(wrong).toEqual([]);
  expect(resolve((await reopen(memory)).layers(clock.now())).app.level).toBe('name');
}, 120_000);

test('a policy file that is gone or damaged does not let an older policy back in', async () => {
  for (const damage of ['gone', 'damaged'] as const) {
    const { publisher, files, reopen, cache } = await setUp();
    const on = publisher.policy(1, EVERYTHING);
    await cache.accept(on, publisher.lease(on, 1));
    const off = publisher.policy(2, {});
    await cache.accept(off, publisher.lease(off, 2));
    if (damage === 'gone') await files.remove('policy.json');
    else await files.write('policy.json', 'no');
    const again = await reopen(cache.memory());
    expect([damage, again.policy(), await again.accept(on, publisher.lease(on, 1))]).toEqual([
      damage,
      null,
      { ok: false, refusal: 'older_version' },
    ]);
    expect((await again.accept(off, publisher.lease(off, 2))).ok).toBe(true);
  }
});

test('the key of another organisation, and a document of another organisation under our key, are refused', async () => {
  const { clock, publisher, cache } = await setUp();
  const other = createPublisher(clock);
  const foreign = other.policy(1, EVERYTHING);
  const { privateKey } = generateKeyPairSync('ed25519');
  const posing = signPayload('daylight/policy/v1', privateKey, foreign.payload);
  const elsewhere = publisher.policy(1, EVERYTHING, { org: OrgId.parse('11111111-1111-4111-8111-111111111111') });

  expect(await cache.accept(foreign, publisher.lease(foreign, 1))).toEqual({ ok: false, refusal: 'wrong_key' });
  expect(await cache.accept({ ...posing, keyId: publisher.policy(1, {}).keyId }, posing)).toEqual({
    ok: false,
    refusal: 'bad_signature',
  });
  expect(await cache.accept(elsewhere, publisher.lease(elsewhere, 1))).toEqual({
    ok: false,
    refusal: 'wrong_organisation',
  });
  expect(levels(cache, clock.now())).toEqual(allOff);
});

test('a signature made for a lease does not stand for a policy, and a payload that is not canonical is refused', async () => {
  const { publisher, cache } = await setUp();
  const policy = publisher.policy(1, EVERYTHING);
  const lease = publisher.lease(policy, 1);
  const asLease = signPayload('daylight/lease/v1', publisher.privateKey, policy.payload);
  const spaced = signPayload('daylight/policy/v1', publisher.privateKey, ` ${policy.payload}`);

  expect(await cache.accept(asLease, lease)).toEqual({ ok: false, refusal: 'bad_signature' });
  expect(await cache.accept(spaced, lease)).toEqual({ ok: false, refusal: 'not_canonical' });
});

test('a broken chain is refused', async () => {
  const { publisher, cache } = await setUp();
  const first = publisher.policy(1, EVERYTHING);
  await cache.accept(first, publisher.lease(first, 1));
  const other = publisher.policy(1, {});
  const unchained = publisher.policy(2, {}, { previousHash: 'a'.repeat(64) });

  expect(await cache.accept(other, publisher.lease(other, 1))).toEqual({ ok: false, refusal: 'broken_chain' });
  expect(await cache.accept(unchained, publisher.lease(unchained, 2))).toEqual({ ok: false, refusal: 'broken_chain' });
  expect(cache.policy()?.version).toBe(1);
});

test('a lease of another device, person or policy, and an older one, are refused; without a lease everything is off', async () => {
  const { clock, publisher, files, open, cache } = await setUp();
  const policy = publisher.policy(1, EVERYTHING);
  const stranger = '11111111-1111-4111-8111-111111111111' as never;
  for (const change of [
    { device: stranger },
    { person: stranger },
    { policyHash: 'a'.repeat(64) },
    { policyVersion: 2 },
  ]) {
    expect(await cache.accept(policy, publisher.lease(policy, 1, change))).toEqual({
      ok: false,
      refusal: 'lease_mismatch',
    });
  }
  await cache.accept(policy, publisher.lease(policy, 1));
  const older = publisher.lease(policy, 1, { issuedAt: clock.now() - HOUR });
  expect(await cache.accept(null, older)).toEqual({ ok: false, refusal: 'older_lease' });
  const stored = JSON.parse(Buffer.from(files.files.get('policy.json')!).toString());
  await files.write('policy.json', JSON.stringify({ ...stored, lease: null }));
  expect(levels(await open(), clock.now())).toEqual(allOff);
});

test('observed parameters end with the lease after a day, what is entered goes on for thirty, and a clock set back lengthens neither', async () => {
  const { clock, publisher, cache } = await setUp();
  const policy = publisher.policy(1, EVERYTHING);
  await cache.accept(policy, publisher.lease(policy, 1));
  const at = (now: number) => {
    const effective = resolve(cache.layers(now));
    return [effective.title.level, effective.notes.level];
  };
  const fresh = at(clock.now());
  await clock.advance(DAY + HOUR);
  const afterADay = at(clock.now());
  const setBack = at(clock.now() - 2 * HOUR);
  await clock.advance(30 * DAY);

  expect([fresh, afterADay, setBack, at(clock.now())]).toEqual([
    ['full', 'on'],
    ['off', 'on'],
    ['off', 'on'],
    ['off', 'off'],
  ]);
});

test('a lease that goes on for longer than its own policy says is believed for as long as the policy says, also after a restart', async () => {
  const { clock, publisher, cache, reopen } = await setUp();
  const policy = publisher.policy(1, EVERYTHING, { leaseHours: { observed: 2, entered: 48 } });
  const forever = clock.now() + 3_650 * DAY;
  const ends = { observedUntil: clock.now() + 2 * HOUR, enteredUntil: clock.now() + 48 * HOUR };
  await cache.accept(policy, publisher.lease(policy, 1, { observedUntil: forever, enteredUntil: forever }));
  const again = await reopen(cache.memory());
  expect([cache.lease(), again.lease()]).toMatchObject([ends, ends]);

  await clock.advance(2 * HOUR + 1);
  const effective = resolve(again.layers(clock.now()));
  expect([effective.title.level, effective.notes.level]).toEqual(['off', 'on']);
});

test('an unknown parameter, level or basis is off for that parameter alone; an unknown schema is off for everything', async () => {
  const { clock, publisher, open, cache } = await setUp();
  const known = JSON.parse(publisher.policy(1, EVERYTHING).payload);
  const parameters = {
    ...known.parameters,
    title: { ...known.parameters.title, level: 'everything' },
    url: { ...known.parameters.url, basis: 'because' },
    webcam: known.parameters.app,
  };
  const strange = publisher.policy(1, EVERYTHING, { parameters });
  expect((await cache.accept(strange, publisher.lease(strange, 1))).ok).toBe(true);
  const effective = resolve(cache.layers(clock.now()));
  expect([effective.title.level, effective.url.level, effective.app.level]).toEqual(['off', 'off', 'name']);
  expect(cache.policy()?.notUnderstood).toEqual({ title: 'not_understood', url: 'not_understood' });
  expect(cache.policy()?.unknown).toEqual(['webcam']);

  const newer = signPayload('daylight/policy/v1', publisher.privateKey, canonical({ ...known, version: 2, schema: 2 }));
  expect(await cache.accept(newer, publisher.lease(newer, 2))).toEqual({ ok: false, refusal: 'not_understood' });
  const again = await open();
  expect([levels(cache, clock.now()), levels(again, clock.now())]).toEqual([allOff, allOff]);
  expect(again.notUnderstood()?.version).toBe(2);
});

test('what the person objected to is off from the lease on, also while the disk does not take it and after a restart, and nothing of it may wait', async () => {
  const { clock, publisher, open, cache } = await setUp();
  const policy = publisher.policy(1, EVERYTHING);
  await cache.accept(policy, publisher.lease(policy, 1));
  await clock.advance(1_000);
  const lease = publisher.lease(policy, 1, {
    terms: { ...NO_PERSONAL_TERMS, revision: 1, objection: { title: 'off' } },
  });
  const lowered: string[] = [];
  cache.onLowered(() => lowered.push(resolve(cache.layers(clock.now())).title.level));
  await cache.accept(null, lease);
  expect(lowered).toEqual(['off']);
  for (const one of [cache, await open()]) {
    expect(resolve(one.layers(clock.now())).title).toEqual({ level: 'off', decidedBy: 'objection' });
    expect(levelsAllowed(one, clock.now(), null)).toMatchObject({ title: 'off', app: 'name' });
  }
});
