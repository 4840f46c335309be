import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import type { AcknowledgementRecord, DeviceRecord, PersonalDecision, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { createBounded } from './bounded.ts';
import { openDecision } from './decision.ts';
import type { Reader } from './reaction.ts';
import { NOTHING_DECIDED, type Standing, standingOf } from './standing.ts';
import { type Acknowledged, type PublishedTerms, type Told, tellerOf } from './told.ts';

/** What was acknowledged on devices, what their people have therefore been told of there, and what they decided themselves. */
export interface Tellings {
  /** Remembered until something is acknowledged on the device, or another policy published, or many others were asked about. */
  on(device: Owner, terms: Terms): Promise<Telling>;
  /** The same for many devices of one organisation: those that are not remembered are read together. */
  onEach<D extends Owner>(devices: readonly D[], terms: Terms): Promise<readonly (readonly [D, Telling])[]>;
  /** What the person acknowledged last on any of their devices: of the newest notice, by the newest of their terms. Null: nothing. */
  lastRead(of: Pick<Owner, 'org' | 'person'>): Promise<Acknowledged | null>;
  /** What the person decided; remembered until they decide again. */
  standing(of: Pick<Owner, 'org' | 'person'>): Promise<Standing>;
  /** Call when something was acknowledged on a device of the person, or one was enrolled. */
  forget(person: PersonId): void;
  /** Call when the person decided something, with what holds for them then, where that is known to be in the store. */
  forgetPerson(person: PersonId, then?: Standing): void;
}

export interface Telling {
  readonly acknowledged: readonly Acknowledged[];
  readonly told: Told;
  readonly standing: Standing;
}

type Owner = Pick<DeviceRecord, 'org' | 'person' | 'device'>;

interface Terms {
  /** Every version, oldest first. The same object means the same versions. */
  readonly published: readonly PublishedTerms[];
}

export interface TellingsDeps {
  readonly store: Pick<Store, 'acknowledgements' | 'acknowledgementsIn' | 'decisions' | 'devices'>;
  readonly vault: Vault;
  readonly acknowledgements: Pick<Acknowledgements, 'isGenuine'>;
  /** So many devices, and so many people, are remembered. */
  readonly most: number;
}

export function createTellings({ store, vault, acknowledgements, most }: TellingsDeps): Tellings {
  const { isGenuine } = acknowledgements;
  const histories = createBounded<PersonId, History>(most);
  const standings = createBounded<PersonId, Standing>(most);
  const known = new WeakMap<readonly Acknowledged[], Telling & Terms>();
  const tellers = new WeakMap<Terms['published'], ReturnType<typeof tellerOf>>();

  const history = ({ org, person }: Pick<Owner, 'org' | 'person'>): Promise<History> =>
    histories.get(person, async () =>
      historyFrom(await store.acknowledgements(org, person), await store.devices(org, [person])),
    );

  /** Of one person, or everybody's in the organisation, which is read once for all of them. */
  function historiesFor(devices: readonly Owner[]): (owner: Owner) => Promise<History> {
    const [first] = devices;
    if (first === undefined || devices.every(({ person }) => person === first.person)) return history;
    let together: ReturnType<typeof readTogether> | null = null;
    return ({ person }) =>
      histories.get(person, async () => {
        together ??= readTogether(first.org);
        const { acknowledged, enrolled } = await together;
        return historyFrom(acknowledged.get(person) ?? [], enrolled.get(person) ?? []);
      });
  }

  async function readTogether(org: OrgId) {
    const [acknowledged, enrolled] = await Promise.all([store.acknowledgementsIn(org), store.devices(org)]);
    return { acknowledged: byPerson(acknowledged), enrolled: byPerson(enrolled) };
  }

  async function historyFrom(
    records: readonly AcknowledgementRecord[],
    devices: readonly Pick<DeviceRecord, 'enrolledAt'>[],
  ): Promise<History> {
    const since = Math.min(...devices.map(({ enrolledAt }) => enrolledAt));
    const kept = await genuine(records);
    const read = kept.map(({ noticeVersion, terms, at }) => ({ noticeVersion, terms, at }));
    const on = new Map<DeviceId, Acknowledged[]>();
    kept.forEach(({ device }, place) => {
      const one = read[place];
      if (one !== undefined) on.set(device, [...(on.get(device) ?? []), one]);
    });
    return { since, read, on };
  }

  async function genuine(records: readonly AcknowledgementRecord[]): Promise<readonly AcknowledgementRecord[]> {
    const kept = await Promise.all(records.map(async (record) => ((await isGenuine(record)) ? [record] : [])));
    return kept.flat();
  }

  async function standingFrom(records: readonly PersonalDecision[]): Promise<Standing> {
    if (records.length === 0) return NOTHING_DECIDED;
    return standingOf(await Promise.all(records.map((record) => openDecision(vault, record))));
  }

  const standing = ({ org, person }: Pick<Owner, 'org' | 'person'>): Promise<Standing> =>
    standings.get(person, async () => standingFrom(await store.decisions(org, person)));

  /** Of one person, or everybody's in the organisation, which is read once for all of them. */
  function standingsFor(devices: readonly Owner[]): (owner: Owner) => Promise<Standing> {
    const [first] = devices;
    if (first === undefined || devices.every(({ person }) => person === first.person)) return standing;
    let together: Promise<ReadonlyMap<PersonId, readonly PersonalDecision[]>> | null = null;
    return ({ person }) =>
      standings.get(person, async () => {
        together ??= store.decisions(first.org).then(byPerson);
        return standingFrom((await together).get(person) ?? []);
      });
  }

  function tellingOf({ device }: Owner, history: History, { published }: Terms, standing: Standing): Telling {
    // Only what was acknowledged on this very device lifts anything on it: another one may be anybody's.
    const acknowledged = history.on.get(device) ?? nothing(history, device);
    const before = known.get(acknowledged);
    if (before?.published === published && before.standing === standing) return before;
    const teller = tellers.get(published) ?? tellerOf(published);
    tellers.set(published, teller);
    const told = teller(acknowledged, standing.leavings, history, standing.agreements);
    const telling = { acknowledged, told, standing, published };
    known.set(acknowledged, telling);
    return telling;
  }

  return {
    on: async (device, terms) => tellingOf(device, await history(device), terms, await standing(device)),
    async onEach(devices, terms) {
      const [historyFor, standingFor] = [historiesFor(devices), standingsFor(devices)];
      const pairs = devices.map(async (device) => {
        const [history, standing] = await Promise.all([historyFor(device), standingFor(device)]);
        return [device, tellingOf(device, history, terms, standing)] as const;
      });
      return Promise.all(pairs);
    },
    async lastRead(of) {
      const { read } = await history(of);
      const newest = read.toSorted((a, b) => a.noticeVersion - b.noticeVersion || a.terms - b.terms || a.at - b.at);
      return newest.at(-1) ?? null;
    },
    standing,
    forget: (person) => histories.forget(person),
    forgetPerson(person, then) {
      standings.forget(person);
      if (then !== undefined) void standings.get(person, async () => then);
    },
  };
}

/** What a person acknowledged on their devices, together and on each. */
interface History extends Reader {
  readonly on: Map<DeviceId, readonly Acknowledged[]>;
}

/** The same empty list each time, by which what follows from it is remembered. */
function nothing({ on }: History, device: DeviceId): readonly Acknowledged[] {
  const none: readonly Acknowledged[] = [];
  on.set(device, none);
  return none;
}

function byPerson<T extends { readonly person: PersonId }>(all: readonly T[]): ReadonlyMap<PersonId, readonly T[]> {
  const each = new Map<PersonId, T[]>();
  for (const one of all) {
    const ofPerson = each.get(one.person);
    if (ofPerson === undefined) each.set(one.person, [one]);
    else ofPerson.push(one);
  }
  return each;
}
