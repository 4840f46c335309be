import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Folder } from '../../agent/core/files.ts';
import { createGate, type Gate, type GateDeps } from '../../agent/core/gate/gate.ts';
import { createPolicyCache, type PolicyCache, type PolicyKeys } from '../../agent/core/gate/policyCache.ts';
import type { Indicator, Platform, Random } from '../../agent/core/ports.ts';
import { createRecorder, type Recorder } from '../../agent/core/recorder.ts';
import { createRecorderJournal } from '../../agent/core/recorderJournal.ts';
import type { Reductions } from '../../agent/core/sensors/reductions.ts';
import { publicKeyOf, sha256, signPayload } from '../../agent/core/signing.ts';
import type { Sealer } from '../../agent/core/spool/batchFile.ts';
import { canonical } from '../../shared/canonical.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { BootId, DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { firstRules, type PolicyDocument } from '../../shared/policy/policy.ts';
import type { PublicKey, Signed } from '../../shared/signed.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { createMemorySpool, type MemorySpool } from './memorySpool.ts';
import { createTestClock, type TestClock } from './testClock.ts';

export const ORG = OrgId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a01');
export const PERSON = PersonId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a02');
export const DEVICE = DeviceId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a03');
export const BOOT = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a04');

export type ChosenLevels = Partial<Record<ParameterId, string>>;
/** Every parameter at its highest level. */
export const EVERYTHING = Object.fromEntries(
  parameterIds.map((id) => [id, catalog[id].levels.at(-1)]),
) as Required<ChosenLevels>;

/** An organisation that signs policies and leases for one device. */
export interface Publisher {
  readonly keys: PolicyKeys;
  readonly privateKey: KeyObject;
  policy(version: number, levels: ChosenLevels, change?: Partial<PolicyDocument>): Signed;
  lease(policy: Signed, version: number, change?: Partial<Lease>): Signed;
}

export function createPublisher(clock: TestClock): Publisher {
  const { privateKey } = generateKeyPairSync('ed25519');
  const policyKey: PublicKey = publicKeyOf(privateKey);
  let previous: Signed | null = null;
  const serverKey = publicKeyOf(generateKeyPairSync('ed25519').privateKey);
  return {
    keys: { org: ORG, person: PERSON, device: DEVICE, serverKey, policyKey, policyKeySequence: 0 },
    privateKey,
    policy(version, levels, change = {}) {
      const document = policyDocument(
        version,
        levels,
        previous === null || version === 1 ? null : sha256(previous.payload),
        clock.now(),
      );
      const signed = signPayload('daylight/policy/v1', privateKey, canonical({ ...document, ...change }));
      previous = signed;
      return signed;
    },
    lease(policy, version, change = {}) {
      const now = clock.now();
      const lease: Lease = {
        schema: 1,
        org: ORG,
        person: PERSON,
        device: DEVICE,
        policyHash: sha256(policy.payload),
        policyVersion: version,
        issuedAt: now,
        observedUntil: now + DAY,
        enteredUntil: now + 30 * DAY,
        acknowledged: EVERYTHING,
        terms: NO_PERSONAL_TERMS,
        ...change,
      };
      return signPayload('daylight/lease/v1', privateKey, canonical(lease));
    },
  };
}

function policyDocument(
  version: number,
  levels: ChosenLevels,
  previousHash: string | null,
  now: number,
): PolicyDocument {
  const rules = firstRules() as Record<ParameterId, { level: string }>;
  for (const id of parameterIds) rules[id] = { ...rules[id], level: levels[id] ?? catalog[id].default };
  return {
    schema: 1,
    org: ORG,
    scope: { kind: 'org' },
    version,
    previousHash,
    notBefore: now - HOUR,
    leaseHours: { observed: 24, entered: 720 },
    screenshotReviewSeconds: 300,
    idleSeconds: 300,
    parameters: rules as PolicyDocument['parameters'],
  };
}

/** A folder in memory. `stopAfter` writes it fails, as a process that was killed would have. */
export function createMemoryFolder(): Folder & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: async (name) => files.get(name) ?? null,
    write: async (name, content) =>
      void files.set(name, typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()),
    remove: async (name) => void files.delete(name),
  };
}

/** In place of the spool's key. */
export const testSealer: Sealer = { key: new Uint8Array(32).fill(7), nonce: () => randomBytes(12) };

