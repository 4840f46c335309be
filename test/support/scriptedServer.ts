import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { z } from 'zod';
import type { Identity } from '../../agent/core/identity.ts';
import { publicKeyOf, sha256, signPayload } from '../../agent/core/signing.ts';
import { canonical } from '../../shared/canonical.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { DeviceId, ErasureId, OrgId, PersonId } from '../../shared/ids.ts';
import { NO_PERSONAL_TERMS } from '../../shared/policy/personal.ts';
import { firstRules, type PolicyDocument } from '../../shared/policy/policy.ts';
import {
  AgentFrame,
  type Batch,
  HelloPayload,
  type OrganisationEnded as OrganisationEndedFrame,
  type OrganisationEndedPayload,
  ReceiptPayload,
  type ServerFrame,
  type WipePayload,
} from '../../shared/protocol/messages.ts';
import type { Signed } from '../../shared/signed.ts';

type OrganisationEnded = z.infer<typeof OrganisationEndedFrame>;

/** The ending that its orders name. */
const ENDING = ErasureId.parse('77777777-7777-4777-8777-777777777777');

/** A server that speaks the protocol and does what the test says: what it was sent, in order, is what it shows. */
export interface ScriptedServer {
  readonly url: string;
  readonly identity: Identity;
  readonly deviceKey: KeyObject;
  readonly received: AgentFrame[];
  readonly chunks: Buffer[];
  readonly batches: Batch[];
  readonly receipts: ReceiptPayload[];
  connections: number;
  committedSeq: number;
  /** What to do on arrival of a batch; acknowledges it unless replaced. */
  onBatch: (batch: Batch, answer: (frame: ServerFrame | Record<string, unknown>) => void) => void;
  /** What to do when a computer says that everything is deleted there; hears it unless replaced. */
  onWiped: (answer: (frame: ServerFrame) => void) => void;
  /** Replaces the welcome, to lie. */
  welcome: (honest: ServerFrame) => ServerFrame;
  /** Replaces the first frame. */
  greeting: ((send: (frame: unknown) => void) => void) | null;
  policy: PolicyDocument;
  /** What leases say that the person was told of; all of the policy unless it is set. */
  told: Readonly<Record<string, string>> | null;
  signed(): { policy: Signed; lease: Signed };
  publish(change: (policy: PolicyDocument) => void): { policy: Signed; lease: Signed };
  /** An order to wipe, signed over the last handshake; `change` and `key` make another one of it. */
  order(reason: WipePayload['reason'], change?: Partial<WipePayload>, key?: KeyObject): ServerFrame;
  /** That the organisation has ended, as it was signed before its key was destroyed; `change` and `key` make another one of it. */
  organisationEnded(change?: Partial<OrganisationEndedPayload>, key?: KeyObject): OrganisationEnded;
  push(frame: ServerFrame): void;
  drop(): void;
  close(): Promise<void>;
}

