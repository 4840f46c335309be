import { createPolicyCache, type PolicyCache, type PolicyMemory } from '../../agent/core/gate/policyCache.ts';
import { newKeys } from '../../server/ingest/newKeys.ts';
import type { KeyReason, SignedKeyStatement } from '../../shared/policy/keys.ts';
import type { Signed } from '../../shared/signed.ts';
import { DAY } from '../../shared/time.ts';
import { type ServerKit, startServer, type TestDevice } from './ingestKit.ts';
import { createMemoryFolder } from './recording.ts';
import { createTestClock } from './testClock.ts';

/** What a server sends a computer that is to obey it. */
export interface Sent {
  readonly policy: Signed;
  readonly lease: Signed;
  readonly keys: readonly SignedKeyStatement[];
}

/** A real server and the policy cache of a real agent, enrolled there, with what passes between them in the hands of a test. */
export async function startRotating() {
  const kit = await startServer();
  const device = await kit.enrol();
  return { kit, device, ...(await enrolled(kit, device)) };
}

export type Rotating = Awaited<ReturnType<typeof startRotating>>;

async function enrolled(kit: ServerKit, { record }: TestDevice) {
  const clock = createTestClock();
  const { identity, keys: server } = await kit.organisations.signer(kit.org);
  const { serverKey, policyKey } = identity;
  const { org, person, device } = record;
  const keys = { org, person, device, serverKey, policyKey, policyKeySequence: server.chain.sequence };
  const files = createMemoryFolder();
  const open = (memory: PolicyMemory | null) => {
    clock.jump(kit.clock.now() - clock.now());
    return createPolicyCache({ files, keys, clock, memory });
  };
  let cache = await open(null);
  let wasFileLost = false;
  return {
    files,
    keys,
    cache: (): PolicyCache => cache,
    /** What the server would send now, to a computer that trusts the key with this id. */
    async sends(trusted = cache.policyKey()): Promise<Sent> {
      const { signed: policy, keys: all } = await kit.control.current(kit.org);
      return { policy, lease: await kit.control.lease(record), keys: newKeys(all, trusted).statements };
    },
    takes({ policy, lease, keys: sent }: Sent) {
      clock.jump(kit.clock.now() - clock.now());
      return cache.accept(policy, lease, kit.clock.now(), sent);
    },
    /**
     * `lost`: what the end of the process, or somebody, has taken away. Never both, at once or in turn: without the statements that were in
     * the file the journal alone remembers the key (docs/THREAT-MODEL.md).
     */
    async restart(lost: 'nothing' | 'policy.json' | 'journal' = 'nothing'): Promise<void> {
      const memory = lost === 'journal' && !wasFileLost ? null : cache.memory();
      wasFileLost ||= lost === 'policy.json';
      if (lost === 'policy.json') await files.remove('policy.json');
      cache = await open(memory);
    },
  };
}

/** Another key, for this reason; a day goes by first where too many were changed. */
export async function rotate({ control, organisations, org, clock }: ServerKit, reason: KeyReason = 'scheduled') {
  const { sequence } = (await organisations.signer(org)).keys.chain;
  clock.advance(DAY / 4);
  await control.rotateKey(org, 'host', { sequence, reason });
}
