import { randomBytes, randomUUID, sign } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { keyIdOf } from '../../server/control/signer.ts';
import { MINUTE } from '../../shared/time.ts';
import type { TestDevice } from './ingestKit.ts';

export interface NumberedSender {
  /** Numbers of the batches that the server said it has stored. */
  readonly acknowledged: ReadonlySet<number>;
  /** What the server said that it must not: a resume point below an acknowledgement, something discarded. */
  readonly violations: readonly string[];
  /** How often it has been welcomed. */
  connections(): number;
  /** Begins no more batches; resolves with the number of the last one when all are acknowledged. */
  finish(): Promise<number>;
  /** Lets go at once. */
  stop(): void;
}

export interface SenderOptions {
  readonly port: number;
  readonly device: TestDevice;
  readonly policyVersion: number;
  readonly inFlight: number;
  /** What is observed under the number; asked once for each. */
  readonly contentOf: (seq: number) => readonly Readonly<Record<string, unknown>>[];
}

/** Of three observations of a parameter each, 5,200 of it in a minute. */
const MS_PER_BATCH = 35;
/** What could not be made while the server was away is made up for, and never so that a minute holds more than the server takes. */
const MOST_IN_A_MINUTE = 1_900;

/**
 * An agent written from docs/PROTOCOL.md alone: it sends numbered batches as fast as they are acknowledged, comes back
 * whenever the connection ends, and goes on where the server says. What a number holds never changes.
 */
export function sendNumbered(options: SenderOptions): NumberedSender {
  const { port, device, policyVersion, inFlight, contentOf } = options;
  const [boot, session] = [randomUUID(), randomUUID()];
  const began = Date.now();
  const frames = new Map<number, string>();
  const acknowledged = new Set<number>();
  const violations: string[] = [];
  let [highest, connections, last] = [0, 0, Number.POSITIVE_INFINITY];
  let made = { minute: 0, batches: 0 };
  const ending = new AbortController();
  let current: WebSocket | null = null;

  const mono = (at: number): number => at - began + 1_000_000;
  const minuteOf = (at: number): number => Math.floor(at / MINUTE);
  const madeIn = (at: number): number => (made.minute === minuteOf(at) ? made.batches : 0);
  // Slow enough for the server's limit of what one minute holds of a parameter.
  const mayMake = (): boolean =>
    frames.size < inFlight + (Date.now() - began) / MS_PER_BATCH && madeIn(Date.now()) < MOST_IN_A_MINUTE;

  function frameOf(seq: number): string {
    const known = frames.get(seq);
    if (known !== undefined) return known;
    const at = Date.now();
    made = { minute: minuteOf(at), batches: madeIn(at) + 1 };
    const stamp = { at, mono: mono(at), span: 0 };
    const start = { parameter: 'session', level: 'on', ...stamp, event: 'start', cause: 'employee' };
    const observations = [...(seq === 1 ? [start] : []), ...contentOf(seq).map((one) => ({ ...one, ...stamp }))];
    const frame = JSON.stringify({ type: 'batch', seq, boot, session, policyVersion, observations, dropped: [] });
    frames.set(seq, frame);
    return frame;
  }

  function hello(challenge: string, at: number): string {
    const { org, device: id, publicKey } = device.record;
    // Members in the order of their names, without white space: that is the canonical form of a flat ASCII document.
    const payload = JSON.stringify({
      ...{ agentVersion: '0.1.0', at, boot, challenge, device: id, mono: mono(Date.now()) },
      ...{ nonce: randomBytes(32).toString('base64url'), org, policyVersion: 0 },
    });
    const signature = sign(null, Buffer.from(`daylight/hello/v1\n${payload}`), device.key).toString('base64url');
    return JSON.stringify({ type: 'hello', hello: { payload, keyId: keyIdOf(publicKey), signature } });
  }

  /** One connection, until it ends. */
  async function converse(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/agent/v1`, 'daylight.v1', { perMessageDeflate: false });
    current = socket;
    let next = 0;
    let settled = 0;
    const fill = (): void => {
      while (next > 0 && next <= last && next - settled <= inFlight && (frames.has(next) || mayMake())) {
        socket.send(frameOf(next));
        next += 1;
      }
    };
    const filling = setInterval(fill, MS_PER_BATCH);
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const frame = JSON.parse(text);
      if (frame.type === 'challenge') socket.send(hello(frame.nonce, Date.now()));
      if (frame.type === 'welcome') {
        connections += 1;
        settled = JSON.parse(frame.welcome.payload).committedSeq;
        if (settled < highest) violations.push(`acknowledged up to ${highest}, then resumed after ${settled}`);
        for (let seq = 1; seq <= settled; seq += 1) acknowledged.add(seq);
        next = settled + 1;
        fill();
      }
      if (frame.type === 'ack') {
        const { seq, duplicate, stored, discarded } = frame;
        const sent = JSON.parse(frameOf(seq)).observations.length;
        if (!duplicate && (stored !== sent || Object.keys(discarded).length > 0)) violations.push(text);
        acknowledged.add(seq);
        [highest, settled] = [Math.max(highest, seq), Math.max(settled, seq)];
        fill();
      }
      if (frame.type === 'resend') violations.push(text);
    });
    await new Promise<void>((resolve) => {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(filling);
        resolve();
      });
    });
  }

  const running = (async () => {
    while (!ending.signal.aborted) {
      await converse();
      await setTimeout(30);
    }
  })();

  return {
    acknowledged,
    violations,
    connections: () => connections,
    async finish() {
      last = Math.max(0, ...frames.keys());
      while (!ending.signal.aborted && acknowledged.size < last) await setTimeout(20);
      ending.abort();
      current?.terminate();
      await running;
      return last;
    },
    stop() {
      ending.abort();
      current?.terminate();
    },
  };
}
