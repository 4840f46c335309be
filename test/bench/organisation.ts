import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { initialise, makeSignInLink } from '../../server/initialise.ts';
import { openServer } from '../../server/server.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { type Client, createClient, PASSWORD, setUpTotp } from '../support/api.ts';
import { publishLevels } from '../support/daylight.ts';
import { enrolmentBy, newDevice } from '../support/enrolled.ts';
import { LEVELS } from './workload.ts';

/** A device that was enrolled through the API, as what another process needs to speak for it. */
export interface Enrolled {
  readonly org: string;
  readonly person: string;
  readonly device: string;
  readonly publicKey: string;
  /** The organisation's key for policies and leases, as the server gave it at enrolment. */
  readonly policyKey: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

export interface Organisation {
  readonly data: string;
  /** Each of a person of their own. */
  readonly devices: readonly Enrolled[];
  /** The version of the policy in force. */
  readonly policyVersion: number;
  /** Work that was done from here on, milliseconds since 1970, may be sent: the people had been told by then. */
  readonly toldAt: number;
  /** A new sign-in on the running server, complete: it may read and publish. */
  signIn(url: string): Promise<Client>;
  remove(): Promise<void>;
}

const OWNER = 'ola@example.com';
/** Hours of work that a device can send before it reaches the present. */
const HOURS_AGO = 12;
/** The latest hour of a day at which eight hours of work still end on it. */
const LATEST_HOUR = 15;
const AT_ONCE = 32;

/**
 * Makes a data folder with `count` people, each with an enrolled device that acknowledged the notice. Done on a server in
 * this process whose clock stands at some hours ago, because what is captured before a person was told is discarded.
 */
export async function makeOrganisation(
  count: number,
  levels: Readonly<Record<string, string>> = LEVELS,
): Promise<Organisation> {
  const data = await mkdtemp(join(tmpdir(), 'daylight-bench-'));
  const began = beginning(Date.now());
  const ahead = began - Date.now();
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const { token } = await initialise(
    data,
    { organisation: 'Acme', ownerName: 'Ola Owner', ownerEmail: OWNER, reactionDays: 0 },
    { clock },
  );
  const server = await openServer({ data, port: 0, logLevel: 'silent' }, { clock });
  try {
    const owner = createClient(server.url);
    await owner.ok('POST', '/session/link', { token });
    await owner.ok('PUT', '/account/password', { password: PASSWORD });
    await setUpTotp(owner, clock);
    const policyVersion = await publishLevels(owner, levels);
    const people = await together(count, async (place) => {
      const wanted = { name: `Person ${place}`, email: `person${place}@example.com`, role: 'employee' };
      return String((await owner.ok('POST', '/people', { ...wanted, teams: [], managesTeams: [] })).person.id);
    });
    const devices = await together(count, async (place) => {
      const { code } = await owner.ok('POST', `/people/${people[place]}/enrolment-codes`, {});
      return enrol(server.url, code, policyVersion, clock.now());
    });
    return {
      data,
      devices,
      policyVersion,
      toldAt: clock.now() + 1_000,
      async signIn(url) {
        const link = await makeSignInLink(data, OWNER);
        const client = createClient(url);
        await client.ok('POST', '/session/link', { token: link.token });
        return client;
      },
      remove: () => rm(data, { recursive: true, force: true }),
    };
  } finally {
    await server.close();
  }
}

/** `HOURS_AGO` hours ago, or earlier on that day so that a working day fits in it. */
function beginning(now: number): number {
  const at = now - HOURS_AGO * HOUR;
  const midnight = Math.floor(at / DAY) * DAY;
  return Math.min(at, midnight + LATEST_HOUR * HOUR);
}

/** The results of `task` for 0 … `count` − 1, at most `AT_ONCE` at a time. */
async function together<T>(count: number, task: (place: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let place = next++; place < count; place = next++) results[place] = await task(place);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function enrol(url: string, code: string, notice: number, at: number): Promise<Enrolled> {
  const device = newDevice();
  const enrolment = enrolmentBy(device, code, notice, at);
  const { org, person, policyKey } = await createClient(url, 'agent').ok('POST', '/enrolment', { enrolment });
  const { device: id, publicKey } = device.record;
  return { org, person, device: id, publicKey, policyKey, privateKey: pem(device.key) };
}

function pem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
