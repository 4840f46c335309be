import type { ParameterId } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { DeviceId, PersonId } from '../../../shared/ids.ts';
import { SelfTestReport, type SelfTestRequest } from '../../../shared/protocol/selfTest.ts';
import type { Signed } from '../../../shared/signed.ts';
import { dayOf, HOUR, MINUTE } from '../../../shared/time.ts';
import { judgeSelfTest, offSince, type SelfTestFacts } from '../../control/selfTest.ts';
import { payloadHash, readSigned } from '../../control/signer.ts';
import { wouldAdmit } from '../../ingest/syntheticTrial.ts';
import type { DeviceRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';

/** So many tests of one device within an hour: each is a line in the list of who looked. */
const MOST_IN_AN_HOUR = 20;

/** A proof on demand that a parameter is off on a device: by what the device tries, and by what the server tries of itself. */
export function selfTests(context: Context): HandlersOf<'selfTest'> {
  const { store, organisations, connections, clock, random } = context;
  const recent = new Map<DeviceId, readonly number[]>();

  function requireFew(device: DeviceId): void {
    const now = clock.mono();
    const within = (recent.get(device) ?? []).filter((at) => at > now - HOUR);
    const [oldest] = within;
    if (oldest !== undefined && within.length >= MOST_IN_AN_HOUR) throw tooMany(oldest + HOUR - now);
    recent.set(device, [...within, now]);
  }

  return {
    async selfTest({ params, body: { parameter }, person, signedIn: { actor } }) {
      const device = await requireActive(context, person.person, params.device);
      requireFew(device.device);
      const purpose = person.person === actor.person ? 'own_data' : 'support';
      await recordLook(context, actor, person.person, { action: 'self_test', purpose });
      const connection = connections.of(device.device);
      if (connection === null) throw notConnected();
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
  const since = offSince(history, standing, parameter);
  const refused = discards.filter((one) => one.parameter === parameter).reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ asked, person: device.person, current, standing, refused, now },
    answer: readAnswer(report, device),
    receipt: receipt?.said ?? null,
    wouldAdmit: wouldAdmit({ judge, policyVersion, random, now }, parameter),
    since: since?.at ?? null,
    stored: since === null ? null : await storedSince(context, device, parameter, since),
  };
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

/** By the version in force at capture; where the person themself switched it off, of the days after that one. */
async function storedSince(
  { store, clock }: Context,
  { org, person, device }: DeviceRecord,
  parameter: ParameterId,
  since: NonNullable<ReturnType<typeof offSince>>,
): Promise<number> {
  const [first, today] = [dayOf(since.at), dayOf(clock.now())];
  const segments = await store.segments(org, person, parameter, first, today);
  const isSince = ({ day, termsVersion }: (typeof segments)[number]): boolean =>
    since.version === null ? day > first : termsVersion >= since.version;
  return segments.filter((segment) => segment.device === device && isSince(segment)).length;
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
  return new DaylightError('rate_limited', `this device was tested ${MOST_IN_AN_HOUR} times within an hour`, {
    retryAfterMs,
    remedy: `Test it again in ${Math.ceil(retryAfterMs / MINUTE)} minutes.`,
  });
}
