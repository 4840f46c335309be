import { DaylightError } from '../../shared/errors.ts';
import { ArrivalId, type PersonId } from '../../shared/ids.ts';
import { type ArrivalView, importLimits } from '../../shared/protocol/http/imports.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { createLanes } from '../lanes.ts';
import { type ArrivedFile, openArrivedFile } from '../lifecycle/arrivedFile.ts';
import { IMPORT_REMEDY, type Imports } from '../lifecycle/imports.ts';
import { zipSource } from '../lifecycle/zipSource.ts';
import type { Random } from '../random.ts';
import type { PersonRecord } from '../store/store.ts';
import { tooMuch } from './exports.ts';
import { asDaylightError } from './failures.ts';
import { createHourly } from './hourly.ts';

/** Each is up to 128 MiB of disk, and work that others wait for. */
const AT_ONCE = 4;
const RETRY_MS = 30 * SECOND;

type Whose = Pick<PersonRecord, 'org' | 'person'>;

/** Files that people are bringing along, one of each person: in memory, and on the disk under keys that are there alone. */
export interface Arrivals {
  of(person: PersonId): ArrivalView | null;
  /** Lets what the person was bringing before go. Throws DaylightError `too_large`, `rate_limited`, `conflict`. */
  begin(person: Whose, bytes: number): Promise<ArrivalView>;
  /** The last part begins the check. */
  part(person: Whose, arrival: ArrivalId, part: number, bytes: Uint8Array): Promise<ArrivalView>;
  /** Begins to take in what is `ready`, after `record`: where that fails nothing is taken in. */
  take(person: Whose, arrival: ArrivalId, record: () => Promise<void>): ArrivalView;
  /** Throws DaylightError `not_found`. */
  requireThere(person: PersonId, arrival: ArrivalId): void;
  drop(person: PersonId, arrival: ArrivalId): Promise<void>;
}

export interface ArrivalDeps {
  readonly folder: string;
  readonly imports: Pick<Imports, 'check' | 'take'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly closing: AbortSignal;
}

interface Arrival {
  readonly id: ArrivalId;
  readonly bytes: number;
  readonly file: ArrivedFile;
  state: ArrivalView['state'];
  until: number;
  timer: ReturnType<typeof setTimeout> | null;
}

