import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { DeviceId } from '../../shared/ids.ts';
import { Lease } from '../../shared/policy/lease.ts';
import { EnrolmentPayload } from '../../shared/protocol/http/enrolment.ts';
import { routes } from '../../shared/protocol/http.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { SECOND } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import {
  BEGUN_FILE,
  type BegunEnrolment,
  payloadOf,
  readBegunEnrolment,
  type ShownNotice,
  writeBegunEnrolment,
} from './begunEnrolment.ts';
import { readEnded } from './ended.ts';
import { type Folder } from './files.ts';
import { forgetEnded } from './finishWipe.ts';
import { takeTurn } from './folderTurn.ts';
import { createPolicyCache, type VerifiedPolicy } from './gate/policyCache.ts';
import { DEVICE_KEY_FILE, IDENTITY_FILE, Identity, makeDeviceKey, writeIdentity } from './identity.ts';
import { tellsOf } from './notice.ts';
import type { Clock, Random } from './ports.ts';
import { publicKeyOf, signPayload } from './signing.ts';
import { postJson } from './uplink/httpJson.ts';
import { serverAddress } from './uplink/serverAddress.ts';
import { isAnythingRecorded } from './wipe.ts';

export type { ShownNotice } from './begunEnrolment.ts';

export interface Invitation {
  readonly server: string;
  /** The one-time code, as printed. */
  readonly code: string;
  /** PEM; null for the authorities that the system trusts. */
  readonly ca: string | null;
}

/** What the person must be shown before this device is enrolled. Does not use the code up. */
export function askNotice({ server, code, ca }: Invitation): Promise<ShownNotice> {
  return postJson(serverAddress(server).api('/enrolment/notice'), { code }, routes.enrolmentNotice.response, ca);
}

export interface EnrolmentDeps {
  readonly folder: string;
  /** Of that folder. */
  readonly files: Folder;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes the device key, keeps what is about to be sent, enrols, and writes the identity last: a folder without it is not
 * enrolled. Only for a person who has said that they are of age, which is part of what is signed. `acknowledged`: the person has read the notice that was shown and acknowledged it; otherwise nothing is
 * collected until they do. Throws DaylightError. When the server refuses, or is not the one that showed the notice, or
 * enrols with anything else than was shown, nothing is left behind. When it is not known whether the device was made,
 * what was begun stays, and the same enrolment again, or `finishEnrolment`, finds out.
 */
export async function enrol(
  deps: EnrolmentDeps,
  invitation: Invitation,
  shown: ShownNotice,
  acknowledged: boolean,
): Promise<Identity> {
  const { folder, files } = deps;
  // Throws before anything is written when the address is none.
  serverAddress(invitation.server);
  // Where it cannot be made, no turn can be taken in it either, and that is what is said.
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  const begun = await takeTurn(folder, async () => {
    await refuseSecondEnrolment(folder, files);
    const before = await readBegunEnrolment(files);
    if (before === null) return begin(deps, invitation, shown, acknowledged);
    if (before.server === invitation.server && payloadOf(before).code === invitation.code) return before;
    throw new DaylightError('conflict', `an enrolment at ${before.server} was begun here and may have been made`, {
      remedy: 'run "daylight-agent enrol" again, which finishes it first, or give it up with "daylight-agent wipe"',
    });
  });
  return settle(deps, begun);
}

/**
 * Finishes an enrolment that was begun in this folder and of which no answer arrived, because the connection broke or the
 * process was killed. Null: there is none, or the server made no device of it; then nothing of it is left behind. Throws
 * DaylightError `unavailable` while the server cannot say; then it is kept.
 */
export async function finishEnrolment(deps: EnrolmentDeps): Promise<Identity | null> {
  const { files } = deps;
  if ((await files.read(IDENTITY_FILE)) !== null) return null;
  const begun = await readBegunEnrolment(files);
  if (begun === null) return null;
  return settle(deps, begun).catch((error: unknown) => {
    if (isRefusal(error) && !(error instanceof NotAsShown)) return null;
    throw error;
  });
}

async function begin(
  { files, clock, random }: EnrolmentDeps,
  { server, code, ca }: Invitation,
  shown: ShownNotice,
  acknowledged: boolean,
): Promise<BegunEnrolment> {
  const deviceKey = await makeDeviceKey(files);
  const payload = EnrolmentPayload.parse({
    code,
    device: DeviceId.parse(random.uuid()),
    publicKey: publicKeyOf(deviceKey),
    acknowledgedNotice: acknowledged ? shown.notice.version : null,
    ...(acknowledged ? { noticeHash: shown.notice.hash } : {}),
    ofAge: true,
    at: clock.now(),
  });
  const enrolment = signPayload('daylight/enrolment/v1', deviceKey, canonical(payload));
  const begun: BegunEnrolment = { server, ca, shown, enrolment, deviceKey };
  await writeBegunEnrolment(files, begun, random.bytes(12));
  return begun;
}

async function settle(deps: EnrolmentDeps, begun: BegunEnrolment): Promise<Identity> {
  const { files, random, clock } = deps;
  const { server, ca, enrolment, deviceKey } = begun;
  const address = serverAddress(server);
  try {
    const answer = await untilAnswered(() =>
      postJson(address.api('/enrolment'), { enrolment }, routes.enrol.response, ca),
    );
    const identity = await verified(deps, begun, answer);
    await forgetEnded(files, clock);
    await writeIdentity(files, identity, deviceKey, random.bytes(12));
    await files.remove(BEGUN_FILE);
    return identity;
  } catch (error) {
    if (error instanceof DaylightError && isOpen(error)) {
      throw new DaylightError(error.code, error.message, {
        remedy:
          'try again later: what was begun is kept here, and the code is not lost; "daylight-agent wipe" gives it up',
        cause: error,
      });
    }
    if (isRefusal(error)) await forget(deps, begun);
    throw error;
  }
}

type EnrolmentAnswer = z.infer<typeof routes.enrol.response>;

/** Keeps the policy, and makes the identity of what the server answered; throws unless that is what the person was shown. */
async function verified({ files, clock }: EnrolmentDeps, begun: BegunEnrolment, answer: EnrolmentAnswer) {
  const { server, ca, shown } = begun;
  const payload = payloadOf(begun);
  if (answer.serverKey !== shown.serverKey || answer.device !== payload.device) {
    throw notAsShown('the server that enrolled this device is not the one that showed the notice', 'the address');
  }
  const { org, person, device, organisation, serverKey, policyKey, policyKeySequence = 0 } = answer;
  const keys = { org, person, device, serverKey, policyKey, policyKeySequence };
  const cache = await createPolicyCache({ files, keys, clock });
  const accepted = await cache.accept(answer.policy, answer.lease);
  // A lease that is issued in the future is genuine; until the clocks agree nothing is collected.
  if (!accepted.ok && accepted.refusal !== 'clocks_disagree') {
    const what = `the policy that came with the enrolment is not genuine (${accepted.refusal})`;
    throw notAsShown(what, 'the clock of this computer');
  }
  const { acknowledged } = Lease.parse(JSON.parse(answer.lease.payload));
  if (!isAsShown(cache.policy(), acknowledged, shown, payload.acknowledgedNotice !== null)) {
    const what = 'the policy that came with the enrolment is not the one of the notice that was shown';
    throw notAsShown(what, 'that Daylight here and on the server are of the same version');
  }
  return Identity.parse({
    schema: 1,
    server: serverAddress(server).base,
    org,
    person,
    device,
    organisation,
    personName: shown.person,
    serverKey,
    policyKey,
    policyKeySequence,
    ca,
    enrolledAt: clock.now(),
  });
}

/**
 * Nothing counts as acknowledged above what was shown and acknowledged. The policy is the one of the notice, fact for fact;
 * a newer one may have been published since, and what it raises has to be acknowledged by itself.
 */
function isAsShown(
  policy: VerifiedPolicy | null,
  told: Lease['acknowledged'],
  { notice }: ShownNotice,
  acknowledged: boolean,
): boolean {
  if (policy === null || policy.version < notice.version) return false;
  const shownLevel = (id: ParameterId): string =>
    (acknowledged ? notice.collected.find(({ parameter }) => parameter === id)?.level : undefined) ?? 'off';
  const isLifted = (id: ParameterId): boolean => rank(id, told[id] ?? 'off') > rank(id, shownLevel(id));
  if (parameterIds.some(isLifted)) return false;
  return policy.version > notice.version || tellsOf(notice, policy);
}

function notAsShown(what: string, check: string): NotAsShown {
  return new NotAsShown('unavailable', what, {
    remedy: `check ${check}, then ask your administrator for a new code`,
  });
}

/** The server has answered, and the answer is not to be used. */
class NotAsShown extends DaylightError {}

/**
 * A failure on the way leaves open whether the device was made. The very same enrolment again finds out: the server answers it
 * as it would have answered the first.
 */
async function untilAnswered<T>(send: () => Promise<T>): Promise<T> {
  for (const ms of PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof DaylightError) || !isOpen(error) || error.code === 'rate_limited') throw error;
      // Not the clock's timer, which keeps no process alive: nothing else does between two attempts.
      await setTimeout(ms);
    }
  }
  return send();
}

