import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { canonical, isCanonical } from '../../../shared/canonical.ts';
import type { BootId } from '../../../shared/ids.ts';
import { type Challenge, HelloPayload, type Welcome, WelcomePayload } from '../../../shared/protocol/messages.ts';
import type { Signed } from '../../../shared/signed.ts';
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

/** Why this is not the server that the device enrolled with; null with its words when it is. */
export function checkWelcome(
  identity: Identity,
  greeting: Greeting,
  { welcome }: z.infer<typeof Welcome>,
): { ok: true; welcome: WelcomePayload } | { ok: false; why: string } {
  const problem = signatureProblem('daylight/welcome/v1', identity.serverKey, welcome);
  if (problem === 'wrong_key') return { ok: false, why: 'it uses another key than the one pinned at enrolment' };
  if (problem !== null) return { ok: false, why: 'its signature is not genuine' };
  const parsed = isCanonical(welcome.payload) ? WelcomePayload.safeParse(JSON.parse(welcome.payload)) : null;
  if (parsed?.success !== true) return { ok: false, why: 'its welcome is not as described' };
  const { challenge, nonce, device, org, person } = parsed.data;
  const { payload } = greeting;
  if (challenge !== payload.challenge || nonce !== payload.nonce) {
    return { ok: false, why: 'its welcome belongs to another connection' };
  }
  if (device !== identity.device || org !== identity.org || person !== identity.person) {
    return { ok: false, why: 'its welcome is for another device, person or organisation' };
  }
  return { ok: true, welcome: parsed.data };
}
