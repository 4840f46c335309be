import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { canonical, isCanonical } from '../../../shared/canonical.ts';
import type { BootId } from '../../../shared/ids.ts';
import {
  type Challenge,
  HelloPayload,
  type Welcome,
  WelcomePayload,
  type Wipe,
  WipePayload,
} from '../../../shared/protocol/messages.ts';
import type { Signed, SigningContext } from '../../../shared/signed.ts';
import type { Identity } from '../identity.ts';
import type { Clock, Random } from '../ports.ts';
import { signatureProblem, signPayload } from '../signing.ts';

export interface HandshakeDeps {
  readonly identity: Identity;
  readonly deviceKey: KeyObject;
  readonly clock: Clock;
  readonly random: Random;
  readonly boot: BootId;
  readonly agentVersion: string;
  readonly policyVersion: () => number;
}

/** The agent's half of the proof, and what the server must repeat in its own. */
export interface Greeting {
  readonly hello: Signed;
  readonly payload: HelloPayload;
}

export function greet(deps: HandshakeDeps, challenge: z.infer<typeof Challenge>): Greeting {
  const { identity, clock, random } = deps;
  const payload: HelloPayload = {
    device: identity.device,
    org: identity.org,
    challenge: challenge.nonce,
    nonce: Buffer.from(random.bytes(32)).toString('base64url'),
    at: clock.now(),
    mono: clock.mono(),
    boot: deps.boot,
    agentVersion: deps.agentVersion,
    policyVersion: deps.policyVersion(),
  };
  const text = canonical(HelloPayload.parse(payload));
  return { payload, hello: signPayload('daylight/hello/v1', deps.deviceKey, text) };
}

/** What the pinned server has signed for this connection, or why it is not that. */
export type Proven<T> = { readonly ok: true; readonly said: T } | { readonly ok: false; readonly why: string };

/** Why this is not the server that the device enrolled with; its words when it is. */
export function checkWelcome(
  identity: Identity,
  greeting: Greeting,
  { welcome }: z.infer<typeof Welcome>,
): Proven<WelcomePayload> {
  const proven = prove(
    { context: 'daylight/welcome/v1', schema: WelcomePayload, name: 'welcome' },
    identity,
    greeting,
    welcome,
  );
  if (proven.ok && proven.said.person !== identity.person)
    return { ok: false, why: 'its welcome is for another person' };
  return proven;
}

/** Whether the order to wipe is that of the pinned server, given to this device on this connection. */
export function checkWipe(identity: Identity, greeting: Greeting, { wipe }: z.infer<typeof Wipe>): Proven<WipePayload> {
  return prove({ context: 'daylight/wipe/v1', schema: WipePayload, name: 'order to wipe' }, identity, greeting, wipe);
}

interface Kind<T> {
  readonly context: SigningContext;
  readonly schema: z.ZodType<T>;
  readonly name: string;
}

function prove<T extends Pick<WelcomePayload, 'challenge' | 'nonce' | 'device' | 'org'>>(
  { context, schema, name }: Kind<T>,
  identity: Identity,
  { payload: hello }: Greeting,
  signed: Signed,
): Proven<T> {
  const problem = signatureProblem(context, identity.serverKey, signed);
  if (problem === 'wrong_key') return { ok: false, why: 'it uses another key than the one pinned at enrolment' };
  if (problem !== null) return { ok: false, why: 'its signature is not genuine' };
  const parsed = isCanonical(signed.payload) ? schema.safeParse(JSON.parse(signed.payload)) : null;
  if (parsed?.success !== true) return { ok: false, why: `its ${name} is not as described` };
  const { challenge, nonce, device, org } = parsed.data;
  if (challenge !== hello.challenge || nonce !== hello.nonce) {
    return { ok: false, why: `its ${name} belongs to another connection` };
  }
  if (device !== identity.device || org !== identity.org) {
    return { ok: false, why: `its ${name} is for another device or organisation` };
  }
  return { ok: true, said: parsed.data };
}
