import type { ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { DeviceId, PersonId } from '../../../shared/ids.ts';
import { SelfTestReport, type SelfTestRequest } from '../../../shared/protocol/selfTest.ts';
import type { Signed } from '../../../shared/signed.ts';
import { dayOf, HOUR, MINUTE, type UnixMs } from '../../../shared/time.ts';
import {
  decidedNow,
  judgeSelfTest,
  type OffSince,
  offSince,
  type SelfTestFacts,
  storedSince,
} from '../../control/selfTest.ts';
import { payloadHash, readSigned } from '../../control/signer.ts';
import { wouldAdmit } from '../../ingest/syntheticTrial.ts';
import type { DeviceRecord, PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { restsOnConsent } from '../restsOnConsent.ts';

/** So many tests of one device by one person within an hour: each is a line in the list of who looked. */
const MOST_IN_AN_HOUR = 20;

/** A proof on demand that a parameter is off on a device: by what the device tries, and by what the server tries of itself. */
export function selfTests(context: Context): HandlersOf<'selfTest'> {
  const { store, organisations, connections, clock, random } = context;
  const recent = new Map<string, readonly number[]>();

  /** Of one asker: nobody uses up the tests of somebody else. Gives what counts one. */
  function requireFew(device: DeviceId, asker: PersonId): () => void {
    const key = `${device} ${asker}`;
    const now = clock.mono();
    const within = (recent.get(key) ?? []).filter((at) => at > now - HOUR);
    const [oldest] = within;
    if (oldest !== undefined && within.length >= MOST_IN_AN_HOUR) throw tooMany(oldest + HOUR - now);
    return () => recent.set(key, [...(recent.get(key) ?? []).filter((at) => at > now - HOUR), now]);
  }

  return {
    async selfTest({ params, body: { parameter }, person, signedIn: { actor } }) {
      const device = await requireActive(context, person.person, params.device);
      if (person.person !== actor.person) await requireNotConsent(context, person, parameter);
      const count = requireFew(device.device, actor.person);
      const purpose = person.person === actor.person ? 'own_data' : 'support';
      await recordLook(context, actor, person.person, { action: 'self_test', purpose });
      const connection = connections.of(device.device);
      if (connection === null) throw notConnected();
      count();
      const signer = await organisations.signer(device.org);
      const nonce = Buffer.from(random.bytes(32)).toString('base64url');
      const asked: SelfTestRequest = { device: device.device, org: device.org, parameter, nonce, at: clock.now() };
      const request = signer.signAsServer('daylight/self-test-request/v1', asked);
      const report = await connection.selfTest(request);
      const fresh = (await store.device(device.device)) ?? device;
      const facts = await factsOf(context, fresh, asked, report);
      const found = judgeSelfTest(facts);
      const result = signer.signAsServer('daylight/self-test-result/v1', found);
      const keys = { devicePublicKey: device.publicKey, serverPublicKey: signer.identity.serverKey };
      const said = found.report === null ? null : (facts.answer?.said ?? null);
      return { said, found, evidence: { request, report, result, ...keys } };
    },
  };
}

async function factsOf(
  context: Context,
  device: DeviceRecord,
  asked: SelfTestRequest,
  report: Signed,
): Promise<SelfTestFacts> {
  const { store, control, clock, random } = context;
  const { parameter } = asked;
  const { judge, policyVersion } = await control.judging(device);
  const now = clock.now();
  const [history, standing, receipt, discards] = await Promise.all([
    control.history(device.org),
    control.standing(device),
    control.lastSaid(device),
    store.discards(device.org, device.device),
  ]);
  const current = history.at(-1);
  if (current === undefined) throw new Error('an organisation without a policy');
  const told = (await control.toldOn(device.org, [device])).get(device.device) ?? { agreed: () => null };
  const since = offSince(history, standing, told, parameter);
  const counted = since === null ? NOT_COUNTED : await countedSince(context, device, parameter, since, now);
  const refused = discards.filter((one) => one.parameter === parameter).reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ asked, person: device.person, current, standing, refused, now },
    answer: readAnswer(report, device),
    receipt: receipt?.said ?? null,
    wouldAdmit: wouldAdmit({ judge, policyVersion, random, now }, parameter),
    since: since?.at ?? null,
    mayWait: decidedNow(current, standing, told, parameter, now) !== 'off',
    ...counted,
  };
}

const NOT_COUNTED = { stored: null, countedFrom: null };

async function countedSince(
  { store }: Context,
  { org, person, device }: DeviceRecord,
  parameter: ParameterId,
  since: OffSince,
  now: UnixMs,
): Promise<Pick<SelfTestFacts, 'stored' | 'countedFrom'>> {
  const today = dayOf(now);
  const segments = await store.segments(org, person, parameter, dayOf(since.at), today);
  const own = segments.filter((segment) => segment.device === device);
  return storedSince(own, since, today);
}

/** Null for what this device has not signed, or is no report. */
function readAnswer(report: Signed, { publicKey }: DeviceRecord): SelfTestFacts['answer'] {
  try {
    const said = readSigned('daylight/self-test/v1', SelfTestReport, report, publicKey);
    return { said, digest: payloadHash(report.payload) };
  } catch {
    return null;
  }
}

/** Who consented is nobody's business but theirs, and a test of what rests on consent would tell. */
async function requireNotConsent(context: Context, person: PersonRecord, parameter: ParameterId): Promise<void> {
  if (!(await restsOnConsent(context, person)).has(parameter)) return;
  throw new DaylightError('forbidden', 'parameter: it rests on the consent of the person, who alone may test it', {
    field: 'parameter',
    remedy: 'Ask the person to test it: their report is signed as yours would be.',
  });
}

async function requireActive({ store }: Context, person: PersonId, id: DeviceId): Promise<DeviceRecord> {
  const device = await store.device(id);
  if (device === null || device.person !== person) {
    throw new DaylightError('not_found', 'this person has no such device');
  }
  if (device.status === 'active') return device;
  throw new DaylightError(
    'conflict',
    'this device is retired: it was told to delete everything, and nothing is taken from it',
  );
}

function notConnected(): DaylightError {
  return new DaylightError('conflict', 'the device is not connected, so it cannot be asked', {
    remedy:
      'Ask again when it is on. Until then nothing that is off is taken from it, and it stops by itself when its lease ends.',
  });
}

function tooMany(retryAfterMs: number): DaylightError {
  return new DaylightError('rate_limited', `you have tested this device ${MOST_IN_AN_HOUR} times within an hour`, {
    retryAfterMs,
    remedy: `Test it again in ${Math.ceil(retryAfterMs / MINUTE)} minutes.`,
  });
}
