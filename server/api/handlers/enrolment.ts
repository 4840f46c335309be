import { DaylightError } from '../../../shared/errors.ts';
import { EnrolmentPayload } from '../../../shared/protocol/http/enrolment.ts';
import { KNOWS_HEADER, KNOWS_RECIPIENTS } from '../../../shared/protocol/messages.ts';
import type { Signed } from '../../../shared/signed.ts';
import { HOUR, type UnixMs } from '../../../shared/time.ts';
import { keyIdOf, parsePayload, verifySigned } from '../../control/signer.ts';
import type { DeviceRecord, EnrolResult, PersonRecord, TokenRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { sha256 } from '../secrets.ts';

/** More than anybody's computers. Every switch waits for all of them, and each may send as much as one may. */
const DEVICES_MOST = 20;
/** Of a device that was retired a record stays: nobody makes them without end. */
const IN_A_DAY_MOST = 40;

/** How a device joins: it is shown the notice, then proves that it holds its key. Used by agents, without a session. */
export function enrolment(context: Context): HandlersOf<'enrolmentNotice' | 'enrol'> {
  const { store, accounts, organisations, control, notices, rateLimits, clock } = context;
  return {
    enrolmentNotice: ({ body, limitKey, knows }) =>
      rateLimits.attempt([['enrolment', limitKey]], async () => {
        const token = await store.peekToken('enrolment', sha256(body.code), clock.now());
        const person = await personOf(context, token);
        const { identity } = await organisations.signer(person.org);
        const { name } = await accounts.profile(person);
        const notice = await notices.of(await control.current(person.org), 'in_force');
        if (notice.recipients !== undefined && !knows.has(KNOWS_RECIPIENTS)) throw tooOld();
        return { organisation: identity.name, person: name, notice, serverKey: identity.serverKey };
      }),
    enrol: ({ body, limitKey }) =>
      rateLimits.attempt([['enrolment', limitKey]], async () => {
        const payload = readEnrolment(body.enrolment);
        requireOfAge(payload);
        const device = await enrolled(context, payload, body.enrolment);
        const { identity, keys, policy, lease } = await signedAlike(context, device);
        const { sequence } = keys.chain;
        return {
          org: device.org,
          person: device.person,
          device: device.device,
          organisation: identity.name,
          serverKey: identity.serverKey,
          policyKey: identity.policyKey,
          ...(sequence === 0 ? {} : { policyKeySequence: sequence }),
          policy,
          lease,
        };
      }),
  };
}

/** Policy and lease by the very key that is given with them: another one may come into force meanwhile. */
async function signedAlike({ organisations, control }: Context, device: DeviceRecord) {
  for (;;) {
    const signer = await organisations.signer(device.org);
    const { signed: policy } = await control.current(device.org);
    const lease = await control.lease(device);
    const { keyId } = (await control.current(device.org)).signed;
    const isOurs = keyId === keyIdOf(signer.identity.policyKey) && keyId === policy.keyId && keyId === lease.keyId;
    if (isOurs) return { ...signer, policy, lease };
  }
}

/** The signature is by the very key that is being enrolled: it proves that the device holds it. */
function readEnrolment(enrolment: Signed): EnrolmentPayload {
  const payload = parsePayload('enrolment', EnrolmentPayload, enrolment.payload);
  if (verifySigned('daylight/enrolment/v1', enrolment, payload.publicKey)) return payload;
  throw new DaylightError('bad_request', 'enrolment: the signature does not verify with the public key in it', {
    field: 'enrolment',
  });
}

/** The person's own word, signed by their device and kept with what they acknowledged: nobody checks it here. */
function requireOfAge({ ofAge }: EnrolmentPayload): void {
  if (ofAge === true) return;
  throw new DaylightError('bad_request', 'enrolment: ofAge: the person has not said that they are of age', {
    field: 'enrolment.ofAge',
    remedy:
      'Ask them. Of who is not of age nothing may be collected here; an agent from before this was asked must be updated.',
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
  const [codeHash, now] = [sha256(payload.code), clock.now()];
  const { org, person } = await personOf(context, await store.peekToken('enrolment', codeHash, now));
  const device = newDevice(payload, { org, person, enrolledAt: now });
  const detail = 'a code was used up to enrol a device of this person, who said that they are of age';
  const event = { org, at: now, kind: 'device_enrolled' as const, person, detail };
  const most = { active: DEVICES_MOST, inADay: IN_A_DAY_MOST };
  const result = await control.enrol(device, signed, { codeHash, event, most });
  if (result.kind === 'enrolled') return device;
  // The same enrolment, sent twice at once: the other one made the device while this one was on its way.
  const made = await store.device(payload.device);
  if (made !== null) return requireSame(made, payload);
  throw refusalOf(result, now);
}

function refusalOf(result: Exclude<EnrolResult, { kind: 'enrolled' }>, now: UnixMs): DaylightError {
  switch (result.kind) {
    case 'too_many':
      return tooMany();
    case 'too_often':
      return tooOften(result.nextAt - now);
    case 'gone':
      return gone();
    case 'conflict':
      return usedBefore('publicKey', 'this key');
  }
}

function newDevice(
  { device, publicKey }: EnrolmentPayload,
  of: Pick<DeviceRecord, 'org' | 'person' | 'enrolledAt'>,
): DeviceRecord {
  return {
    ...of,
    device,
    publicKey,
    status: 'active',
    committedSeq: 0,
    lastSeenAt: null,
    agentVersion: null,
    clockOffsetMs: null,
    lease: null,
    previousLease: null,
    sessionState: null,
  };
}

function requireSame(known: DeviceRecord, payload: EnrolmentPayload): DeviceRecord {
  if (known.publicKey === payload.publicKey && known.status === 'active') return known;
  throw usedBefore('device', 'this id');
}

function usedBefore(field: 'device' | 'publicKey', what: string): DaylightError {
  return new DaylightError('conflict', `${field}: ${what} was enrolled before`, {
    field: `enrolment.${field}`,
    remedy: 'Make a new device id and a new key, and enrol those.',
  });
}

function tooMany(): DaylightError {
  return new DaylightError('conflict', `this person has ${DEVICES_MOST} devices already`, {
    remedy:
      'Retire one that is not used any more, in the console under People or on the own account, and enrol again: the code is still good.',
  });
}

/** Not `rate_limited`: an agent would keep what it has begun, and try it again with a code that may have ended by then. */
function tooOften(waitMs: number): DaylightError {
  return new DaylightError('conflict', `${IN_A_DAY_MOST} devices of this person were enrolled within a day`, {
    remedy: `Enrol this one in ${Math.ceil(waitMs / HOUR)} h, with a new code if this one has ended by then.`,
  });
}

async function personOf({ store }: Context, token: TokenRecord | null): Promise<PersonRecord> {
  const person = token === null ? null : await store.person(token.org, token.person);
  if (person === null) throw gone();
  return person;
}

/** It takes no text with more in it than it knows, and would say that this is no Daylight server. */
function tooOld(): DaylightError {
  return new DaylightError(
    'bad_request',
    'this agent is from before notices named processors: it cannot show this one',
    {
      field: KNOWS_HEADER,
      remedy: 'Update the agent on this computer, and enrol again: the code is still good.',
    },
  );
}

function gone(): DaylightError {
  return new DaylightError('gone', 'code: this code was used already, or it has expired, or it never existed', {
    field: 'code',
    remedy: 'Make a new code in the console, under People.',
  });
}
