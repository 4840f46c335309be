import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import type { Foundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { initialise } from '../../server/initialise.ts';
import { systemRandom } from '../../server/random.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import type { SegmentRecord } from '../../server/store/store.ts';
import { DeviceId, ImageId, type OrgId, type PersonId, SegmentId } from '../../shared/ids.ts';
import { addDays } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { batch, device, keyOf } from './storeRecords.ts';

// A data folder of two organisations, made as a host makes them, in each of which somebody has recorded days.

export interface TwoOrganisations {
  readonly acme: OrgId;
  readonly bolt: OrgId;
}

export const surroundings = { clock: systemClock, random: systemRandom };

export async function prepareTwo(data: string, days: number): Promise<TwoOrganisations> {
  const made: OrgId[] = [];
  for (const name of ['Acme', 'Bolt']) {
    const owner = {
      organisation: name,
      ownerName: `Owner of ${name}`,
      ownerEmail: `owner@${name}.example.com`,
      reactionDays: 0,
    };
    const { org, person } = await initialise(data, owner);
    const foundation = await openFoundationIn(data);
    await recordDays(foundation, org, person, days);
    await foundation.close();
    made.push(org);
  }
  const [acme, bolt] = made;
  if (acme === undefined || bolt === undefined) throw new Error('two organisations were to be made');
  return { acme, bolt };
}

export async function recordDays(
  { store, vault }: Foundation,
  org: OrgId,
  person: PersonId,
  days: number,
): Promise<void> {
  const laptop = device('', { device: DeviceId.parse(randomUUID()), publicKey: keyOf(person), org, person });
  await enrolIn(store, laptop);
  for (let seq = 1; seq <= days; seq += 1) {
    const day = addDays('2026-01-01', seq);
    const terms = { day, policyVersion: 1, termsVersion: 1, expires: '2099-12-31', epoch: epochOfDay(day) };
    const ids = { org, person, segment: SegmentId.parse(randomUUID()) };
    const key = { ...ids, device: laptop.device, parameter: 'title', ...terms } as const;
    const segment: SegmentRecord = { ...key, sealed: await vault.seal(segmentScope(key), systemRandom.bytes(2_000)) };
    const image = { ...ids, image: ImageId.parse(randomUUID()), ...terms };
    const blob = { ...image, sealed: await vault.seal(imageScope(image), systemRandom.bytes(500)) };
    const mine = { org, person, device: laptop.device };
    const appended = await store.appendBatch(batch(seq, { ...mine, segments: [segment], blobs: [blob] }));
    if (appended.kind !== 'committed') throw new Error(`a day was not stored: ${appended.kind}`);
  }
}

/** Pieces of everything that is sealed or wrapped for an organisation, as it lies in the databases and the images. */
export async function piecesOf(data: string, org: OrgId): Promise<readonly Buffer[]> {
  const sealed = {
    'keys.db': { org_key: 'wrapped', data_key: 'wrapped' },
    'daylight.db': { organisation: 'profile', person: 'credentials', segment: 'sealed', policy: 'reason' },
  };
  const pieces: Buffer[] = [];
  for (const [file, columns] of Object.entries(sealed)) {
    const connection = await connect(join(data, file));
    for (const [table, column] of Object.entries(columns)) {
      const rows = await connection.all(`SELECT ${column} AS bytes FROM ${table} WHERE hex(org) = ?`, [
        org.replaceAll('-', '').toUpperCase(),
      ]);
      pieces.push(...rows.map(({ bytes }) => (bytes as Buffer).subarray(-24)));
    }
    await connection.close();
  }
  const images = join(data, 'blobs', org);
  for (const name of await readdir(images)) pieces.push((await readFile(join(images, name))).subarray(-24));
  return pieces;
}

/** How many of the pieces are in some file below the folder. */
export async function foundIn(data: string, pieces: readonly Buffer[]): Promise<number> {
  const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const contents = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
  return pieces.filter((piece) => contents.some((content) => content.includes(piece))).length;
}

/** What there is of an organisation, its keys included; and whether the newest day of it can be opened. */
export async function leftOf(data: string, org: OrgId): Promise<{ records: number; keys: number; opened: number }> {
  const foundation = await openFoundationIn(data);
  try {
    const { store, keyStore, vault } = foundation;
    let opened = 0;
    for (const { person } of await store.people(org)) {
      for (const one of await store.segments(org, person, 'title', '2020-01-01', '2099-12-31')) {
        const length = (await vault.open(segmentScope(one), one.sealed)).length;
        if (length === 2_000) opened += 1;
      }
    }
    return { records: (await store.holdings(org)).records, keys: await keyStore.countKeys(org), opened };
  } finally {
    await foundation.close();
  }
}
