import { type IncomingMessage, request } from 'node:http';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { COPY } from '../../shared/rightsRequest.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import { type Json, type Member, PASSWORD, type Reply, type TestServer, totpCode } from './api.ts';
import { enrolIn } from './enrolIn.ts';
import { newDevice } from './enrolled.ts';
import type { TestDevice } from './ingestKit.ts';
import { sayOn } from './requestKit.ts';

type Where = Pick<TestServer, 'data' | 'url' | 'clock'>;

/** Everything that is held of somebody, as they get it: asked for with their password, confirmed on a computer of theirs, downloaded. */
export async function downloadOwn(it: Where, whose: Member): Promise<Reply> {
  const { devices } = await whose.client.ok('GET', `/people/${whose.person}/devices`);
  if (devices.length > 0) await openCopy(it, whose); // whoever never had one needs none
  return whose.client.send('POST', `/people/${whose.person}/export`, proofOf(it, whose));
}

/** A download that was begun, and of which nothing more is taken until its rest is read. */
export async function beginDownload(
  url: string,
  { person, client }: Pick<Member, 'client' | 'person'>,
  proof: object = { password: PASSWORD },
): Promise<IncomingMessage> {
  const headers = { cookie: client.cookie ?? '', 'content-type': 'application/json', 'x-daylight': 'test' };
  const asking = request(`${url}/api/v1/people/${person}/export`, { method: 'POST', headers });
  asking.on('error', () => undefined);
  asking.end(JSON.stringify(proof));
  const response = await new Promise<IncomingMessage>((resolve) => asking.once('response', resolve));
  response.pause();
  if (response.statusCode !== 200) throw new Error(`the download was refused: ${response.statusCode}`);
  return response;
}

export async function restOf(response: IncomingMessage): Promise<{ bytes: Buffer; whole: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { bytes: Buffer.concat(chunks), whole: response.complete };
  } catch {
    return { bytes: Buffer.concat(chunks), whole: false };
  }
}

/** Asks for a copy, unless one can be downloaded already, and says yes on a computer that has been theirs for some days. */
export async function openCopy(it: Where, whose: Member): Promise<void> {
  const path = `/people/${whose.person}/requests`;
  const { requests } = await whose.client.ok('GET', path);
  if (requests.some(({ content, state }: Json) => content.kind === 'copy' && state === 'ready')) return;
  const computer = await oldComputer(it, whose);
  const { request } = await whose.client.ok('POST', path, { ...proofOf(it, whose), content: COPY });
  await sayOn(it, computer, request, 'yes');
}

/** A computer that was enrolled four days ago: what it says counts at once. */
export async function oldComputer(
  it: Where,
  { client, person }: Pick<Member, 'client' | 'person'>,
): Promise<TestDevice> {
  const { policy } = await client.ok('GET', '/policy');
  const { key, record } = newDevice();
  const device = { ...record, org: policy.org, person, enrolledAt: it.clock.now() - 4 * DAY };
  const foundation = await openFoundation({ data: it.data, clock: it.clock, random: systemRandom, create: false });
  try {
    await enrolIn(foundation.store, device);
  } finally {
    await foundation.close();
  }
  return { key, record: device };
}

/** A code works once: the clock goes on to the next. */
function proofOf(it: Where, { secret }: Member): { password: string; totp?: string } {
  if (secret === null) return { password: PASSWORD };
  it.clock.advance(MINUTE);
  return { password: PASSWORD, totp: totpCode(secret, it.clock.now()) };
}
