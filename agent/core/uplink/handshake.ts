import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { canonical, isCanonical } from '../../../shared/canonical.ts';
import type { BootId } from '../../../shared/ids.ts';
import {
  type Challenge,
  HelloPayload,
  type OrganisationEnded,
  OrganisationEndedPayload,
  type Welcome,
  WelcomePayload,
  type Wipe,
  WipePayload,
} from '../../../shared/protocol/messages.ts';
import { SelfTestRequest } from '../../../shared/protocol/selfTest.ts';
import type { Digest, Signed, SigningContext } from '../../../shared/signed.ts';
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
  /** The id of the policy key that is trusted here; null for the first of the organisation. */
  readonly policyKey: () => Digest | null;
}

/** The agent's half of the proof, and what the server must repeat in its own. */
export interface Greeting {
  readonly hello: Signed;
  readonly payload: HelloPayload;
}

export function greet(deps: HandshakeDeps, challenge: z.infer<typeof Challenge>): Greeting {
  const { identity, clock, random } = deps;
  const policyKey = deps.policyKey();
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
    ...(policyKey === null ? {} : { policyKey }),
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

/** Whether the pinned server signed, while it could, that this organisation has ended: an order for all of its devices, on any connection. */
export function checkOrganisationEnded(
  { org, ...identity }: Identity,
  { order }: z.infer<typeof OrganisationEnded>,
): Proven<OrganisationEndedPayload> {
  const read = readFrom(
    { context: 'daylight/organisation-ended/v1', schema: OrganisationEndedPayload, name: 'order to wipe' },
    identity,
    order,
  );
  if (!read.ok || read.said.org === org) return read;
  return { ok: false, why: 'its order to wipe is for another organisation' };
}

/** Whether this device is asked for a self-test by the pinned server. The nonce of the request makes every answer one of its own. */
export function checkSelfTest(identity: Identity, request: Signed): Proven<SelfTestRequest> {
  const read = readFrom(
    { context: 'daylight/self-test-request/v1', schema: SelfTestRequest, name: 'request' },
    identity,
    request,
  );
  return read.ok ? forThisDevice('request', identity, read.said) : read;
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
  const read = readFrom({ context, schema, name }, identity, signed);
  if (!read.ok) return read;
  const { challenge, nonce } = read.said;
  if (challenge !== hello.challenge || nonce !== hello.nonce) {
    return { ok: false, why: `its ${name} belongs to another connection` };
  }
  return forThisDevice(name, identity, read.said);
}

function readFrom<T>(
  { context, schema, name }: Kind<T>,
  { serverKey }: Pick<Identity, 'serverKey'>,
  signed: Signed,
): Proven<T> {
  const problem = signatureProblem(context, serverKey, signed);
  if (problem === 'wrong_key') return { ok: false, why: 'it uses another key than the one pinned at enrolment' };
  if (problem !== null) return { ok: false, why: 'its signature is not genuine' };
  const parsed = isCanonical(signed.payload) ? schema.safeParse(JSON.parse(signed.payload)) : null;
  return parsed?.success === true
    ? { ok: true, said: parsed.data }
    : { ok: false, why: `its ${name} is not as described` };
}

function forThisDevice<T extends Pick<WelcomePayload, 'device' | 'org'>>(
  name: string,
  { device, org }: Identity,
  said: T,
): Proven<T> {
  if (said.device === device && said.org === org) return { ok: true, said };
  return { ok: false, why: `its ${name} is for another device or organisation` };
}