export async function startScriptedServer(now: () => number): Promise<ScriptedServer> {
  const serverKey = generateKeyPairSync('ed25519').privateKey;
  const policyKey = generateKeyPairSync('ed25519').privateKey;
  const deviceKey = generateKeyPairSync('ed25519').privateKey;
  const sockets = new Set<WebSocket>();
  const http = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    path: '/agent/v1',
    handleProtocols: () => 'daylight.v1',
  });
  await new Promise((done) => http.once('listening', done));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const identity: Identity = {
    schema: 1,
    server: url,
    org: OrgId.parse(randomUUID()),
    person: PersonId.parse(randomUUID()),
    device: DeviceId.parse(randomUUID()),
    organisation: 'Example',
    personName: 'Mia Sommer',
    serverKey: publicKeyOf(serverKey),
    policyKey: publicKeyOf(policyKey),
    policyKeySequence: 0,
    ca: null,
    enrolledAt: now(),
  };
  const { org, person, device } = identity;
  const first: PolicyDocument = {
    schema: 1,
    org,
    scope: { kind: 'org' },
    version: 1,
    previousHash: null,
    notBefore: now(),
    leaseHours: { observed: 24, entered: 720 },
    screenshotReviewSeconds: 0,
    idleSeconds: 300,
    parameters: firstRules(),
  };
  let proof = { challenge: '', nonce: '' };
  const server: ScriptedServer = {
    url,
    identity,
    deviceKey,
    received: [],
    chunks: [],
    batches: [],
    receipts: [],
    connections: 0,
    committedSeq: 0,
    onBatch: (batch, answer) => {
      server.committedSeq = Math.max(server.committedSeq, batch.seq);
      answer({ type: 'ack', seq: batch.seq, duplicate: false, stored: batch.observations.length, discarded: {} });
    },
    onWiped: (answer) => answer({ type: 'bye', reason: 'retired', message: 'it was heard', retry: false }),
    welcome: (honest) => honest,
    greeting: null,
    policy: first,
    told: null,
    signed() {
      const text = canonical(server.policy);
      const lease = {
        schema: 1,
        ...{ org, person, device },
        policyHash: sha256(text),
        policyVersion: server.policy.version,
        issuedAt: now(),
        observedUntil: now() + 86_400_000,
        enteredUntil: now() + 30 * 86_400_000,
        acknowledged:
          server.told ?? Object.fromEntries(parameterIds.map((id) => [id, server.policy.parameters[id].level])),
        terms: NO_PERSONAL_TERMS,
      };
      return {
        policy: signPayload('daylight/policy/v1', policyKey, text),
        lease: signPayload('daylight/lease/v1', policyKey, canonical(lease)),
      };
    },
    publish(change) {
      const previousHash = sha256(canonical(server.policy));
      server.policy = {
        ...structuredClone(server.policy),
        version: server.policy.version + 1,
        previousHash,
        notBefore: now(),
      };
      change(server.policy);
      return server.signed();
    },
    order(reason, change = {}, key = serverKey) {
      const text = canonical({ device, org, ...proof, reason, at: now(), ...change });
      return { type: 'wipe', wipe: signPayload('daylight/wipe/v1', key, text) };
    },
    organisationEnded(change = {}, key = serverKey) {
      const text = canonical({ org, ending: ENDING, at: now(), ...change });
      return { type: 'organisation_ended', order: signPayload('daylight/organisation-ended/v1', key, text) };
    },
    push: (frame) => sockets.forEach((socket) => socket.send(JSON.stringify(frame))),
    drop: () => sockets.forEach((socket) => socket.terminate()),
    async close() {
      sockets.forEach((socket) => socket.terminate());
      await new Promise((done) => http.close(done));
    },
  };
  http.on('connection', (socket) => {
    sockets.add(socket);
    server.connections += 1;
    socket.on('close', () => sockets.delete(socket));
    const answer = (frame: unknown): void => socket.send(JSON.stringify(frame));
    const nonce = randomBytes(32).toString('base64url');
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return void server.chunks.push(data);
      const frame = AgentFrame.parse(JSON.parse(data.toString()));
      server.received.push(frame);
      if (frame.type === 'hello') {
        const hello = HelloPayload.parse(JSON.parse(frame.hello.payload));
        proof = { challenge: nonce, nonce: hello.nonce };
        const payload = { device, org, person, ...proof, serverTime: now() };
        const text = canonical({ ...payload, committedSeq: server.committedSeq });
        answer(
          server.welcome({
            type: 'welcome',
            welcome: signPayload('daylight/welcome/v1', serverKey, text),
            ...server.signed(),
          }),
        );
      }
      if (frame.type === 'receipt') server.receipts.push(ReceiptPayload.parse(JSON.parse(frame.receipt.payload)));
      if (frame.type === 'retire') {
        answer({ type: 'bye', reason: 'retired', message: 'this device is retired', retry: false });
        socket.close(1000);
      }
      if (frame.type === 'wiped') {
        server.onWiped(answer);
        socket.close(1000);
      }
      if (frame.type === 'batch') {
        server.batches.push(frame);
        server.onBatch(frame, answer);
      }
    });
    if (server.greeting !== null) server.greeting(answer);
    else answer({ type: 'challenge', protocol: 1, nonce, serverTime: now() });
  });
  return server;
}

/** Waits until the condition holds; fails with its source after `ms`. */
export async function until(condition: () => boolean, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never became true: ${condition.toString()}`);
    await new Promise((wait) => setTimeout(wait, 5));
  }
}
