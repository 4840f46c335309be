import { createHash, randomUUID } from 'node:crypto';
import { systemClock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { encodeSegment } from '../../server/ingest/segment.ts';
import { systemRandom } from '../../server/random.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { ImageId, type OrgId, type PersonId, SegmentId, SessionId } from '../../shared/ids.ts';
import { addDays, dayOf, MINUTE } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { newDevice } from './enrolled.ts';
import type { TestDevice } from './ingestKit.ts';

export interface RecordedDay {
  /** It is enrolled, and has sent one batch: this day. */
  readonly device: TestDevice;
  readonly session: SessionId;
  readonly image: ImageId;
  readonly from: number;
  readonly day: string;
  readonly imageBytes: Uint8Array;
  readonly observations: readonly Observation[];
}

/**
 * Stores an hour of work of a person as ingest would: sealed segments and one sealed image, in one batch. The note and the
 * image name the person, so that an answer shows whose they are.
 */
export async function recordDay(
  data: string,
  org: OrgId,
  person: PersonId,
  from: number,
  policyVersion = 1,
  site = 'example.com',
): Promise<RecordedDay> {
  const foundation = await openFoundation({ data, clock: systemClock, random: systemRandom, create: false });
  const { store, vault } = foundation;
  const enrolling = newDevice();
  const device = { key: enrolling.key, record: { ...enrolling.record, org, person, enrolledAt: from } };
  const session = SessionId.parse(randomUUID());
  const image = ImageId.parse(randomUUID());
  const imageBytes = Buffer.from(`RIFF....WEBP not really an image of ${person}`);
  const day = dayOf(from);
  const expires = addDays(day, 14);
  const observations = hourOf(person, from, { image, bytes: imageBytes, site });
  try {
    await enrolIn(store, device.record);
    const byParameter = new Map<Observation['parameter'], Observation[]>();
    for (const one of observations) byParameter.set(one.parameter, [...(byParameter.get(one.parameter) ?? []), one]);
    const epoch = epochOfDay(day);
    const terms = { day, policyVersion, termsVersion: policyVersion, expires };
    const segments = await Promise.all(
      [...byParameter].map(async ([parameter, own]) => {
        const segment = SegmentId.parse(randomUUID());
        const key = { org, person, parameter, segment, device: device.record.device, epoch, ...terms };
        const plaintext = encodeSegment({ parameter, parts: [{ session, observations: own }] });
        const sealed = await vault.seal(segmentScope(key), plaintext, { compress: true });
        return { ...key, sealed };
      }),
    );
    const segment = segments.find(({ parameter }) => parameter === 'screenshot')?.segment;
    if (segment === undefined) throw new Error('the day has no screenshot');
    const blob = { org, person, image, segment, epoch, ...terms };
    const sealed = await vault.seal(imageScope(blob), imageBytes);
    const result = await store.appendBatch({
      org,
      device: device.record.device,
      person,
      seq: 1,
      receivedAt: from,
      judgedUnder: (await store.policies(org)).at(-1)?.version ?? 0,
      judgedTerms: 0,
      segments,
      blobs: [{ ...blob, sealed }],
      discarded: [],
      dropped: [],
      sessionState: null,
    });
    if (result.kind !== 'committed') throw new Error(`the day was not stored: ${result.kind}`);
  } finally {
    await foundation.close();
  }
  return { device, session, image, from, day, imageBytes, observations };
}

function hourOf(
  person: PersonId,
  from: number,
  { image, bytes, site }: { image: ImageId; bytes: Uint8Array; site: string },
): Observation[] {
  const when = (minute: number, minutes = 0) => ({
    at: from + minute * MINUTE,
    mono: 1_000 + minute * MINUTE,
    span: minutes * MINUTE,
  });
  return [
    { parameter: 'session', level: 'on', ...when(0), event: 'start', cause: 'employee' },
    { parameter: 'project', level: 'on', ...when(0), project: 'Website', task: 'Checkout' },
    { parameter: 'activity', level: 'counts', ...when(0, 1), keys: 12, clicks: 3, scrolls: 0, moves: 9 },
    { parameter: 'app', level: 'name', ...when(0, 30), name: 'Editor' },
    { parameter: 'title', level: 'full', ...when(0, 10), title: 'draft.md' },
    { parameter: 'url', level: 'domain', ...when(40, 20), domain: site },
    { parameter: 'session', level: 'on', ...when(30, 10), event: 'gap', cause: 'locked' },
    { parameter: 'app', level: 'name', ...when(40, 20), name: 'Browser' },
    {
      parameter: 'screenshot',
      level: 'blurred',
      ...when(45),
      image,
      digest: createHash('sha256').update(bytes).digest('hex'),
      bytes: 64 + bytes.length,
      width: 640,
      height: 480,
    },
    { parameter: 'notes', level: 'on', ...when(50), note: `half done by ${person}` },
    { parameter: 'session', level: 'on', ...when(60), event: 'stop', cause: 'employee' },
  ];
}
