import { parameterIds } from '../../../shared/catalog.ts';
import { ImageId, OrgId, PersonId, SegmentId } from '../../../shared/ids.ts';
import type { HeldDay, ImageHead, Subjects } from '../store.ts';
import { accessOf, eventOf, newestOf } from './audit.ts';
import { day, dayNumber, id, idBytes, int, parameter } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';

export function subjectsIn({ read }: Pick<Database, 'read'>): Subjects {
  return {
    async held(org, person) {
      const whose = [idBytes(org), idBytes(person)];
      const segments = (await read.all(heldSegments, whose)).map(segmentsOf);
      const images = (await read.all(heldImages, whose)).map(imagesOf);
      return together([...segments, ...images]);
    },
    async images(org, person, day) {
      return (await read.all(imagesOfDay, [idBytes(org), idBytes(person), dayNumber(day)])).map(imageOf);
    },
    async accessesBy(org, actor, limit, before) {
      const whose = [idBytes(org), idBytes(actor), before ?? Number.MAX_SAFE_INTEGER];
      return (await read.all(newestBy, [...whose, ...whose, limit - 1])).map(accessOf);
    },
    async securityEventsOf(org, person, limit, before) {
      const whose = [idBytes(org), idBytes(person), before ?? Number.MAX_SAFE_INTEGER];
      return (await read.all(newestEventsOf, [...whose, ...whose, limit - 1])).map(eventOf);
    },
  };
}

// Of what is sealed only its length is read, which the row's header says.
const heldSegments = `SELECT day, parameter, terms_version, expires, count(*) AS segments, sum(length(sealed)) AS bytes
  FROM segment WHERE org = ? AND person = ? GROUP BY day, parameter, terms_version, expires`;
const heldImages = `SELECT day, terms_version, expires, count(*) AS images
  FROM image WHERE org = ? AND person = ? GROUP BY day, terms_version, expires`;
const imagesOfDay = 'SELECT * FROM image WHERE org = ? AND person = ? AND day = ? ORDER BY rowid';
// Only a person asks, about themself and now and then: there is no index for either, and the table is read.
const newestBy = newestOf('access', 'org = ? AND actor = ?');
const newestEventsOf = newestOf('security_event', 'org = ? AND person = ?');

function segmentsOf(row: Row): HeldDay {
  return {
    ...{ parameter: parameter(int(row, 'parameter')), day: day(row, 'day'), expires: day(row, 'expires') },
    ...{ termsVersion: int(row, 'terms_version') },
    ...{ segments: int(row, 'segments'), bytes: int(row, 'bytes'), images: 0 },
  };
}

function imagesOf(row: Row): HeldDay {
  return {
    ...{ parameter: 'screenshot', day: day(row, 'day'), expires: day(row, 'expires') },
    ...{ termsVersion: int(row, 'terms_version') },
    ...{ segments: 0, bytes: 0, images: int(row, 'images') },
  };
}

function together(days: readonly HeldDay[]): readonly HeldDay[] {
  const known = new Map<string, HeldDay>();
  for (const one of days) {
    const [place, terms] = [parameterIds.indexOf(one.parameter), one.termsVersion];
    const key = `${one.day} ${String(place).padStart(2, '0')} ${one.expires} ${String(terms).padStart(16, '0')}`;
    const before = known.get(key);
    if (before === undefined) known.set(key, one);
    else known.set(key, { ...before, images: before.images + one.images });
  }
  return [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

export function imageOf(row: Row): ImageHead {
  return {
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    image: id(ImageId, row, 'image'),
    day: day(row, 'day'),
    segment: id(SegmentId, row, 'segment'),
    epoch: int(row, 'epoch'),
    policyVersion: int(row, 'policy_version'),
    termsVersion: int(row, 'terms_version'),
    expires: day(row, 'expires'),
  };
}
