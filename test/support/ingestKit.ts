import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { createAuditLog } from '../../server/audit/auditLog.ts';
import { authorize, organisation } from '../../server/authorize.ts';
import { createLimitKeys } from '../../server/clientAddress.ts';
import { createChanges } from '../../server/control/changes.ts';
import { createConnections } from '../../server/control/connections.ts';
import type { PublishedPolicy } from '../../server/control/control.ts';
import { createErased, type Erased } from '../../server/control/erased.ts';
import { createNotices } from '../../server/control/notices.ts';
import { createPolicyControl } from '../../server/control/policies.ts';
import { createRightsRequests } from '../../server/control/requests.ts';
import { createOrganisations, keyIdOf } from '../../server/control/signer.ts';
import type { AgentCapacity, AgentEvent, AgentTiming } from '../../server/ingest/ingest.ts';
import { createAgentSocket } from '../../server/ingest/socket.ts';
import { systemRandom } from '../../server/random.ts';
import type { DeviceRecord, Store } from '../../server/store/store.ts';
import { rawPublicKeyOf } from '../../server/vault/ed25519.ts';
import { rootKeyOf } from '../../server/vault/rootKey.ts';
import { createVault } from '../../server/vault/vault.ts';
import { canonical } from '../../shared/canonical.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { BootId, DeviceId, OrgId, PersonId, SessionId } from '../../shared/ids.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import {
  AGENT_PATH,
  type Batch,
  KNOWS_COMING,
  KNOWS_COPIES,
  KNOWS_HEADER,
  type ReceiptPayload,
  ServerFrame,
  SUBPROTOCOL,
} from '../../shared/protocol/messages.ts';
import { type Digest, type Signed, type SigningContext, signingInput } from '../../shared/signed.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { type MovableClock, movable } from './movableClock.ts';
import { createReferenceKeyStore, createReferenceStore } from './referenceStore.ts';

/** 20 November 2026, ten in the morning, UTC. */
export const MORNING = Date.UTC(2026, 10, 20, 10);

export interface ServerKit extends AsyncDisposable {
  readonly store: Store;
  readonly keyStore: ReturnType<typeof createReferenceKeyStore>;
  readonly vault: Awaited<ReturnType<typeof createVault>>;
  readonly control: ReturnType<typeof createPolicyControl>;
  readonly erased: Erased;
  readonly connections: ReturnType<typeof createConnections>;
  readonly organisations: ReturnType<typeof createOrganisations>;
  readonly clock: MovableClock;
  readonly org: OrgId;
  readonly person: PersonId;
  readonly port: number;
  readonly events: AgentEvent[];
  /** Publishes as the owner; every change is made on top of the policy in force. */
  publish(
    parameters: PolicyChange['parameters'],
    rest?: Partial<PolicyChange> & { as?: 'owner' | 'admin' | 'manager' },
  ): Promise<PublishedPolicy>;
  enrol(options?: { person?: PersonId; acknowledge?: boolean }): Promise<TestDevice>;
  /** Everything stored about a device's person, by parameter, as the store holds it. */
  segments(parameter: ParameterId, person?: PersonId): ReturnType<Store['segments']>;
  restart(): Promise<void>;
}

export interface TestDevice {
  readonly record: DeviceRecord;
  readonly key: KeyObject;
}

export interface KitOptions {
  readonly store?: Store;
  readonly timing?: Partial<AgentTiming>;
  readonly capacity?: Partial<AgentCapacity>;
  /** How long a batch waits for a publication. */
  readonly settleMs?: number;
  /** Of the first policy; 0 if left out: what is acknowledged counts at once. */
  readonly reactionDays?: number;
}

