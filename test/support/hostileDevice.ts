import { randomUUID } from 'node:crypto';
import { dial, type RawAgent, type TestDevice } from './ingestKit.ts';

export interface Answer {
  readonly stored: number;
  readonly discarded: Readonly<Record<string, number>>;
}

/** An enrolled device that proves itself properly and then sends whatever the test likes. It never sends a receipt. */
export interface HostileDevice {
  /** Sends the start of its session. */
  begin(policyVersion: number): Promise<Answer>;
  /** An observation stamped now. */
  observed(parameter: string, level: string, fields: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Sends one batch of its session and waits for what the server says of it. */
  send(policyVersion: number, observations: readonly unknown[]): Promise<Answer>;
  close(): void;
}

export async function startHostileDevice(port: number, device: TestDevice): Promise<HostileDevice> {
  const began = Date.now();
  const mono = () => Date.now() - began + 1_000_000;
  const agent: RawAgent = await dial(port);
  await agent.hello(device, { at: Date.now(), mono: mono() });
  await agent.take('welcome');
  const session = randomUUID();
  let seq = 0;
  const observed: HostileDevice['observed'] = (parameter, level, fields) => ({
    ...{ parameter, level, at: Date.now(), mono: mono(), span: 0 },
    ...fields,
  });
  async function send(policyVersion: number, observations: readonly unknown[]): Promise<Answer> {
    seq += 1;
    agent.send({ type: 'batch', seq, boot: agent.boot, session, policyVersion, observations, dropped: [] });
    const { stored, discarded } = await agent.take('ack');
    return { stored, discarded };
  }
  return {
    begin: (policyVersion) => send(policyVersion, [observed('session', 'on', { event: 'start', cause: 'employee' })]),
    observed,
    send,
    close: () => agent.ws.terminate(),
  };
}
