import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createAccounts } from '../../server/api/accounts.ts';
import type { Foundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { initialise } from '../../server/initialise.ts';
import { systemRandom } from '../../server/random.ts';
import type { BlobRecord, SegmentRecord } from '../../server/store/store.ts';
import { unlessLost } from '../../server/vault/vault.ts';
import { DeviceId, ImageId, type OrgId, type PersonId, SegmentId } from '../../shared/ids.ts';
import type { EndingState } from '../../shared/protocol/http/endings.ts';
import { addDays } from '../../shared/time.ts';
import { enrolIn } from '../support/enrolIn.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { batch, device, keyOf } from '../support/storeRecords.ts';
import { surroundings } from '../support/twoOrganisations.ts';
import { endingsOn } from '../support/twoPeople.ts';
import type { Bench } from './report.ts';
import { text } from './statistics.ts';

const PARAMETERS = ['activity', 'app', 'title', 'url', 'project'] as const;
const SEGMENT_BYTES = 2_000;
const IMAGE_BYTES = 20_000;
const IMAGES_A_DAY = 12;

/** The account of somebody with 250 days, with one other person in the store and with a hundred. */
export const cancellation: Bench = async ({ quick, say }) => {
  const days = quick ? 25 : 250;
  for (const others of quick ? [1, 10] : [1, 100]) {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-cancellation-'));
    try {
      const made = await organisationOf(folder, days, others);
      const { unreadable, verified, records } = await ended(folder, made);
      const megabytes = (await stat(join(folder, 'daylight.db'))).size / 1e6;
      const beside = `${others} other ${others === 1 ? 'person' : 'people'}, database ${text(megabytes)} MB`;
      say(`${days} days, ${text(records)} rows, ${beside}: unreadable`, `${text(unreadable)} ms`, '≤ 1 s');
      say('… gone and verified', `${text(verified / 1_000, 1)} s`, '≤ 60 s');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
};

interface Made {
  readonly org: OrgId;
  readonly person: PersonId;
}

async function organisationOf(data: string, days: number, others: number): Promise<Made> {
  const owner = { organisation: 'Acme', ownerName: 'Ola', ownerEmail: 'ola@example.com', reactionDays: 0 };
  const { org } = await initialise(data, owner);
  const foundation = await openFoundationIn(data);
  try {
    const accounts = createAccounts({ ...foundation, ...surroundings });
    const people: PersonId[] = [];
    for (let place = 0; place <= others; place += 1) {
      const named = { org, name: `Person ${place}`, email: `person${place}@example.com`, role: 'employee' } as const;
      const { person } = await accounts.create({ ...named, teams: [], managesTeams: [], invitedBy: null });
      await record(foundation, org, person, { days, images: place === 0 ? IMAGES_A_DAY : 0 });
      people.push(person);
    }
    const [person] = people;
    if (person === undefined) throw new Error('nobody was made');
    return { org, person };
  } finally {
    await foundation.close();
  }
}

async function record(
  { store, vault }: Foundation,
  org: OrgId,
  person: PersonId,
  { days, images }: { readonly days: number; readonly images: number },
): Promise<void> {
  const laptop = device('', { device: DeviceId.parse(randomUUID()), publicKey: keyOf(person), org, person });
  await enrolIn(store, laptop);
  const waiting: Promise<{ readonly kind: string }>[] = [];
  for (let seq = 1; seq <= days; seq += 1) {
    const day = addDays('2026-01-01', seq);
    const terms = { day, policyVersion: 1, termsVersion: 1, expires: '2099-12-31', epoch: epochOfDay(day) };
    const segments: SegmentRecord[] = [];
    for (const parameter of PARAMETERS) {
      const segment = SegmentId.parse(randomUUID());
      const key = { org, person, parameter, segment, device: laptop.device, ...terms };
      segments.push({ ...key, sealed: await vault.seal(segmentScope(key), systemRandom.bytes(SEGMENT_BYTES)) });
    }
    const blobs: BlobRecord[] = [];
    for (let nth = 0; nth < images; nth += 1) {
      const key = { org, person, image: ImageId.parse(randomUUID()), segment: SegmentId.parse(randomUUID()), ...terms };
      blobs.push({ ...key, sealed: await vault.seal(imageScope(key), systemRandom.bytes(IMAGE_BYTES)) });
    }
    waiting.push(store.appendBatch(batch(seq, { org, person, device: laptop.device, segments, blobs })));
  }
  for (const { kind } of await Promise.all(waiting)) if (kind !== 'committed') throw new Error(`not stored: ${kind}`);
}

/** From the order on. Unreadable: in this process and in another one, which has the keys in its memory and opens something of it all the time. */
async function ended(
  data: string,
  { org, person }: Made,
): Promise<{ readonly unreadable: number; readonly verified: number; readonly records: number }> {
  const [own, other] = [await openFoundationIn(data), await openFoundationIn(data)];
  const times = new Map<EndingState, number>();
  const endings = await endingsOn(own, { reached: (_, state) => void times.set(state, performance.now()) });
  try {
    const { records } = await own.store.holdingsOf(org, person);
    const [sample] = await own.store.segments(org, person, 'title', '2020-01-01', '2099-12-31');
    if (sample === undefined) throw new Error('nothing was recorded');
    const opens = async (): Promise<boolean> =>
      (await unlessLost(other.vault.open(segmentScope(sample), sample.sealed))) !== null;
    if (!(await opens())) throw new Error('it does not open before');
    const began = performance.now();
    await endings.end({ org, person, by: 'owner' });
    while (await opens()) await setTimeout(5);
    const unreadable = performance.now() - began;
    while (!times.has('verified_empty')) await setTimeout(5);
    return { unreadable, verified: (times.get('verified_empty') ?? Number.NaN) - began, records };
  } finally {
    await endings.close();
    await other.close();
    await own.close();
  }
}
