import { canonical } from '../../shared/canonical.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { type ImageId, SegmentId, type SessionId } from '../../shared/ids.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import type { Ack, Batch } from '../../shared/protocol/messages.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { PolicyControl } from '../control/control.ts';
import type { Erased, ErasedOf } from '../control/erased.ts';
import type { Random } from '../random.ts';
import type { AppendResult, BatchUnit, BlobRecord, DeviceRecord, SegmentRecord, Store } from '../store/store.ts';
import type { Sealed, Vault } from '../vault/vault.ts';
import { type ClockReading, serverSetBy } from './captureTime.ts';
import type { Density } from './density.ts';
import { type AdmittedItem, admit, type GateOutput } from './gate.ts';
import type { Images, SaidOfImage } from './images.ts';
import { imageScope, segmentScope, sessionsScope } from './scopes.ts';
import { encodeSegment } from './segment.ts';
import { DeviceSessions, noSessions, withoutErased } from './sessions.ts';

export interface PipelineDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly control: PolicyControl;
  readonly erased: Erased;
  readonly clock: Clock;
  readonly random: Random;
}

/** The device that a batch came from, as the connection knows it. */
export interface Sender {
  readonly device: DeviceRecord;
  readonly clocks: ClockReading;
  readonly sessions: DeviceSessions;
  /** The highest seq committed, as far as the connection knows. */
  readonly committedSeq: number;
  readonly images: Images;
  readonly density: Density;
}

export type Taken =
  | {
      readonly kind: 'acknowledged';
      readonly ack: Ack;
      readonly committedSeq: number;
      readonly sessions: DeviceSessions;
    }
  | { readonly kind: 'resend'; readonly expected: number }
  /** An image that it names had to give way to others. Nothing was stored; both are to be sent again. */
  | { readonly kind: 'images_gave_way' }
  /** The server's own clock was set since the handshake. Nothing was stored; after another handshake it can be. */
  | { readonly kind: 'clock_was_set' }
  /** The device was retired in the meantime. */
  | { readonly kind: 'refused' };

/** A publication while a batch was being sealed makes it start over; after this many the server is not well. */
const ATTEMPTS = 8;

/**
 * Parse → admit → seal → append. Resolves when the batch is committed, and rejects (StoreError, VaultError,
 * DaylightError) when nothing of it was. Batches of one device must be taken one after the other.
 */
export async function takeBatch(deps: PipelineDeps, sender: Sender, batch: Batch): Promise<Taken> {
  const { committedSeq, sessions } = sender;
  if (batch.seq <= committedSeq) {
    sender.images.take(namedImages(batch)).release();
    return { kind: 'acknowledged', ack: duplicateAck(batch.seq), committedSeq, sessions };
  }
  if (batch.seq > committedSeq + 1) return { kind: 'resend', expected: committedSeq + 1 };

  const named = namedImages(batch);
  if (named.some(({ image }) => sender.images.gaveWay(image))) return { kind: 'images_gave_way' };
  // All at once: while anything is waited for, what is not taken yet may have to give way.
  const taken = sender.images.take(named);
  try {
    return await deps.erased.storing(sender.device, async () =>
      storeBatch(deps, sender, batch, await withoutKnown(deps, sender, taken.images)),
    );
  } finally {
    taken.release();
  }
}

async function storeBatch(deps: PipelineDeps, sender: Sender, batch: Batch, images: ImageBytes): Promise<Taken> {
  const { device, sessions } = sender;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // First, as it may wait for a publication.
    const { judge, policyVersion, terms } = await deps.control.judging(device);
    const erased = await deps.erased.of(device);
    if (serverSetBy(sender.clocks, deps.clock) !== null) return { kind: 'clock_was_set' };
    const now = deps.clock.now();
    const counting = sender.density.begin();
    const admitted = admit({
      observations: batch.observations,
      session: batch.session,
      boot: batch.boot,
      policyVersion: batch.policyVersion,
      judge,
      erased,
      clocks: sender.clocks,
      sessions,
      now,
      mono: deps.clock.mono,
      counting,
      hasImage: onceEach(images),
    });
    const gate = { ...admitted, sessions: withoutErased(admitted.sessions, erased) };
    const judged = { judgedUnder: policyVersion, judgedTerms: terms };
    const unit = { ...(await sealUnit(deps, sender, batch, gate, images, erased, now)), ...judged };
    const result = await deps.store.appendBatch(unit);
    if (result.kind === 'committed') sender.density.keep(counting);
    if (result.kind !== 'stale') return settle(batch, gate, sender, result);
    deps.control.refresh(device);
  }
  throw new Error('the policy, or what the person decided, changed at every attempt to store one batch');
}

