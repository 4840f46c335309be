import { setTimeout as wait } from 'node:timers/promises';
import { importLimits } from '../../shared/protocol/http/imports.ts';
import { type Client, type Json, PASSWORD } from './api.ts';

// What a person does, or a program of theirs, to bring a file along.

/** Sends a file in its parts, until it was checked. Returns the arrival as it is then: `ready` or `refused`. */
export async function offer(client: Client, person: string, zip: Uint8Array): Promise<Json> {
  const begun = await client.ok('POST', `/people/${person}/arrivals`, { bytes: zip.length });
  const { partBytes } = importLimits;
  for (let part = 0; part * partBytes < zip.length; part += 1) {
    const bytes = zip.subarray(part * partBytes, (part + 1) * partBytes);
    const reply = await sendPart(client, person, begun.arrival, part, bytes);
    if (reply.status !== 200) throw new Error(`part ${part}: ${reply.status} ${await reply.text()}`);
  }
  return settled(client, person);
}

export function sendPart(
  { url, cookie }: Client,
  person: string,
  arrival: string,
  part: number,
  bytes: Uint8Array,
): Promise<Response> {
  return fetch(`${url}/api/v1/people/${person}/arrivals/${arrival}/parts/${part}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', 'x-daylight': 'test', cookie: cookie ?? '' },
    body: new Uint8Array(bytes),
  });
}

/** Takes in what is `ready`. Returns the arrival as it is when that is over. */
export async function takeIn(client: Client, person: string, arrival: string, proof: object = {}): Promise<Json> {
  await client.ok('POST', `/people/${person}/arrivals/${arrival}/take`, { password: PASSWORD, ...proof });
  return settled(client, person);
}

async function settled(client: Client, person: string): Promise<Json> {
  for (;;) {
    const { arrival } = await client.ok('GET', `/people/${person}/arrivals`);
    if (arrival === null || !['receiving', 'checking', 'taking'].includes(arrival.state.kind)) return arrival;
    await wait(20);
  }
}
