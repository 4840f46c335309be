import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import type { AcknowledgementRecord, DeviceRecord, PersonalDecision, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { createBounded } from './bounded.ts';
import { openDecision } from './decision.ts';
import { NOTHING_DECIDED, type Standing, standingOf } from './standing.ts';
import { type Acknowledged, type PublishedTerms, type Told, tellerOf } from './told.ts';

/** What was acknowledged on devices, what their people have therefore been told of there, and what they decided themselves. */
export interface Tellings {
  /** Remembered until something is acknowledged on the device, or another policy published, or many others were asked about. */
  on(device: Owner, terms: Terms): Promise<Telling>;
  /** The same for many devices of one organisation: those that are not remembered are read together. */
  onEach<D extends Owner>(devices: readonly D[], terms: Terms): Promise<readonly (readonly [D, Telling])[]>;
  /** What the person decided; remembered until they decide again. */
  standing(of: Pick<Owner, 'org' | 'person'>): Promise<Standing>;
  /** Call when something was acknowledged on the device. */
  forget(device: DeviceId): void;
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
  readonly store: Pick<Store, 'acknowledgements' | 'acknowledgementsIn' | 'decisions'>;
  readonly vault: Vault;
  readonly acknowledgements: Pick<Acknowledgements, 'isGenuine'>;
  /** So many devices, and so many people, are remembered. */
  readonly most: number;
}

export function createTellings({ store, vault, acknowledgements, most }: TellingsDeps): Tellings {
  const { isGenuine } = acknowledgements;
  const acknowledgedOn = createBounded<DeviceId, readonly Acknowledged[]>(most);
  const standings = createBounded<PersonId, Standing>(most);
  const known = new WeakMap<readonly Acknowledged[], Telling & Terms>();
  const tellers = new WeakMap<Terms['published'], ReturnType<typeof tellerOf>>();

  /** Only what was acknowledged on this very device counts for it: another one may be anybody's. */
  async function read({ org, person, device }: Owner): Promise<readonly Acknowledged[]> {
    return genuine((await store.acknowledgements(org, person)).filter((one) => one.device === device));
  }

  /** Of one person where all of the devices are theirs, or of everyone in the organisation. */
  async function readTogether(
    { org, person }: Owner,
    devices: readonly Owner[],
  ): Promise<ReadonlyMap<DeviceId, readonly AcknowledgementRecord[]>> {
    const byDevice = new Map<DeviceId, AcknowledgementRecord[]>();
    const isOfOne = devices.every((device) => device.person === person);
    for (const one of await (isOfOne ? store.acknowledgements(org, person) : store.acknowledgementsIn(org))) {
      const ofDevice = byDevice.get(one.device);
      if (ofDevice === undefined) byDevice.set(one.device, [one]);
      else ofDevice.push(one);
    }
    return byDevice;
  }

  async function genuine(records: readonly AcknowledgementRecord[]): Promise<readonly Acknowledged[]> {
    const kept = await Promise.all(records.map(async (record) => ((await isGenuine(record)) ? [record] : [])));
    return kept.flat().map(({ noticeVersion, at }) => ({ noticeVersion, at }));
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
        together ??= decidedIn(first.org);
        return standingFrom((await together).get(person) ?? []);
      });
  }

  async function decidedIn(org: OrgId): Promise<ReadonlyMap<PersonId, readonly PersonalDecision[]>> {
    const byPerson = new Map<PersonId, PersonalDecision[]>();
    for (const one of await store.decisions(org)) {
      const ofPerson = byPerson.get(one.person);
      if (ofPerson === undefined) byPerson.set(one.person, [one]);
      else ofPerson.push(one);
    }
    return byPerson;
  }

  function tellingOf(acknowledged: readonly Acknowledged[], { published }: Terms, standing: Standing): Telling {
    const before = known.get(acknowledged);
    if (before?.published === published && before.standing === standing) return before;
    const teller = tellers.get(published) ?? tellerOf(published);
    tellers.set(published, teller);
    const telling = { acknowledged, told: teller(acknowledged), standing, published };
    known.set(acknowledged, telling);
    return telling;
  }

  return {
    async on(device, terms) {
      const acknowledged = await acknowledgedOn.get(device.device, () => read(device));
      return tellingOf(acknowledged, terms, await standing(device));
    },
    async onEach(devices, terms) {
      let together: ReturnType<typeof readTogether> | null = null;
      const load = async (device: Owner) => {
        if (devices.length === 1) return read(device);
        together ??= readTogether(device, devices);
        const { device: id, person } = device;
        return genuine(((await together).get(id) ?? []).filter((one) => one.person === person));
      };
      const standingFor = standingsFor(devices);
      const pairs = devices.map(async (device) => {
        const acknowledged = await acknowledgedOn.get(device.device, () => load(device));
        return [device, tellingOf(acknowledged, terms, await standingFor(device))] as const;
      });
      return Promise.all(pairs);
    },
    standing,
    forget: (device) => acknowledgedOn.forget(device),
    forgetPerson(person, then) {
      standings.forget(person);
      if (then !== undefined) void standings.get(person, async () => then);
    },
  };
}
