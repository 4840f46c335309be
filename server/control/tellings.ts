import type { DeviceId } from '../../shared/ids.ts';
import type { AcknowledgementRecord, DeviceRecord, Store } from '../store/store.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { createBounded } from './bounded.ts';
import { type Acknowledged, type PublishedTerms, type Told, tellerOf } from './told.ts';

/** What was acknowledged on devices, and what their people have therefore been told of there. */
export interface Tellings {
  /** Remembered until something is acknowledged on the device, or another policy published, or many others were asked about. */
  on(device: Owner, terms: Terms): Promise<Telling>;
  /** The same for many devices of one organisation: those that are not remembered are read together. */
  onEach<D extends Owner>(devices: readonly D[], terms: Terms): Promise<readonly (readonly [D, Telling])[]>;
  /** Call when something was acknowledged on the device. */
  forget(device: DeviceId): void;
}

export interface Telling {
  readonly acknowledged: readonly Acknowledged[];
  readonly told: Told;
}

type Owner = Pick<DeviceRecord, 'org' | 'person' | 'device'>;

interface Terms {
  /** Every version, oldest first. The same object means the same versions. */
  readonly published: readonly PublishedTerms[];
}

export function createTellings(
  store: Store,
  { isGenuine }: Pick<Acknowledgements, 'isGenuine'>,
  most: number,
): Tellings {
  const acknowledgedOn = createBounded<DeviceId, readonly Acknowledged[]>(most);
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

  function tellingOf(acknowledged: readonly Acknowledged[], { published }: Terms): Telling {
    const before = known.get(acknowledged);
    if (before?.published === published) return before;
    const teller = tellers.get(published) ?? tellerOf(published);
    tellers.set(published, teller);
    const telling = { acknowledged, told: teller(acknowledged), published };
    known.set(acknowledged, telling);
    return telling;
  }

  return {
    async on(device, terms) {
      return tellingOf(await acknowledgedOn.get(device.device, () => read(device)), terms);
    },
    async onEach(devices, terms) {
      let together: ReturnType<typeof readTogether> | null = null;
      const load = async (device: Owner) => {
        if (devices.length === 1) return read(device);
        together ??= readTogether(device, devices);
        const { device: id, person } = device;
        return genuine(((await together).get(id) ?? []).filter((one) => one.person === person));
      };
      const pairs = devices.map(async (device) => {
        const acknowledged = await acknowledgedOn.get(device.device, () => load(device));
        return [device, tellingOf(acknowledged, terms)] as const;
      });
      return Promise.all(pairs);
    },
    forget: (device) => acknowledgedOn.forget(device),
  };
}
