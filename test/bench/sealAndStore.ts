import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { type Foundation, openFoundation } from '../../server/foundation.ts';
import { epochOfDay, segmentScope } from '../../server/ingest/scopes.ts';
import { encodeSegment } from '../../server/ingest/segment.ts';
import { systemRandom } from '../../server/random.ts';
import type { DeviceRecord, SegmentRecord } from '../../server/store/store.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { OrgId, PersonId, SegmentId, SessionId } from '../../shared/ids.ts';
import { addDays, dayOf } from '../../shared/time.ts';
import { enrolIn } from '../support/enrolIn.ts';
import { newDevice } from '../support/enrolled.ts';
import { BATCHES_TOGETHER } from './bareSqlite.ts';
import { createWork, EVENTS_PER_BATCH, type Event, MINUTE_MS, PARAMETERS } from './workload.ts';

/**
 * Events per second through `vault.seal` and `store.appendBatch` alone, in this process, with as many batches waiting as
 * the writer puts into one group: no socket, no parsing, no gate.
 */
export async function sealAndStore(seconds: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-seal-'));
  const foundation = await openFoundation({ data: folder, clock: systemClock, random: systemRandom, create: true });
  try {
    const work = createWork();
    const at = Date.now();
    const minutes = Array.from({ length: BATCHES_TOGETHER }, (_, batch) =>
      work.minute(at - batch * MINUTE_MS, 0).map(trusted),
    );
    const org = OrgId.parse(randomUUID());
    const devices = await Promise.all(minutes.map(() => createDevice(foundation, org)));
    // The first batch of a device makes its keys: not what is measured.
    await Promise.all(devices.map((device, index) => append(foundation, device, minutes[index] ?? [], 1)));
    const began = performance.now();
    const isTime = (): boolean => performance.now() - began < seconds * 1_000;
    const counts = await Promise.all(
      devices.map((device, index) => sendWhile(isTime, foundation, device, minutes[index] ?? [])),
    );
    const took = (performance.now() - began) / 1_000;
    return (counts.reduce((sum, count) => sum + count, 0) * EVENTS_PER_BATCH) / took;
  } finally {
    await foundation.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Batches of one device from its second on, one after the other; returns how many. */
async function sendWhile(
  isTime: () => boolean,
  foundation: Foundation,
  device: DeviceRecord,
  observations: readonly Observation[],
): Promise<number> {
  let sent = 0;
  for (; isTime(); sent += 1) await append(foundation, device, observations, sent + 2);
  return sent;
}

async function append(
  { store, vault }: Foundation,
  device: DeviceRecord,
  observations: readonly Observation[],
  seq: number,
): Promise<void> {
  const { org, person } = device;
  const session = SessionId.parse(device.device);
  const segments = await Promise.all(
    PARAMETERS.map(async (parameter): Promise<SegmentRecord> => {
      const mine = observations.filter((one) => one.parameter === parameter);
      const day = dayOf(mine[0]?.at ?? 0);
      const segment = SegmentId.parse(systemRandom.uuid());
      const expires = addDays(day, 90);
      const terms = { day, policyVersion: 1, termsVersion: 1, expires };
      const key = { org, person, parameter, segment, device: device.device, epoch: epochOfDay(day), ...terms };
      const plain = encodeSegment({ parameter, parts: [{ session, observations: mine }] });
      const sealed = await vault.seal(segmentScope(key), plain, { compress: true });
      return { ...key, sealed };
    }),
  );
  const unit = {
    org,
    person,
    device: device.device,
    seq,
    receivedAt: Date.now(),
    judgedUnder: 1,
    judgedTerms: 0,
    segments,
  };
  const result = await store.appendBatch({ ...unit, blobs: [], discarded: [], dropped: [], sessionState: null });
  if (result.kind !== 'committed') throw new Error(`a batch was not stored: ${result.kind}`);
}

async function createDevice({ store }: Foundation, org: OrgId): Promise<DeviceRecord> {
  const { record } = newDevice();
  const device: DeviceRecord = { ...record, org, person: PersonId.parse(randomUUID()) };
  await enrolIn(store, device);
  return device;
}

/** The workload writes what the schemas allow; the benchmark through sockets has every event admitted, or fails. */
function trusted(event: Event): Observation {
  return event as unknown as Observation;
}
