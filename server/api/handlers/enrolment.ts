import { DaylightError } from '../../../shared/errors.ts';
import { EnrolmentPayload } from '../../../shared/protocol/http.ts';
import type { Signed } from '../../../shared/signed.ts';
import { noticeView } from '../../control/notices.ts';
import { parsePayload, verifySigned } from '../../control/signer.ts';
import type { DeviceRecord, PersonRecord, TokenRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { sha256 } from '../secrets.ts';

/** How a device joins: it is shown the notice, then proves that it holds its key. Used by agents, without a session. */
export function enrolment(context: Context): HandlersOf<'enrolmentNotice' | 'enrol'> {
  const { store, accounts, organisations, control, rateLimits, clock } = context;
  return {
    enrolmentNotice: ({ body, limitKey }) =>
      rateLimits.attempt('enrolment', [limitKey], async () => {
        const token = await store.peekToken('enrolment', sha256(body.code), clock.now());
        const person = await personOf(context, token);
        const { identity } = await organisations.signer(person.org);
        const { name } = await accounts.profile(person);
        const notice = noticeView(await control.current(person.org));
        return { organisation: identity.name, person: name, notice, serverKey: identity.serverKey };
      }),
    enrol: ({ body, limitKey }) =>
      rateLimits.attempt('enrolment', [limitKey], async () => {
        const payload = readEnrolment(body.enrolment);
        const device = await enrolled(context, payload, body.enrolment);
        const { identity } = await organisations.signer(device.org);
        const { signed } = await control.current(device.org);
        return {
          org: device.org,
          person: device.person,
          device: device.device,
          organisation: identity.name,
          serverKey: identity.serverKey,
          policyKey: identity.policyKey,
          policy: signed,
          lease: await control.lease(device),
        };
      }),
  };
}

/** The signature is by the very key that is being enrolled: it proves that the device holds it. */
function readEnrolment(enrolment: Signed): EnrolmentPayload {
  const payload = parsePayload('enrolment', EnrolmentPayload, enrolment.payload);
  if (verifySigned('daylight/enrolment/v1', enrolment, payload.publicKey)) return payload;
  throw new DaylightError('bad_request', 'enrolment: the signature does not verify with the public key in it', {
    field: 'enrolment',
  });
}

/**
 * The device of this enrolment. A repeated one, whose answer was lost, finds the device that it made: only the holder of
 * its key could have signed it.
 */
async function enrolled(context: Context, payload: EnrolmentPayload, signed: Signed): Promise<DeviceRecord> {
  const { store, control, clock } = context;
  const known = await store.device(payload.device);
  if (known !== null) return requireSame(known, payload);
  if (payload.acknowledgedNotice !== null) await requireNotice(context, payload);
  const token = await store.redeemToken('enrolment', sha256(payload.code), clock.now());
  const person = await personOf(context, token);
  const detail = 'a code was used up to enrol a device of this person';
  await store.recordSecurityEvent({
    org: person.org,
    at: clock.now(),
    kind: 'device_enrolled',
    person: person.person,
    detail,
  });
  const device: DeviceRecord = {
    org: person.org,
    device: payload.device,
    person: person.person,
    publicKey: payload.publicKey,
    status: 'active',
    enrolledAt: clock.now(),
    committedSeq: 0,
    lastSeenAt: null,
    agentVersion: null,
    clockOffsetMs: null,
    lease: null,
    previousLease: null,
    sessionState: null,
  };
  await store.createDevice(device);
  if (payload.acknowledgedNotice !== null) {
    await control.acknowledgeAtEnrolment(device, payload.acknowledgedNotice, signed);
  }
  return device;
}

function requireSame(known: DeviceRecord, payload: EnrolmentPayload): DeviceRecord {
  if (known.publicKey === payload.publicKey && known.status === 'active') return known;
  throw new DaylightError('conflict', 'device: this id was enrolled before', {
    field: 'enrolment.device',
    remedy: 'Make a new device id and a new key, and enrol those.',
  });
}

/** Before the code is used up: a notice that does not exist must not cost the person their code. */
async function requireNotice({ store, control, clock }: Context, payload: EnrolmentPayload): Promise<void> {
  const token = await store.peekToken('enrolment', sha256(payload.code), clock.now());
  if (token === null) throw gone();
  const version = payload.acknowledgedNotice ?? 0;
  if ((await control.version(token.org, version)) !== null) return;
  throw new DaylightError('bad_request', 'enrolment: acknowledgedNotice: there is no such notice', {
    field: 'enrolment.acknowledgedNotice',
    remedy: 'Ask for the notice again and acknowledge the version that it names.',
  });
}

async function personOf({ store }: Context, token: TokenRecord | null): Promise<PersonRecord> {
  const person = token === null ? null : await store.person(token.org, token.person);
  if (person === null) throw gone();
  return person;
}

function gone(): DaylightError {
  return new DaylightError('gone', 'code: this code was used already, or it has expired, or it never existed', {
    field: 'code',
    remedy: 'Make a new code in the console, under People.',
  });
}
