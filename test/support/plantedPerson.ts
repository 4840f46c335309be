import { createHash, randomUUID } from 'node:crypto';
import { systemClock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { encodeSegment } from '../../server/ingest/segment.ts';
import { systemRandom } from '../../server/random.ts';
import type { BlobRecord, SegmentRecord } from '../../server/store/store.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { DeviceId, ImageId, type OrgId, type PersonId, SegmentId, SessionId } from '../../shared/ids.ts';
import { addDays, type Day, dayOf, MINUTE } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { newDevice } from './enrolled.ts';
import { webp } from './ingestKit.ts';

export interface Planting {
  readonly org: OrgId;
  readonly person: PersonId;
  /** In everything of theirs that can hold a word. */
  readonly canary: string;
  readonly days: readonly Day[];
  /** Observations of applications on each day, beside one of each other kind. */
  readonly apps?: number;
  /** The same of titles. */
  readonly titles?: number;
  /** Of a segment of its own on the first day, which is over. */
  readonly past?: boolean;
}

/** Stores days of a person as ingest would, with a word of theirs in each text. Returns their device, and the words of the images. */
export async function plant(data: string, planting: Planting): Promise<{ device: string; images: readonly ImageId[] }> {
  const { org, person, canary, days, apps = 1, titles = 1, past = false } = planting;
  const foundation = await openFoundation({ data, clock: systemClock, random: systemRandom, create: false });
  const { store, vault } = foundation;
  const enrolling = newDevice();
  const { device, publicKey } = enrolling.record;
  const images: ImageId[] = [];
  try {
    await enrolIn(store, {
      ...enrolling.record,
      device,
      publicKey,
      org,
      person,
      enrolledAt: Date.now(),
      agentVersion: canary,
    });
    for (const [place, day] of days.entries()) {
      const image = ImageId.parse(randomUUID());
      images.push(image);
      const picture = Buffer.from(webp(4_096, 7));
      picture.write(`image ${canary} ${day}`, 1_000);
      const observations = observationsOf(day, canary, image, picture, { apps, titles });
      const terms = {
        day,
        policyVersion: 1,
        termsVersion: 1,
        expires: addDays(day, 400),
        epoch: epochOfDay(day),
      };
      const seal = async (own: readonly Observation[], expires: Day): Promise<SegmentRecord> => {
        const [{ parameter } = { parameter: 'notes' as const }] = own;
        const segment = SegmentId.parse(randomUUID());
        const key = { org, person, parameter, segment, device: DeviceId.parse(device), ...terms, expires };
        const plain = encodeSegment({
          parameter,
          parts: [{ session: SessionId.parse(randomUUID()), observations: own }],
        });
        return { ...key, sealed: await vault.seal(segmentScope(key), plain, { compress: true }) };
      };
      const segments: SegmentRecord[] = [];
      for (const id of parameterIds) {
        const own = observations.filter(({ parameter }) => parameter === id);
        segments.push(await seal(own, terms.expires));
      }
      if (past && place === 0) segments.push(await seal([note(day, `past ${canary}`)], addDays(dayOf(Date.now()), -1)));
      const shot = segments.find(({ parameter }) => parameter === 'screenshot');
      if (shot === undefined) throw new Error('the day has no screenshot');
      const key = { org, person, image, segment: shot.segment, ...terms };
      const blobs: BlobRecord[] = [{ ...key, sealed: await vault.seal(imageScope(key), picture) }];
      const appended = await store.appendBatch({
        ...{ org, person, device, seq: place + 1, receivedAt: Date.now(), segments, blobs, sessionState: null },
        judgedUnder: (await store.policies(org)).at(-1)?.version ?? 0,
        judgedTerms: 0,
        discarded: [{ parameter: 'title', reason: 'off_at_capture', count: 3 }],
        dropped: [{ parameter: 'url', cause: 'evicted', count: 2 }],
      });
      if (appended.kind !== 'committed') throw new Error(`a day was not stored: ${appended.kind}`);
    }
  } finally {
    await foundation.close();
  }
  return { device, images };
}

function note(day: Day, text: string): Observation {
  return { parameter: 'notes', level: 'on', ...at(day, 0), note: text };
}

function at(day: Day, minute: number, span = 0) {
  return { at: Date.parse(`${day}T08:00:00Z`) + minute * MINUTE, mono: 1_000 + minute * MINUTE, span };
}

function observationsOf(
  day: Day,
  canary: string,
  image: ImageId,
  picture: Uint8Array,
  { apps, titles }: { apps: number; titles: number },
): Observation[] {
  const many = Array.from({ length: apps }, (_, place): Observation => {
    const when = { at: Date.parse(`${day}T08:00:00Z`) + place * 100, mono: place * 100, span: 100 };
    return { parameter: 'app', level: 'name', ...when, name: `=app ${canary} ${place}` };
  });
  const digest = createHash('sha256').update(picture).digest('hex');
  return [
    { parameter: 'session', level: 'on', ...at(day, 0), event: 'start', cause: 'employee' },
    { parameter: 'activity', level: 'counts', ...at(day, 0, MINUTE), keys: 12, clicks: 3, scrolls: 0, moves: 9 },
    ...many,
    ...Array.from({ length: titles }, (_, place): Observation => {
      const title = `<script>alert(1)</script> title ${canary}${place === 0 ? '' : ` ${place}`}`;
      return {
        parameter: 'title',
        level: 'full',
        at: at(day, 1).at + place * 100,
        mono: at(day, 1).mono + place * 100,
        span: 0,
        title,
      };
    }),
    { parameter: 'url', level: 'host_path', ...at(day, 1), host: `${canary}.example.com`, path: `/path-${canary}` },
    {
      parameter: 'screenshot',
      level: 'full',
      ...at(day, 2),
      image,
      digest,
      bytes: picture.length,
      width: 640,
      height: 480,
    },
    { parameter: 'project', level: 'on', ...at(day, 0), project: `project ${canary}`, task: `@task ${canary}` },
    note(day, `-note ${canary}\u2028"quoted", and more`),
    {
      parameter: 'device',
      level: 'full',
      ...at(day, 0),
      platform: 'linux',
      arch: 'x64',
      osVersion: `os ${canary}`,
      model: `+model ${canary}`,
      memoryGiB: 16,
    },
    { parameter: 'timezone', level: 'on', ...at(day, 0), zone: 'Europe/Berlin' },
    {
      parameter: 'diagnostics',
      level: 'on',
      ...at(day, 0),
      agentVersion: '0.1.0',
      spoolBytes: 10,
      waitingBatches: 0,
      sensors: [],
    },
    { parameter: 'session', level: 'on', ...at(day, 60), event: 'stop', cause: 'employee' },
  ];
}
