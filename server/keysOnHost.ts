import type { OrgId } from '../shared/ids.ts';
import type { UnixMs } from '../shared/time.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { type RolledKeys, rollKeys } from './lifecycle/keyRolls.ts';
import type { HostOptions } from './rotateOnHost.ts';

export interface KeyStatus {
  /** Null when the keys were never replaced. */
  readonly rolledAt: UnixMs | null;
  readonly organisations: readonly {
    readonly org: OrgId;
    readonly name: string;
    /** Of the key in force. */
    readonly version: number;
    /** How many there are: more than one while they are being replaced. */
    readonly versions: number;
    readonly dataKeys: number;
  }[];
}

/** Changes nothing, and works beside a server. */
export function keyStatus(options: HostOptions): Promise<KeyStatus> {
  return opened(options, async ({ keyStore, organisations }) => {
    const keys = await keyStore.orgKeys();
    const each = (await organisations.all()).map(async ({ org, name }) => {
      const versions = keys.filter((one) => one.org === org).map(({ version }) => version);
      const dataKeys = (await keyStore.countKeys(org)) - versions.length;
      return { org, name, version: Math.max(0, ...versions), versions: versions.length, dataKeys };
    });
    return { rolledAt: await keyStore.mark('rolled_at'), organisations: await Promise.all(each) };
  });
}

/** Beside a server, too: it finds that its keys are others, and takes those. */
export function rollOnHost(options: HostOptions): Promise<RolledKeys> {
  return opened(options, (foundation) => rollKeys({ ...foundation, clock: options.clock }));
}

async function opened<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}
