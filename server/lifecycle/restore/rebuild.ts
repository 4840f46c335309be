import { join } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { signErased } from '../../audit/signErased.ts';
import { noteUnsigned } from '../../audit/unsignedErasures.ts';
import type { Clock } from '../../clock.ts';
import { createChanges } from '../../control/changes.ts';
import { createConnections } from '../../control/connections.ts';
import type { OrgIdentity } from '../../control/control.ts';
import { createPolicyControl } from '../../control/policies.ts';
import { createOrganisations } from '../../control/signer.ts';
import { syncFolder, writeDurably } from '../../durable.ts';
import type { Random } from '../../random.ts';
import type { CarriedRights } from '../../store/sqlite/broughtBack.ts';
import { openSqliteStore } from '../../store/sqlite/store.ts';
import type { KeyStore } from '../../store/store.ts';
import type { Vault } from '../../vault/vault.ts';
import { type Backup, changeBackup } from '../backup/catalogue.ts';
import { FILES, folderOf, MANIFEST, readManifest } from '../backup/manifest.ts';
import { openedBackup, type Progress } from '../backup/parts.ts';
import { requireOwnPlace } from '../backup/place.ts';
import { strangersAt } from '../backup/strangers.ts';
import type { BackupTarget, TargetFile } from '../backup/target.ts';
import { endingsIn, isLetGo, ofOrganisation } from '../ended.ts';
import { firstKept } from '../keptForHold.ts';
import { openLedger } from '../ledger.ts';
import type { OpenedRecoverySet } from '../recovery/openRecoverySet.ts';
import { bringBack, type Restored } from './restore.ts';
import { PLAN, QUARANTINE } from './swap.ts';

export interface RebuildParts {
  /** The new data folder. What the recovery set has lies in its quarantine already: keys, root key and ledger. */
  readonly folder: string;
  readonly set: OpenedRecoverySet;
  readonly keyStore: KeyStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly target: BackupTarget;
}

export interface Rebuilt extends Restored {
  /** Of how many people the rights are known and nothing else: they came after the backup. */
  readonly missingPeople: number;
  /** Where everything is off until somebody publishes what is to be collected: policies were lost since the backup. */
  readonly off: readonly NamedOrganisation[];
  /** Where the key that signs policies was replaced since the backup: computers that know the new one believe the old one no more. */
  readonly lostKeys: readonly NamedOrganisation[];
}

export type NamedOrganisation = Pick<OrgIdentity, 'org' | 'name'>;

/**
 * Puts everything of a lost machine together in quarantine, and decides it; from then on it takes its place whatever happens. Throws DaylightError
 * `conflict` where recovery set and backup do not belong together or the set is the older one, and as `bringBack` does.
 */
export async function rebuild(
  parts: RebuildParts,
  known: readonly Backup[],
  record: Backup,
  tell?: (progress: Progress) => void,
): Promise<Rebuilt> {
  const { folder, set, keyStore, vault, clock, target } = parts;
  const quarantine = join(folder, QUARANTINE);
  const { restoreEpoch, database, images } = await requireFits(parts, quarantine, record);
  const carried: CarriedRights[] = [];
  const { organisations, ...restored } = await bringBack(
    {
      ...{ folder: quarantine, keyStore, vault, clock, random: parts.random, target },
      carryForward: async (back) => {
        const decisions = set.decisions.map((one) => ({ ...one, decision: Buffer.from(one.decision, 'base64') }));
        carried.push(await back.carryRights({ ...set, decisions }));
        await back.endSessions();
        return []; // what was sealed anew since is lost with the machine
      },
    },
    record,
    known,
    { ...{ quarantine, images: join(quarantine, 'blobs') }, ...(tell && { tell }) },
  );
  const gone = carried.flatMap((one) => one.gone);
  const signedSince = await keyStore.mark('erasures_signed');
  const went = await goOn(parts, quarantine, { gone, isOfBefore: signedSince === null || record.at < signedSince });
  await keyStore.raiseMark('restore_epoch', Math.max((await keyStore.mark('restore_epoch')) ?? 0, restoreEpoch) + 1);
  // What the set says of last days may be older than what was decided of them.
  await keyStore.raiseMark('rebuilt', ((await keyStore.mark('rebuilt')) ?? 0) + 1);
  // The set was written before the backup was called complete.
  const detail = {
    ...record.detail,
    bytes: database.size + images.list.size,
    images: images.count,
    missing: images.missing,
  };
  await changeBackup(keyStore, { ...record, detail }, clock.now());
  await keyStore.scrub();
  if (organisations.length > 0) await syncFolder(join(quarantine, 'blobs'));
  const plan = { backup: record.backup, at: clock.now(), rebuilt: true };
  await syncFolder(quarantine);
  await writeDurably(quarantine, PLAN, Buffer.from(JSON.stringify(plan)));
  await syncFolder(quarantine);
  return {
    ...restored,
    missingPeople: carried.reduce((sum, { missing }) => sum + missing, 0),
    off: went.off,
    lostKeys: went.lostKeys,
  };
}