export interface Rig {
  readonly clock: TestClock;
  readonly publisher: Publisher;
  readonly policies: PolicyCache;
  readonly spool: MemorySpool;
  readonly folder: ReturnType<typeof createMemoryFolder>;
  readonly recorder: Recorder;
  readonly said: string[];
  /** Publishes the next policy with these levels, as the server would push it. */
  publish(levels: ChosenLevels, change?: Partial<PolicyDocument>): Promise<void>;
  recorded<P extends ParameterId>(parameter: P): Extract<Observation, { parameter: P }>[];
  setVisible(visible: boolean): void;
}

export interface RigOptions {
  readonly platform: (clock: TestClock) => Platform;
  readonly levels?: ChosenLevels;
  /** Of the first policy, besides its levels. */
  readonly change?: Partial<PolicyDocument>;
  readonly clock?: TestClock;
  readonly publisher?: Publisher;
  readonly spool?: MemorySpool;
  readonly folder?: ReturnType<typeof createMemoryFolder>;
  readonly gate?: (deps: GateDeps) => Gate;
  readonly reductions?: Reductions;
  readonly random?: Random;
  readonly boot?: BootId;
  /** How they learn of what is recorded for the first time; left out, they have seen it at once. */
  readonly introduce?: Indicator['introduce'];
}

/** A recorder on a scripted platform, with a real policy cache, a real gate and a spool in memory. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const clock = options.clock ?? createTestClock();
  const publisher = options.publisher ?? createPublisher(clock);
  const folder = options.folder ?? createMemoryFolder();
  const spool = options.spool ?? createMemorySpool(clock);
  spool.reopened();
  const journal = createRecorderJournal(folder, testSealer);
  const { policy: memory } = await journal.read();
  const policies = await createPolicyCache({ files: folder, keys: publisher.keys, clock, memory });
  const said: string[] = [];
  let visible = true;
  const indicator: Indicator = {
    visible: () => visible,
    say: (line) => void said.push(line),
    introduce: options.introduce ?? readAtOnce,
  };
  let version = policies.policy()?.version ?? 0;

  async function accept(levels: ChosenLevels, change: Partial<PolicyDocument> = {}): Promise<void> {
    version += 1;
    const policy = publisher.policy(version, levels, change);
    const accepted = await policies.accept(policy, publisher.lease(policy, version));
    if (!accepted.ok) throw new Error(`the policy was refused: ${accepted.refusal}`);
  }

  if (options.levels !== undefined) await accept(options.levels, options.change);
  const recorder = await createRecorder({
    platform: options.platform(clock),
    policies,
    spool,
    journal,
    indicator,
    clock,
    random: options.random ?? createTestRandom(7),
    boot: options.boot ?? BOOT,
    agentVersion: '0.1.0',
    ...(options.gate === undefined ? {} : { gate: options.gate }),
    ...(options.reductions === undefined ? {} : { reductions: options.reductions }),
  });
  return {
    clock,
    publisher,
    policies,
    spool,
    folder,
    recorder,
    said,
    async publish(levels, change) {
      await accept(levels, change);
      await recorder.policyChanged();
    },
    recorded: <P extends ParameterId>(parameter: P) =>
      spool.everything().filter((observation) => observation.parameter === parameter) as unknown as Extract<
        Observation,
        { parameter: P }
      >[],
    setVisible: (next) => void (visible = next),
  };
}

/** Somebody who reads at once what is put in front of them before its first use. */
export const readAtOnce = (): 'seen' => 'seen';

/** An agent whose gate was patched to say yes to everything, always. */
export function gateThatAlwaysSaysYes(deps: GateDeps): Gate {
  const layers = [{ name: 'organisation', ceilings: {} }] as const;
  return createGate({
    ...deps,
    policies: { ...deps.policies, layers: () => layers },
    indicator: { visible: () => true, say: () => undefined },
    presence: () => 'tracking',
    unavailable: () => [],
    introduced: () => undefined,
    applied: () => EVERYTHING as ReturnType<GateDeps['applied']>,
  });
}

/** The same numbers in every run (a linear congruential generator; Numerical Recipes' constants). */
export function createTestRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(next() * 256));
  return {
    bytes,
    fraction: next,
    uuid() {
      const raw = bytes(16);
      raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
      raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
      const hex = Buffer.from(raw).toString('hex');
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    },
  };
}
