import process from 'node:process';
import type { OrgId } from '../shared/ids.ts';
import type { PublicKey } from '../shared/signed.ts';
import type { UnixMs } from '../shared/time.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { type RolledKeys, rollKeys } from './lifecycle/keyRolls.ts';
import { folderBusy } from './namedOrganisation.ts';
import { dropBegunRotation, endRotation, OWN, OWN_NEXT, sourceOf } from './rootKeyOf.ts';
import type { HostOptions } from './rotateOnHost.ts';
import {
  currentSource,
  makeRootKey,
  nameOfSource,
  readRootKey,
  rootKeySource,
  writeNextSource,
} from './vault/rootKeyProvider.ts';
import { rotateRoot } from './vault/rootRotation.ts';
import { VaultError } from './vault/vault.ts';

export interface KeyStatus {
  /** Where the root key is. */
  readonly rootKey: string;
  /** Null when the keys were never replaced. */
  readonly rolledAt: UnixMs | null;
  /** What certificates of endings are checked with. Null: of a folder from before, where no server has run since. */
  readonly certificateKey: PublicKey | null;
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
  return opened(options, async ({ folder, keyStore, vault, organisations }) => {
    const source = await sourceOf(folder, options.rootKey, (length) => options.random.bytes(length));
    const keys = await keyStore.orgKeys();
    const hasKey = (await keyStore.signingKey('certificate')) !== null;
    const each = (await organisations.all()).map(async ({ org, name }) => {
      const versions = keys.filter((one) => one.org === org).map(({ version }) => version);
      const dataKeys = (await keyStore.countKeys(org)) - versions.length;
      return { org, name, version: Math.max(0, ...versions), versions: versions.length, dataKeys };
    });
    return {
      rootKey: nameOfSource(source),
      rolledAt: await keyStore.mark('rolled_at'),
      certificateKey: hasKey ? (await vault.certificateKey()).publicKey : null,
      organisations: await Promise.all(each),
    };
  });
}

/** Beside a server, too: it finds that its keys are others, and takes those. */
export function rollOnHost(options: HostOptions): Promise<RolledKeys> {
  return opened(options, (foundation) => rollKeys({ ...foundation, clock: options.clock }));
}

export interface RotatedRoot {
  /** Where the root key was and is, as `--root-key` names it. */
  readonly from: string;
  readonly to: string;
  /** Null where the recovery set has the new one, or there is none. */
  readonly recoveryFailed: unknown;
}

/**
 * Puts another root key in the place of the one that all others are wrapped under; with `to` it comes from there from now on. It may end at any
 * moment: the key store opens with one of the two, and the next command finds which. Throws DaylightError `conflict` while somebody has the data open, VaultError
 * for a source that has none, or has the same one.
 */
export async function rotateRootOnHost(options: HostOptions, to: string | undefined): Promise<RotatedRoot> {
  const random = (length: number): Uint8Array => options.random.bytes(length);
  const foundation = await openFoundation({ ...options, create: false, alone: true }).catch(folderBusy(options.data));
  const rotated = await changeRoot(foundation, options.rootKey, to, random).finally(() => foundation.close());
  // It holds the root key, and everything under it: the one of before opens nothing of what is made from now on.
  const { rootKey: _was, ...now } = options;
  const { kind, ...written } = await opened(now, ({ recovery }) => recovery.write());
  return { ...rotated, recoveryFailed: kind === 'failed' && 'cause' in written ? written.cause : null };
}

async function changeRoot(
  { folder, keyStore }: Foundation,
  given: string | undefined,
  to: string | undefined,
  random: (length: number) => Uint8Array,
): Promise<Omit<RotatedRoot, 'recoveryFailed'>> {
  await dropBegunRotation(folder);
  const was = await sourceOf(folder, given, random);
  const next = to === undefined ? OWN_NEXT : rootKeySource(to, random);
  const key = await readRootKey(folder, was, process.env);
  const nextKey = await makeRootKey(folder, next, process.env, random);
  if (Buffer.compare(key, nextKey) === 0) {
    throw new VaultError(
      'unavailable',
      `${nameOfSource(next)}: this is the root key that is used already. Give another one.`,
    );
  }
  await writeNextSource(folder, next);
  await rotateRoot(keyStore, key, nextKey, random);
  await endRotation(folder, was, next);
  await keyStore.scrub();
  return { from: nameOfSource(was), to: nameOfSource((await currentSource(folder)) ?? OWN) };
}

async function opened<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}