/** By then a server that was restarted is back. */
const PAUSES_MS = [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND];

/** Whether the device was made is not known; a server that is asked too often has not looked. */
function isOpen(error: DaylightError): boolean {
  if (error instanceof NotAsShown) return false;
  return error.code === 'unavailable' || error.code === 'internal' || error.code === 'rate_limited';
}

function isRefusal(error: unknown): boolean {
  return error instanceof DaylightError && !isOpen(error);
}

/** Unless it is another one by now. */
async function forget({ folder, files }: EnrolmentDeps, { enrolment }: BegunEnrolment): Promise<void> {
  await takeTurn(folder, async () => {
    if ((await readBegunEnrolment(files))?.enrolment.signature !== enrolment.signature) return;
    for (const name of [BEGUN_FILE, DEVICE_KEY_FILE, 'policy.json']) await files.remove(name);
  });
}

/** Also where only what an earlier account recorded is left: it would be sent as the new one's. Throws DaylightError `conflict`. */
export async function refuseSecondEnrolment(folder: string, files: Folder): Promise<void> {
  if ((await files.read(IDENTITY_FILE)) !== null) {
    throw new DaylightError('conflict', 'this computer is enrolled already', {
      remedy: 'use it as it is, or run "daylight-agent wipe" first, or choose another folder with --data',
    });
  }
  const note = await readEnded(files);
  if (note !== null && !note.isGone) {
    throw new DaylightError('conflict', say('enrol.unfinishedWipe'), { remedy: say('accountEnded.unfinishedRemedy') });
  }
  if (!(await isAnythingRecorded(folder))) return;
  throw new DaylightError('conflict', say('enrol.leftOfBefore', { folder }), {
    remedy: say('enrol.leftOfBeforeRemedy'),
  });
}

/** SHA-256 of the raw key in groups of four, to be compared by eye with what the administrator sees. */
export function fingerprint(key: PublicKey): string {
  const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest('hex');
  return (digest.match(/.{4}/g) ?? []).join(' ');
}
