import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { rawPublicKeyOf } from '../../server/vault/ed25519.ts';
import { DeviceId } from '../../shared/ids.ts';
import { type Client, createClient, type Reply } from './api.ts';
import { signAs, type TestDevice } from './ingestKit.ts';

/** A device key and id that no server knows yet. */
export function newDevice(): TestDevice {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKeyOf(privateKey);
  const record = {
    device: DeviceId.parse(randomUUID()),
    publicKey,
    status: 'active',
    enrolledAt: 0,
    committedSeq: 0,
    lastSeenAt: null,
    agentVersion: null,
    clockOffsetMs: null,
    lease: null,
    previousLease: null,
    sessionState: null,
  } as unknown as TestDevice['record'];
  return { record, key: privateKey };
}

export function enrolmentBy(device: TestDevice, code: string, acknowledgedNotice: number | null, at: number) {
  const { device: id, publicKey } = device.record;
  return signAs(device, 'daylight/enrolment/v1', { code, device: id, publicKey, acknowledgedNotice, ofAge: true, at });
}

/** Enrols a new device of a person over HTTP, as an agent does. */
export async function enrol(
  url: string,
  owner: Client,
  person: string,
  at: number,
): Promise<TestDevice & { reply: Reply }> {
  const { code } = await owner.ok('POST', `/people/${person}/enrolment-codes`, {});
  const device = newDevice();
  const reply = await createClient(url, 'agent').send('POST', '/enrolment', {
    enrolment: enrolmentBy(device, code, 1, at),
  });
  if (reply.status !== 201) throw new Error(`enrolment: ${reply.status} ${JSON.stringify(reply.body)}`);
  const { org, person: of } = reply.body;
  return { key: device.key, record: { ...device.record, org, person: of }, reply };
}
