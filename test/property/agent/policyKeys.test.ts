import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyIdOf } from '../../../server/control/signer.ts';
import { parameterIds, rank } from '../../../shared/catalog.ts';
import { resolve } from '../../../shared/policy/resolve.ts';
import { HOUR } from '../../../shared/time.ts';
import { type Rotating, rotate, type Sent, startRotating } from '../../support/rotating.ts';

type Event =
  | { readonly kind: 'rotate' | 'connect' }
  | { readonly kind: 'publish'; readonly title: 'off' | 'redacted' | 'full' }
  /** Somebody plays again what was sent before, or puts one frame together from two. */
  | { readonly kind: 'replay'; readonly which: number; readonly keysOf: number }
  | { readonly kind: 'restart'; readonly lost: 'nothing' | 'policy.json' | 'journal' };

const anEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('rotate' as const, 'connect' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      title: fc.constantFrom('off' as const, 'redacted' as const, 'full' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('replay' as const), which: fc.nat(30), keysOf: fc.nat(30) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      lost: fc.constantFrom('nothing' as const, 'policy.json' as const, 'journal' as const),
    }),
  },
);

const sequenceOf = async ({ kit, cache }: Rotating): Promise<number> => {
  const { chain } = (await kit.organisations.signer(kit.org)).keys;
  const trusted = cache().policyKey();
  return trusted === null
    ? 0
    : (chain.links.find(({ statement }) => keyIdOf(statement.key) === trusted)?.statement.sequence ?? -1);
};

test('whatever is rotated, published, missed, lost or played again: no older policy and no retired key is obeyed, and whoever connects agrees with the server', async () => {
  const seen = { caughtUp: 0, retired: 0, kept: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 4, maxLength: 24 }), async (events) => {
      const it = await startRotating();
      await using kit = it.kit;
      const sent: Sent[] = [];
      let [version, sequence] = [0, 0];
      for (const event of events) {
        kit.clock.advance(HOUR);
        const before = it.cache();
        if (event.kind === 'rotate') await rotate(kit);
        else if (event.kind === 'publish') await publish(it, event.title);
        else if (event.kind === 'restart') await it.restart(event.lost);
        else if (event.kind === 'connect') {
          const behind = (await sequenceOf(it)) < (await kit.organisations.signer(kit.org)).keys.chain.sequence;
          const frame = await it.sends();
          sent.push(frame);
          expect(await it.takes(frame)).toMatchObject({ ok: true });
          expect(it.cache().policy()?.hash).toBe((await kit.control.current(kit.org)).hash);
          expect(it.cache().policyKey() ?? 'first').toBe(
            (await sequenceOf(it)) === 0
              ? 'first'
              : keyIdOf((await kit.organisations.signer(kit.org)).identity.policyKey),
          );
          if (behind) seen.caughtUp += 1;
        } else if (event.kind === 'replay' && sent.length > 0) {
          const at = (place: number): Sent | undefined => sent[place % sent.length];
          const [frame, other] = [at(event.which), at(event.keysOf)];
          if (frame === undefined || other === undefined) continue;
          const trusted = before.policyKey();
          const answer = await it.takes({ ...frame, keys: [...frame.keys, ...other.keys] });
          const retired = frame.policy.keyId !== (it.cache().policyKey() ?? keyIdOf(it.keys.policyKey));
          if (retired) expect(answer.ok).toBe(false);
          if (retired) seen.retired += 1;
          if (trusted === it.cache().policyKey()) seen.kept += 1;
        }
        expect(await sequenceOf(it)).toBeGreaterThanOrEqual(sequence);
        const { highest } = it.cache().memory();
        expect(highest.version).toBeGreaterThanOrEqual(version);
        [version, sequence] = [highest.version, await sequenceOf(it)];
        await expectNoMoreThanPublished(it);
      }
    }),
    { numRuns: 60 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0); // or the test would prove nothing
});

async function publish({ kit }: Rotating, title: 'off' | 'redacted' | 'full'): Promise<void> {
  const { document } = await kit.control.current(kit.org);
  if (document.parameters.title.level !== title) await kit.publish({ title: { level: title } });
}

/** What the device allows is allowed by the very version that it says it goes by, as the server published it. */
async function expectNoMoreThanPublished({ kit, cache }: Rotating): Promise<void> {
  const policy = cache().policy();
  const effective = resolve(cache().layers(kit.clock.now()));
  const published = policy === null ? null : await kit.control.version(kit.org, policy.version);
  const most = published?.document.parameters;
  const above = parameterIds.filter((id) => rank(id, effective[id].level) > rank(id, most?.[id].level ?? 'off'));
  expect(above).toEqual([]);
}
