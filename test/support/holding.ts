import { randomUUID } from 'node:crypto';
import type { Clock } from '../../server/clock.ts';
import { putSetting } from '../../server/control/settings.ts';
import { type Foundation, openFoundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { encodeSegment } from '../../server/ingest/segment.ts';
import { initialise } from '../../server/initialise.ts';
import { systemRandom } from '../../server/random.ts';
import { readRegister } from '../../server/records/registers.ts';
import type { BlobRecord, SegmentRecord } from '../../server/store/store.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { DeviceId, ImageId, type OrgId, PersonId, SegmentId, SessionId } from '../../shared/ids.ts';
import type { HoldContent, HoldStep } from '../../shared/protocol/http/holds.ts';
import { type Day, HOUR } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { batch, device, keyOf } from './storeRecords.ts';
import { invited } from './twoPeople.ts';

// Somebody's notes and pictures of some days, and the register of what of them is held.

export interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

const session = SessionId.parse('00000000-0000-4000-8000-000000000001');
const APPROVER = PersonId.parse('00000000-0000-4000-8000-0000000000aa');

/** A folder of an organisation in which somebody has, of each day, two segments of notes and a picture. */
export async function prepareHolding(data: string, clock: Clock, days: readonly Day[]): Promise<Whose> {
  const owner = { organisation: 'Acme', ownerName: 'Ann', ownerEmail: 'ann@acme.example.com', reactionDays: 0 };
  const { org } = await initialise(data, owner, { clock });
  const foundation = await openHolding(data, clock);
  const person = await invited(foundation, org);
  const laptop = device('', { device: DeviceId.parse(randomUUID()), publicKey: keyOf(person), org, person });
  await enrolIn(foundation.store, laptop);
  for (const [place, day] of days.entries()) {
    const whose = { org, person, device: laptop.device };
    const appended = await foundation.store.appendBatch(
      batch(place + 1, { ...whose, ...(await piecesOf(foundation, whose, day)) }),
    );
    if (appended.kind !== 'committed') throw new Error(`a day was not stored: ${appended.kind}`);
  }
  await foundation.close();
  return { org, person };
}

export function openHolding(data: string, clock: Clock): Promise<Foundation> {
  return openFoundation({ data, clock, random: systemRandom, create: false });
}

async function piecesOf({ vault }: Foundation, whose: Whose & { readonly device: DeviceId }, day: Day) {
  const at = Date.parse(`${day}T10:00:00Z`);
  const { device: _device, ...of } = whose;
  const terms = { day, policyVersion: 1, termsVersion: 1, expires: '2099-12-31', epoch: epochOfDay(day) };
  const sealed = async (observation: Observation): Promise<SegmentRecord> => {
    const key = { ...whose, ...terms, parameter: observation.parameter, segment: SegmentId.parse(randomUUID()) };
    const plain = encodeSegment({ parameter: key.parameter, parts: [{ session, observations: [observation] }] });
    return { ...key, sealed: await vault.seal(segmentScope(key), plain) };
  };
  const note = (number: number): Observation => {
    return { parameter: 'notes', level: 'on', at: at + number, mono: 0, span: 0, note: `${day} ${number}` };
  };
  const image = ImageId.parse(randomUUID());
  const size = { bytes: 200, width: 640, height: 480, digest: '0'.repeat(64) };
  const shown = { parameter: 'screenshot', level: 'full', at: at + HOUR, mono: 0, span: 0, image, ...size } as const;
  const shot = await sealed(shown);
  const key: Omit<BlobRecord, 'sealed'> = { ...of, ...terms, segment: shot.segment, image };
  const blob: BlobRecord = { ...key, sealed: await vault.seal(imageScope(key), systemRandom.bytes(200)) };
  return { segments: [await sealed(note(1)), await sealed(note(2)), shot], blobs: [blob] };
}

/** Writes into the register of holds what somebody else proposed and approved, or what is done about one. */
export async function holdIn(
  foundation: Foundation,
  { org, person }: Whose,
  clock: Pick<Clock, 'now'>,
  content: Omit<HoldContent, 'person' | 'why' | 'authority'>,
): Promise<number> {
  const why = { why: 'A claim.', authority: 'Case 7' };
  const proposed: HoldStep = { kind: 'proposed', content: { ...content, person, ...why }, alone: false };
  const number = await writeHold(foundation, { org, person }, clock, null, proposed);
  await writeHold(foundation, { org, person }, clock, number, { kind: 'approved' });
  return number;
}

export async function writeHold(
  { store, vault, erased }: Foundation,
  { org, person }: Whose,
  clock: Pick<Clock, 'now'>,
  number: number | null,
  step: HoldStep,
): Promise<number> {
  const revision = (await readRegister(store, vault, org, 'holds')).length + 1;
  const author = step.kind === 'proposed' ? person : APPROVER;
  const entry = { number: number ?? revision, step };
  await putSetting(
    store,
    vault,
    { org, name: 'register holds', revision, at: clock.now() },
    { author, reason: 'a test', entry },
  );
  erased.changed({ org, person });
  return entry.number;
}
