import { createHash, createPrivateKey, createPublicKey, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import { WebSocket } from 'ws';
import { canonical } from '../../shared/canonical.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { Signed } from '../../shared/signed.ts';
import type { Enrolled } from './organisation.ts';
import type { Event } from './workload.ts';

export interface Acked {
  readonly seq: number;
  /** From `send` to the acknowledgement, milliseconds. */
  readonly ms: number;
  readonly stored: number;
}

export interface Answered {
  readonly heard: number;
  readonly said: number;
}

export interface AgentOptions {
  readonly port: number;
  readonly enrolled: Enrolled;
  readonly policyVersion: number;
  /** Told every acknowledgement. */
  readonly onAck: (acked: Acked) => void;
  /** Told when a receipt for a newly pushed policy was handed to the socket, with the bytes of the frame that it answers and its own. */
  readonly onReceipt: (policyVersion: number, at: number, bytes: Answered) => void;
  /** Told what must not happen. */
  readonly onTrouble: (what: string) => void;
  /**
   * Policies that one of the devices of this process has verified. All are sent the very same: a thousand computers verify it
   * side by side, and one process that did it a thousand times would be measured instead of the server.
   */
  readonly genuine: Set<string>;
}

/** A connected device that speaks docs/PROTOCOL.md and does nothing by itself but answer policies, as an agent does. */
export interface SimulatedAgent {
  /** Batches on the way. */
  waiting(): number;
  /** Sends what was observed since `sent`; `session: start` goes ahead of the first. */
  send(observations: readonly Event[]): void;
  /** The monotonic clock that belongs to a wall time. */
  mono(at: number): number;
  close(): void;
}

/** Resolves when the server has welcomed the device. */
export function connectAgent(options: AgentOptions): Promise<SimulatedAgent> {
  const { port, enrolled, onAck, onTrouble } = options;
  const key = createPrivateKey(enrolled.privateKey);
  const policyKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: enrolled.policyKey }, format: 'jwk' });
  const keyId = createHash('sha256').update(Buffer.from(enrolled.publicKey, 'base64url')).digest('hex');
  const [boot, session] = [randomUUID(), randomUUID()];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agent/v1`, 'daylight.v1', { perMessageDeflate: false });
  const sentAt = new Map<number, number>();
  const countOf = new Map<number, number>();
  let policyVersion = options.policyVersion;
  let policyHash = '';
  let answered = '';
  let terms = 0;
  let levels: Readonly<Record<string, { readonly level: string }>> = {};
  let next = 0;
  let isFirst = true;
  let closing = false;

  const signed = (context: string, document: unknown): Signed => {
    const payload = canonical(document);
    const signature = sign(null, Buffer.from(`${context}\n${payload}`), key).toString('base64url');
    return { payload, keyId, signature };
  };
  const say = (frame: unknown): number => {
    const text = JSON.stringify(frame);
    socket.send(text);
    return Buffer.byteLength(text);
  };

  function hello(challenge: string): void {
    const at = Date.now();
    say({
      type: 'hello',
      hello: signed('daylight/hello/v1', {
        ...{ device: enrolled.device, org: enrolled.org, challenge, nonce: randomBytes(32).toString('base64url') },
        ...{ at, mono: mono(at), boot, agentVersion: '0.1.0', policyVersion: 0 },
      }),
    });
  }

  /** Verifies as an agent does (both signatures; the policy's once, see `genuine`), then says what runs: what the policy has off is off, and nothing waits. */
  function answer(policy: Signed | null, lease: Signed | null, heard: number): void {
    if (policy !== null) {
      if (!options.genuine.has(`${policy.payload} ${policy.signature}`)) requireGenuine('daylight/policy/v1', policy);
      options.genuine.add(`${policy.payload} ${policy.signature}`);
      const document = JSON.parse(policy.payload) as { version: number; parameters: Record<string, { level: string }> };
      policyVersion = document.version;
      policyHash = createHash('sha256').update(policy.payload).digest('hex');
      levels = document.parameters;
    }
    if (lease === null) return receipt(heard);
    requireGenuine('daylight/lease/v1', lease);
    terms = (JSON.parse(lease.payload) as { terms: { revision: number } }).terms.revision;
    // As an agent does: what it has said of this policy it does not say again.
    if (policyHash !== answered || policy === null) receipt(heard);
  }

  function receipt(heard: number): void {
    answered = policyHash;
    const parameters = Object.fromEntries(
      parameterIds.map((id) => {
        const level = levels[id]?.level ?? 'off';
        const off = { state: 'off', level: 'off', reason: 'policy', waiting: 0 };
        return [id, level === 'off' ? off : { state: 'active', level, reason: null, waiting: 0 }];
      }),
    );
    const place = { device: enrolled.device, policyHash, policyVersion, terms };
    const payload = { ...place, at: Date.now(), tracking: true, parameters };
    const said = say({ type: 'receipt', receipt: signed('daylight/receipt/v1', payload) });
    options.onReceipt(policyVersion, Date.now(), { heard, said });
  }

  function requireGenuine(context: string, { payload, signature }: Signed): void {
    const text = Buffer.from(`${context}\n${payload}`);
    if (!verify(null, text, policyKey, Buffer.from(signature, 'base64url')))
      onTrouble(`${context}: the signature does not verify`);
  }

  function mono(at: number): number {
    return at - EPOCH;
  }

  const agent: SimulatedAgent = {
    waiting: () => sentAt.size,
    mono,
    send(observations) {
      const [first] = observations;
      const stamp = { at: first?.['at'] ?? 0, mono: first?.['mono'] ?? 0, span: 0 };
      const start = { parameter: 'session', level: 'on', ...stamp, event: 'start', cause: 'employee' };
      const all = isFirst ? [start, ...observations] : observations;
      isFirst = false;
      const seq = next++;
      sentAt.set(seq, performance.now());
      countOf.set(seq, all.length);
      say({ type: 'batch', seq, boot, session, policyVersion, observations: all, dropped: [] });
    },
    close() {
      closing = true;
      socket.terminate();
    },
  };

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => {
      if (!closing) onTrouble(`closed with ${code}`);
    });
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8'));
      switch (frame.type) {
        case 'challenge':
          return hello(frame.nonce);
        case 'welcome':
          next = Number(JSON.parse(frame.welcome.payload).committedSeq) + 1;
          answer(frame.policy, frame.lease, data.byteLength);
          return resolve(agent);
        case 'lowering':
          return answer(frame.policy, null, data.byteLength);
        case 'policy':
          return answer(frame.policy, frame.lease, data.byteLength);
        case 'ack': {
          const ms = performance.now() - (sentAt.get(frame.seq) ?? Number.NaN);
          if (frame.stored !== countOf.get(frame.seq))
            onTrouble(`not all was stored: ${JSON.stringify(frame.discarded)}`);
          sentAt.delete(frame.seq);
          countOf.delete(frame.seq);
          return onAck({ seq: frame.seq, ms, stored: frame.stored });
        }
        default:
          onTrouble(`${frame.type} ${frame.reason ?? ''} ${frame.message ?? ''}`);
      }
    });
  });
}

/** Where the monotonic clock of every simulated device began. */
const EPOCH = Date.UTC(2026, 0, 1);
