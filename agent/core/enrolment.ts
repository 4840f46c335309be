import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { DaylightError } from '../../shared/errors.ts';
import { DeviceId } from '../../shared/ids.ts';
import { EnrolmentPayload, routes } from '../../shared/protocol/http.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { SECOND } from '../../shared/time.ts';
import { type Folder } from './files.ts';
import { createPolicyCache } from './gate/policyCache.ts';
import { DEVICE_KEY_FILE, IDENTITY_FILE, Identity, makeDeviceKey, writeIdentity } from './identity.ts';
import type { Clock, Random } from './ports.ts';
import { publicKeyOf, signPayload } from './signing.ts';
import { postJson } from './uplink/httpJson.ts';
import { serverAddress } from './uplink/serverAddress.ts';

export interface Invitation {
  readonly server: string;
  /** The one-time code, as printed. */
  readonly code: string;
  /** PEM; null for the authorities that the system trusts. */
  readonly ca: string | null;
}

const noticeAnswer = routes.enrolmentNotice.response;
export type ShownNotice = z.infer<typeof noticeAnswer>;

/** What the person must be shown before this device is enrolled. Does not use the code up. */
export function askNotice({ server, code, ca }: Invitation): Promise<ShownNotice> {
  return postJson(serverAddress(server).api('/enrolment/notice'), { code }, noticeAnswer, ca);
}

export interface EnrolmentDeps {
  readonly files: Folder;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes the device key, enrols, and writes the identity last: a folder without it is not enrolled. `acknowledged`: the
 * person has read the notice that was shown and acknowledged it; otherwise nothing is collected until they do.
 * Throws DaylightError when the server refuses, or is not the one that showed the notice; then nothing is left behind.
 */
export async function enrol(
  deps: EnrolmentDeps,
  invitation: Invitation,
  shown: ShownNotice,
  acknowledged: boolean,
): Promise<Identity> {
  const { files, clock, random } = deps;
  await refuseSecondEnrolment(files);
  const deviceKey = await makeDeviceKey(files);
  try {
    const address = serverAddress(invitation.server);
    const payload: EnrolmentPayload = {
      code: invitation.code,
      device: DeviceId.parse(random.uuid()),
      publicKey: publicKeyOf(deviceKey),
      acknowledgedNotice: acknowledged ? shown.notice.version : null,
      at: clock.now(),
    };
    const enrolment = signPayload('daylight/enrolment/v1', deviceKey, canonical(EnrolmentPayload.parse(payload)));
    const answer = await untilAnswered(clock, () =>
      postJson(address.api('/enrolment'), { enrolment }, routes.enrol.response, invitation.ca),
    );
    if (answer.serverKey !== shown.serverKey || answer.device !== payload.device) {
      throw new DaylightError(
        'unavailable',
        'the server that enrolled this device is not the one that showed the notice',
        {
          remedy: 'ask your administrator for a new code, and check the address',
        },
      );
    }
    const { org, person, device, organisation, serverKey, policyKey } = answer;
    const cache = await createPolicyCache({ files, keys: { org, person, device, policyKey }, clock });
    const accepted = await cache.accept(answer.policy, answer.lease);
    if (!accepted.ok) {
      throw new DaylightError(
        'unavailable',
        `the policy that came with the enrolment is not genuine (${accepted.refusal})`,
        {
          remedy: 'check the clock of this computer, then ask your administrator for a new code',
        },
      );
    }
    const identity: Identity = Identity.parse({
      schema: 1,
      server: address.base,
      org,
      person,
      device,
      organisation,
      personName: shown.person,
      serverKey,
      policyKey,
      ca: invitation.ca,
      enrolledAt: clock.now(),
    });
    await writeIdentity(files, identity, deviceKey, random.bytes(12));
    return identity;
  } catch (error) {
    await files.remove(DEVICE_KEY_FILE);
    await files.remove('policy.json');
    throw error;
  }
}

/**
 * A failure on the way leaves open whether the device was made. The very same enrolment again finds out: the server answers it
 * as it would have answered the first.
 */
async function untilAnswered<T>(clock: Clock, send: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof DaylightError) || !isOpen(error)) throw error;
      await new Promise<void>((resolve) => clock.after(pause, resolve));
    }
  }
  return send();
}

/** By then a server that was restarted is back. */
const PAUSES_MS = [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND];

function isOpen({ code }: DaylightError): boolean {
  return code === 'unavailable' || code === 'internal';
}

export async function refuseSecondEnrolment(files: Folder): Promise<void> {
  if ((await files.read(IDENTITY_FILE)) === null) return;
  throw new DaylightError('conflict', 'this computer is enrolled already', {
    remedy: 'use it as it is, or run "daylight-agent wipe" first, or choose another folder with --data',
  });
}

/** SHA-256 of the raw key in groups of four, to be compared by eye with what the administrator sees. */
export function fingerprint(key: PublicKey): string {
  const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest('hex');
  return (digest.match(/.{4}/g) ?? []).join(' ');
}