/** The session state of a device, opened. */
export async function openSessions(vault: Pick<Vault, 'open'>, device: DeviceRecord): Promise<DeviceSessions> {
  if (device.sessionState === null) return noSessions;
  const bytes = await vault.open(sessionsScope(device), device.sessionState);
  return DeviceSessions.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

function settle(
  batch: Batch,
  gate: GateOutput,
  sender: Sender,
  result: Exclude<AppendResult, { kind: 'stale' }>,
): Taken {
  switch (result.kind) {
    case 'committed':
      return {
        kind: 'acknowledged',
        ack: ackOf(batch.seq, gate),
        committedSeq: batch.seq,
        sessions: gate.sessions,
      };
    case 'duplicate':
      return {
        kind: 'acknowledged',
        ack: duplicateAck(batch.seq),
        committedSeq: Math.max(batch.seq, sender.committedSeq),
        sessions: sender.sessions,
      };
    case 'out_of_order':
      return { kind: 'resend', expected: result.expected };
    case 'refused':
      return { kind: 'refused' };
  }
}

function ackOf(seq: number, gate: GateOutput): Ack {
  const discarded: Partial<Record<DiscardReason, number>> = {};
  for (const { reason, count } of gate.discarded) discarded[reason] = (discarded[reason] ?? 0) + count;
  return { type: 'ack', seq, duplicate: false, stored: gate.admitted.length, discarded };
}

function duplicateAck(seq: number): Ack {
  return { type: 'ack', seq, duplicate: true, stored: 0, discarded: {} };
}

// ── Images ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type ImageBytes = ReadonlyMap<ImageId, Uint8Array>;

/** What the batch's screenshots name, by shape alone; the gate parses them properly. */
function namedImages(batch: Batch): SaidOfImage[] {
  return batch.observations.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [];
    const { image, bytes, digest, width, height } = item as Readonly<Record<string, unknown>>;
    if (typeof image !== 'string' || typeof bytes !== 'number' || typeof digest !== 'string') return [];
    if (typeof width !== 'number' || typeof height !== 'number') return [];
    return [{ image: image as ImageId, bytes, digest, width, height }];
  });
}

/** An id that this person has used before is not stored twice. */
async function withoutKnown({ store }: PipelineDeps, { device }: Sender, taken: ImageBytes): Promise<ImageBytes> {
  const fresh = new Map<ImageId, Uint8Array>();
  for (const [image, bytes] of taken) {
    if ((await store.blob(device.org, device.person, image)) === null) fresh.set(image, bytes);
  }
  return fresh;
}

/** An image belongs to one observation: the second that names it has none. */
function onceEach(images: ImageBytes): (observation: Observation & { parameter: 'screenshot' }) => boolean {
  const used = new Set<ImageId>();
  return ({ image }) => {
    if (!images.has(image) || used.has(image)) return false;
    used.add(image);
    return true;
  };
}

// ── Sealing ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Group {
  readonly parameter: ParameterId;
  readonly session: SessionId;
  readonly day: Day;
  readonly expires: Day;
  readonly termsVersion: number;
  readonly items: AdmittedItem[];
}

async function sealUnit(
  deps: PipelineDeps,
  sender: Sender,
  batch: Batch,
  gate: GateOutput,
  images: ImageBytes,
  erased: ErasedOf,
  receivedAt: UnixMs,
): Promise<Omit<BatchUnit, 'judgedUnder' | 'judgedTerms'>> {
  const { device } = sender;
  const sealed = await Promise.all(
    groupsOf(gate.admitted).map((group) => sealGroup(deps, device, batch, group, images, erased)),
  );
  return {
    org: device.org,
    device: device.device,
    person: device.person,
    seq: batch.seq,
    receivedAt,
    segments: sealed.map((one) => one.segment),
    blobs: sealed.flatMap((one) => one.blobs),
    discarded: gate.discarded,
    dropped: batch.dropped,
    sessionState: gate.sessions === sender.sessions ? null : await sealSessions(deps.vault, device, gate.sessions),
  };
}

function groupsOf(admitted: readonly AdmittedItem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of admitted) {
    const { session, day, expires, termsVersion } = item;
    const { parameter } = item.observation;
    const key = `${parameter} ${day} ${termsVersion}`;
    const group = groups.get(key) ?? { parameter, session, day, expires, termsVersion, items: [] };
    group.items.push(item);
    // The earliest end holds for all: a segment must be gone before the first of its observations must be.
    groups.set(key, expires < group.expires ? { ...group, expires } : group);
  }
  return [...groups.values()];
}

async function sealGroup(
  deps: PipelineDeps,
  device: DeviceRecord,
  batch: Batch,
  group: Group,
  images: ImageBytes,
  erased: ErasedOf,
): Promise<{ segment: SegmentRecord; blobs: BlobRecord[] }> {
  const { org, person } = device;
  const { parameter, session, day, expires, termsVersion } = group;
  const segment = SegmentId.parse(deps.random.uuid());
  const versions = { policyVersion: batch.policyVersion, termsVersion };
  const common = { org, person, day, segment, epoch: erased.epochFor(parameter, day), ...versions, expires };
  const observations = group.items.map((item) => item.observation);
  const key = { ...common, parameter, device: device.device };
  const [sealed, ...blobs] = await Promise.all([
    deps.vault.seal(segmentScope(key), encodeSegment({ parameter, parts: [{ session, observations }] }), {
      compress: true,
    }),
    ...observations.flatMap((observation) =>
      observation.parameter === 'screenshot' ? [sealImage(deps.vault, common, observation.image, images)] : [],
    ),
  ]);
  return { segment: { ...key, sealed }, blobs };
}

async function sealImage(
  vault: Vault,
  common: Omit<BlobRecord, 'image' | 'sealed'>,
  image: ImageId,
  images: ImageBytes,
): Promise<BlobRecord> {
  const bytes = images.get(image);
  if (bytes === undefined) throw new Error('the gate admitted a screenshot without its image');
  return { ...common, image, sealed: await vault.seal(imageScope({ ...common, image }), bytes) };
}

/** The scope of what `openSessions` opens. */
export function sealSessions(
  vault: Pick<Vault, 'seal'>,
  device: DeviceRecord,
  sessions: DeviceSessions,
): Promise<Sealed> {
  return vault.seal(sessionsScope(device), Buffer.from(canonical(sessions), 'utf8'), { compress: true });
}