/** A whole server behind a real WebSocket on loopback: reference store, real vault, real signatures, a clock that waits. */
export async function startServer(options: KitOptions = {}): Promise<ServerKit> {
  const clock = movable({ now: () => MORNING, mono: () => 0 });
  const store = options.store ?? createReferenceStore();
  const keyStore = createReferenceKeyStore();
  const vault = await createVault({
    keyStore,
    rootKey: rootKeyOf(randomBytes(32)),
    random: randomBytes,
  });
  const events: AgentEvent[] = [];
  const org = OrgId.parse(randomUUID());
  const person = PersonId.parse(randomUUID());
  const owner = PersonId.parse(randomUUID());

  const limitKeyOf = createLimitKeys(systemRandom);
  const compose = () => {
    const changes = createChanges();
    const connections = createConnections(changes);
    const organisations = createOrganisations({ store, vault, clock });
    const settle = options.settleMs === undefined ? {} : { settleMs: options.settleMs };
    const control = createPolicyControl({ store, vault, organisations, connections, changes, clock, ...settle });
    const requests = createRightsRequests({ store, vault, connections, clock, random: systemRandom });
    const erased = createErased({ store, vault, clock, trust: async () => 'trusted' });
    const notices = createNotices({ store, vault, organisations, clock });
    const auditLog = createAuditLog({ store, keyStore, vault, organisations, clock });
    const sockets = createAgentSocket({
      auditLog,
      ...{ store, vault, organisations, control, requests, erased, notices, connections, clock, random: systemRandom },
      log: (event) => void events.push(event),
      addressOf: (request) => limitKeyOf(request.socket.remoteAddress ?? ''),
      ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
      // The clock leaps in these tests; a ping that was due twice in one leap would end an honest connection.
      timing: { sweepMs: 20, pingMs: 365 * DAY, ...options.timing },
    });
    return { changes, connections, organisations, control, requests, erased, sockets };
  };
  let parts = compose();
  await parts.organisations.create(org, 'Example GmbH');
  await parts.control.begin(org, { reactionDays: options.reactionDays ?? 0 });

  const http = createServer((_request, response) => void response.writeHead(404).end());
  http.on('upgrade', (request, socket, head) => parts.sockets.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  clock.advance(HOUR); // what is captured from here on was captured under the first policy

  async function createPerson(id: PersonId): Promise<void> {
    if ((await store.person(org, id)) !== null) return;
    const sealed = await vault.seal(
      { org, person: id, parameter: 'profile', epoch: 0, record: id, part: 'profile', policyVersion: 0 },
      Buffer.from('{}'),
    );
    const common = { org, person: id, createdAt: clock.now(), profile: sealed, credentials: sealed };
    await store.createPerson({
      ...{ ...common, role: 'employee', status: 'active' },
      ...{ emailHash: vault.lookupHash('email', id), hasSecondFactor: false, teams: [], managesTeams: [] },
    });
  }

  return {
    store,
    keyStore,
    vault,
    clock,
    org,
    person,
    port,
    events,
    get control() {
      return parts.control;
    },
    get erased() {
      return parts.erased;
    },
    get connections() {
      return parts.connections;
    },
    get organisations() {
      return parts.organisations;
    },
    async publish(parameters, { as: role = 'owner', ...rest } = {}) {
      const actor = { org, person: owner, role, managesTeams: [], complete: true };
      const leave = authorize(actor, 'policy.publish', organisation(org));
      if (leave.kind !== 'granted') throw new Error(`${role} may not publish`);
      const { document } = await parts.control.current(org);
      return parts.control.publish(leave.leave, {
        ...{ baseVersion: document.version, reason: 'for this test' },
        ...(parameters === undefined ? {} : { parameters }),
        ...rest,
      });
    },
    async enrol({ person: who = person, acknowledge = true } = {}) {
      await createPerson(who);
      const { privateKey } = generateKeyPairSync('ed25519');
      const publicKey = rawPublicKeyOf(privateKey);
      const record: DeviceRecord = {
        ...{ org, device: DeviceId.parse(randomUUID()), person: who, publicKey },
        ...{ status: 'active', enrolledAt: clock.now() },
        ...{ committedSeq: 0, lastSeenAt: null, agentVersion: null, clockOffsetMs: null },
        ...{ lease: null, previousLease: null, sessionState: null },
      };
      await enrolIn(store, record);
      const device = { record, key: privateKey };
      await parts.control.lease(record);
      if (acknowledge)
        await parts.control.acknowledge(record, await acknowledgementBy(device, await parts.control.current(org)));
      return device;
    },
    segments: (parameter, who = person) => store.segments(org, who, parameter, '2020-01-01', '2099-01-01'),
    async restart() {
      await parts.sockets.close();
      parts = compose();
    },
    async [Symbol.asyncDispose]() {
      await parts.sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export function signAs(device: TestDevice, context: SigningContext, document: unknown): Signed {
  const payload = canonical(document);
  const signature = sign(null, Buffer.from(signingInput(context, payload)), device.key).toString('base64url');
  return { payload, keyId: keyIdOf(device.record.publicKey), signature };
}

/** `terms`: the revision of the person's own terms by which the notice was shown. */
export async function acknowledgementBy(device: TestDevice, policy: PublishedPolicy, terms = 0): Promise<Signed> {
  const { org, person, device: id } = device.record;
  return signAs(device, 'daylight/acknowledgement/v1', {
    ...{ org, person, device: id, at: policy.publishedAt },
    ...{ noticeVersion: policy.document.version, policyHash: policy.hash, terms },
  });
}

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** A client that says whatever it is told to, as a hostile one would. */
export interface RawAgent extends AsyncDisposable {
  readonly ws: WebSocket;
  readonly boot: BootId;
  readonly frames: ServerFrame[];
  send(frame: unknown): void;
  /** The next frame of the type that was not taken yet; rejects when the socket closes without one. */
  take<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>>;
  closed(): Promise<number>;
  hello(device: TestDevice, change?: Record<string, unknown>): Promise<Signed>;
}

/** How a test comes to the server; `from` is an address of this computer, such as 127.0.0.2. */
export interface Dialling {
  readonly protocol?: string;
  readonly origin?: string;
  readonly from?: string;
  /** As an agent from before copies, which says nothing of them. */
  readonly beforeCopies?: boolean;
  /** As one that knows frames of what is coming, too. */
  readonly knowsComing?: boolean;
  /** The words of the header themselves. */
  readonly knows?: string;
  /** What a proxy in front says of where it comes from. */
  readonly forwardedFor?: string;
}

function headersOf({ beforeCopies, knowsComing, knows }: Dialling): Record<string, string> {
  if (beforeCopies === true) return {};
  return { [KNOWS_HEADER]: knows ?? (knowsComing === true ? `${KNOWS_COPIES}, ${KNOWS_COMING}` : KNOWS_COPIES) };
}

export async function dial(port: number, options: Dialling = {}): Promise<RawAgent> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${AGENT_PATH}`, options.protocol ?? SUBPROTOCOL, {
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    headers: {
      ...headersOf(options),
      ...(options.forwardedFor === undefined ? {} : { 'x-forwarded-for': options.forwardedFor }),
    },
    ...(options.from === undefined ? {} : { localAddress: options.from }),
    perMessageDeflate: false,
  });
  const frames: ServerFrame[] = [];
  const taken = new Set<ServerFrame>();
  const waiters = new Set<() => void>();
  const wake = () => {
    for (const waiter of [...waiters]) waiter();
  };
  let code: number | null = null;
  ws.on('message', (data) => {
    frames.push(ServerFrame.parse(JSON.parse(String(data))));
    wake();
  });
  ws.on('close', (closeCode) => {
    code = closeCode;
    wake();
  });
  const opened = new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  await opened;
  ws.on('error', () => undefined);

  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined && code === null) return;
        waiters.delete(check);
        if (found === undefined)
          reject(new Error(`closed with ${code}; got ${frames.map((frame) => frame.type).join(' ')}`));
        else resolve(found);
      };
      waiters.add(check);
      check();
    });

  const boot = BootId.parse(randomUUID());
  const agent: RawAgent = {
    ws,
    boot,
    frames,
    send: (frame) => ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    take: (type) =>
      until(() => {
        const found = frames.find((frame) => frame.type === type && !taken.has(frame));
        if (found !== undefined) taken.add(found);
        return found as FrameOf<typeof type> | undefined;
      }),
    closed: () => until(() => code ?? undefined),
    async hello(device, change = {}) {
      const challenge = await agent.take('challenge');
      const hello = signAs(device, 'daylight/hello/v1', {
        ...{ device: device.record.device, org: device.record.org, challenge: challenge.nonce },
        ...{ nonce: Buffer.from(systemRandom.bytes(32)).toString('base64url'), at: challenge.serverTime },
        ...{ boot, mono: monoAt(challenge.serverTime), agentVersion: '0.1.0', policyVersion: 0, ...change },
      });
      agent.send({ type: 'hello', hello });
      return hello;
    },
    async [Symbol.asyncDispose]() {
      if (code === null) ws.terminate();
      await agent.closed();
    },
  };
  return agent;
}

/** Connected, welcomed, ready to send batches. */
export async function connect(kit: ServerKit, device: TestDevice, options: Dialling = {}): Promise<RawAgent> {
  const agent = await dial(kit.port, options);
  await agent.hello(device);
  await agent.take('welcome');
  return agent;
}

export function newSession(): SessionId {
  return SessionId.parse(randomUUID());
}

/** The monotonic clock of every test device: it runs with the server's clock. */
export function monoAt(now: number): number {
  return now - MORNING + 1_000_000;
}

/** An observation stamped now, in the terms of `RawAgent.hello`. */
export function seen(kit: Pick<ServerKit, 'clock'>, fields: Record<string, unknown>): Record<string, unknown> {
  return { at: kit.clock.now(), mono: monoAt(kit.clock.now()), span: 0, ...fields };
}

export function sessionEvent(kit: Pick<ServerKit, 'clock'>, event: string): Record<string, unknown> {
  return seen(kit, { parameter: 'session', level: 'on', event, cause: 'employee' });
}

export function batch(
  agent: Pick<RawAgent, 'boot'>,
  seq: number,
  session: SessionId | null,
  observations: unknown[],
  policyVersion = 1,
): Batch {
  return { type: 'batch', seq, boot: agent.boot, session, policyVersion, observations, dropped: [] };
}

/** A receipt that says what an honest device would say about the policy given. */
export function receiptBy(
  device: TestDevice,
  policy: { document: { version: number }; hash: Digest },
  change: Partial<ReceiptPayload> = {},
  active: Partial<Record<ParameterId, string>> = {},
): Signed {
  const states = parameterIds.map((id) => {
    const level = active[id];
    return [
      id,
      level === undefined
        ? { state: 'off', level: 'off', reason: 'policy', waiting: 0 }
        : { state: 'active', level, reason: null, waiting: 0 },
    ];
  });
  return signAs(device, 'daylight/receipt/v1', {
    ...{ device: device.record.device, policyHash: policy.hash, policyVersion: policy.document.version, at: MORNING },
    terms: 0,
    ...{ tracking: true, parameters: Object.fromEntries(states), ...change },
  });
}

/** A WebP file of `length` bytes (rounded up to an even number) by its structure, with a picture of the size given that says nothing. */
export function webp(length = 4_096, fill = 7, { width, height } = { width: 640, height: 480 }): Buffer {
  const file = Buffer.alloc(length + (length % 2), fill);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WEBPVP8 ', 8, 'latin1');
  file.writeUInt32LE(file.length - 20, 16);
  Buffer.from('0000009d012a', 'hex').copy(file, 20);
  file.writeUInt16LE(width, 26);
  file.writeUInt16LE(height, 28);
  return file;
}

export function sha256(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The binary frames of an image. */
export function chunksOf(image: string, bytes: Uint8Array, size = 48 * 1024): Buffer[] {
  const frames: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    const header = Buffer.alloc(20);
    Buffer.from(image.replaceAll('-', ''), 'hex').copy(header);
    header.writeUInt32BE(offset / size, 16);
    frames.push(Buffer.concat([header, bytes.subarray(offset, offset + size)]));
  }
  return frames;
}

export { DAY, HOUR };