/**
 * Those of which files lie here: the place may have another name on this machine. Throws DaylightError where they are of another server, or of one that
 * went on after the recovery set was written.
 */
export async function knownHere(
  { keyStore, target, vault, clock }: Pick<RebuildParts, 'keyStore' | 'target' | 'vault' | 'clock'>,
  all: readonly Backup[],
): Promise<readonly Backup[]> {
  await requireOwnPlace({ target, vault });
  const { newestUnknownBackup } = await strangersAt(target, all, clock.now());
  if (newestUnknownBackup !== null) throw older('a backup lies there that it does not know');
  const here: Backup[] = [];
  for (const one of all) {
    const looked = await Promise.all(FILES.map((file) => target.look(`${folderOf(one)}/${file}`)));
    if (looked.every((file) => !isFile(file))) continue;
    const moved = { ...one, detail: { ...one.detail, place: target.place } };
    if (one.detail.place !== target.place) await changeBackup(keyStore, moved, clock.now());
    if (isFile(looked[FILES.indexOf(MANIFEST)])) here.push(moved);
  }
  return here;
}

function isFile(found: TargetFile | null | undefined): boolean {
  return found?.isLink === false;
}

async function requireFits({ set, vault, target }: RebuildParts, quarantine: string, record: Backup) {
  const manifest = await readManifest(target, openedBackup(vault, record));
  const ended = endingsIn((await openLedger(quarantine)).entries).filter(ofOrganisation);
  const known = new Map(set.organisations.map((one) => [one.org, one]));
  for (const org of manifest.organisations) {
    if (!known.has(org) && !ended.some((one) => one.org === org))
      throw older('it does not know one of the organisations');
  }
  for (const { org, version, hash } of manifest.policies) {
    const highest = known.get(org)?.policy ?? null;
    if (highest === null) continue;
    if (version > highest.version || (version === highest.version && hash !== highest.hash))
      throw older('it does not know the last policy');
  }
  return manifest;
}

/** What takes a whole store: whoever is gone leaves no entry behind, and where policies were lost everything is off. */
async function goOn(
  { set, vault, clock, random }: RebuildParts,
  folder: string,
  { gone, isOfBefore }: { readonly gone: CarriedRights['gone']; readonly isOfBefore: boolean },
): Promise<Pick<Rebuilt, 'off' | 'lostKeys'>> {
  const store = await openSqliteStore({
    folder,
    randomBytes: (length) => random.bytes(length),
    fromStore: (bytes) => vault.fromStore(bytes),
  });
  try {
    const organisations = createOrganisations({ store, vault, clock });
    const said = (org: OrgId) => signErased(organisations, org, clock.now());
    // Recorded by a Daylight that signed no erasure: there is no note in it up to where that was so.
    if (isOfBefore) await noteUnsigned({ store, vault, clock });
    const ended = endingsIn((await openLedger(folder)).entries);
    const named = new Set(ended.map(({ person }) => person));
    const there = new Set((await store.organisations()).map(({ org }) => org));
    for (const one of ended.filter(({ org }) => there.has(org))) {
      const { org, person, kept } = one;
      // What a legal hold keeps of them may have to be sealed anew first: the engine does, and takes the rest then.
      if (person === null || !isLetGo(one)) continue;
      await store.erasePerson(org, person, await said(org), kept === null ? {} : { below: firstKept(kept) });
    }
    for (const { org, person } of gone.filter((one) => there.has(one.org) && !named.has(one.person)))
      await store.erasePerson(org, person, await said(org));
    const changes = createChanges();
    const connections = createConnections(changes);
    const control = createPolicyControl({ store, vault, organisations, connections, changes, clock });
    const [off, lostKeys]: [NamedOrganisation[], NamedOrganisation[]] = [[], []];
    for (const { org, name } of await organisations.all()) {
      const kept = set.organisations.find((one) => one.org === org);
      if (kept === undefined) continue;
      if (kept.policy !== null && (await control.goOnAbove(org, kept.policy)) !== null) off.push({ org, name });
      if (kept.policyKeys > (await store.policyKeys(org)).length) lostKeys.push({ org, name });
    }
    await store.scrub();
    return { off, lostKeys };
  } finally {
    await store.close();
  }
}

function older(because: string): DaylightError {
  return new DaylightError('conflict', `the recovery set is older than the backups: ${because}`, {
    remedy:
      'Take the newest copy of the recovery set. If there is none, move the newer files of the backups elsewhere: what was erased since the set was written comes back then.',
  });
}