export function createArrivals({ folder, imports, clock, random, closing }: ArrivalDeps): Arrivals {
  const known = new Map<PersonId, Arrival>();
  const opening = new Set<PersonId>();
  const begun = createHourly<PersonId>(clock);
  const lanes = createLanes<PersonId>();
  closing.addEventListener('abort', () => {
    for (const person of known.keys()) void letGo(person);
  });

  const letGo = async (person: PersonId): Promise<void> => {
    const arrival = known.get(person);
    known.delete(person);
    if (arrival?.timer !== undefined && arrival.timer !== null) clearTimeout(arrival.timer);
    await arrival?.file.close().catch(() => undefined);
  };
  const isBusy = ({ state }: Arrival): boolean => state.kind === 'checking' || state.kind === 'taking';
  const holdsFile = ({ state }: Arrival): boolean => state.kind !== 'taken' && state.kind !== 'refused';
  const step = (person: PersonId, arrival: Arrival, state: Arrival['state']): void => {
    if (arrival.timer !== null) clearTimeout(arrival.timer);
    arrival.state = state;
    const waitMs = importLimits.waitMinutes * MINUTE;
    arrival.until = clock.now() + waitMs;
    arrival.timer = isBusy(arrival) ? null : setTimeout(() => void letGo(person), waitMs).unref();
  };
  const refuse = (person: PersonId, arrival: Arrival, cause: unknown): void => {
    const { message, remedy = null } = asDaylightError(cause);
    step(person, arrival, { kind: 'refused', why: { message, remedy } });
  };
  const one = (person: PersonId, id: ArrivalId): Arrival => {
    const arrival = known.get(person);
    if (arrival?.id === id) return arrival;
    throw new DaylightError('not_found', 'this file is not there any more', { remedy: 'Choose it again.' });
  };
  /** The file is not needed any more once this is over, unless it was found right. */
  const work = async (
    person: PersonId,
    arrival: Arrival,
    kind: 'checking' | 'taking',
    task: (tell: (done: number, of: number) => void) => Promise<Arrival['state']>,
  ): Promise<void> => {
    step(person, arrival, { kind, done: 0, of: 1 });
    try {
      const state = await task((done, of) => {
        arrival.state = { kind, done, of };
      });
      step(person, arrival, state);
    } catch (cause) {
      refuse(person, arrival, cause);
    }
    if (arrival.state.kind !== 'ready') await arrival.file.close().catch(() => undefined);
  };
  const sourceOf = ({ file }: Arrival) => zipSource(file, importLimits.files, IMPORT_REMEDY);

  return {
    of(person) {
      const arrival = known.get(person);
      return arrival === undefined ? null : viewOf(arrival);
    },
    begin: ({ person }, bytes) =>
      lanes.run(person, async () => {
        if (bytes > importLimits.fileBytes) throw tooLarge();
        const before = known.get(person);
        if (before !== undefined && isBusy(before)) throw underWay();
        const recent = begun.of(person);
        const [oldest] = recent;
        if (oldest !== undefined && recent.length >= importLimits.inAnHour)
          throw tooMuch(`you began ${importLimits.inAnHour} times within an hour`, oldest + HOUR - clock.mono());
        const others = new Set([...known].flatMap(([who, one]) => (holdsFile(one) ? [who] : [])).concat(...opening));
        others.delete(person);
        if (others.size >= AT_ONCE) throw tooMuch(`${AT_ONCE} others are bringing data along now`, RETRY_MS);
        opening.add(person);
        const file = await letGo(person)
          .then(() => openArrivedFile(folder, random, importLimits.partBytes))
          .finally(() => opening.delete(person));
        begun.note(person);
        const state = { kind: 'receiving', received: 0 } as const;
        const id = ArrivalId.parse(random.uuid());
        const arrival: Arrival = { id, bytes, file, state, until: 0, timer: null };
        known.set(person, arrival);
        step(person, arrival, state);
        return viewOf(arrival);
      }),
    part: (whose, id, part, bytes) =>
      lanes.run(whose.person, async () => {
        const { person } = whose;
        const arrival = one(person, id);
        const { file } = arrival;
        const next = file.bytes / importLimits.partBytes;
        if (arrival.state.kind !== 'receiving' || part !== next) throw notNext(arrival, next);
        const expected = Math.min(importLimits.partBytes, arrival.bytes - file.bytes);
        if (bytes.length !== expected) throw notWhole(part, expected, bytes.length);
        await file.append(bytes);
        if (file.bytes < arrival.bytes) step(person, arrival, { kind: 'receiving', received: file.bytes });
        else
          void work(person, arrival, 'checking', async (tell) => {
            const contents = await imports.check(whose, await sourceOf(arrival), tell);
            return { kind: 'ready', contents };
          });
        return viewOf(arrival);
      }),
    take(whose, id, record) {
      const arrival = one(whose.person, id);
      if (arrival.state.kind !== 'ready') throw notReady();
      void work(whose.person, arrival, 'taking', async (tell) => {
        await record();
        return { kind: 'taken', import: await imports.take(whose, await sourceOf(arrival), tell) };
      });
      return viewOf(arrival);
    },
    requireThere: (person, id) => void one(person, id),
    drop: (person, id) =>
      lanes.run(person, async () => {
        if (isBusy(one(person, id))) throw underWay();
        await letGo(person);
      }),
  };
}

function viewOf({ id, bytes, until, state }: Arrival): ArrivalView {
  return { arrival: id, bytes, until, state };
}

function tooLarge(): DaylightError {
  return new DaylightError('too_large', `the file is longer than ${importLimits.fileBytes} bytes`, {
    field: 'bytes',
    remedy:
      'Of so much only a part can be brought along: erase days at the server that it is from, and download it anew.',
  });
}

function underWay(): DaylightError {
  return new DaylightError('conflict', 'your file is being read just now', {
    remedy: 'Wait until that is done; it takes a minute or so.',
  });
}

function notNext({ state }: Arrival, next: number): DaylightError {
  const expected = state.kind === 'receiving' ? `part ${next} is the next one` : 'the file is whole already';
  return new DaylightError('conflict', `part: ${expected}`, {
    field: 'part',
    remedy: 'Send the parts in order, each once.',
  });
}

function notWhole(part: number, expected: number, got: number): DaylightError {
  return new DaylightError('bad_request', `part ${part}: expected ${expected} bytes, got ${got}`, { field: 'body' });
}

function notReady(): DaylightError {
  return new DaylightError('conflict', 'this file was not checked, or is not right', {
    remedy: 'Wait until its state is ready; what is refused cannot be taken in.',
  });
}
