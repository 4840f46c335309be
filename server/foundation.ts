import { chmod, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DaylightError } from '../shared/errors.ts';
import { type AuditLog, createAuditLog } from './audit/auditLog.ts';
import { takeEarlierEntries } from './audit/takeIn.ts';
import { noteUnsignedOnce } from './audit/unsignedErasures.ts';
import type { Clock } from './clock.ts';
import { createChanges } from './control/changes.ts';
import { createConnections } from './control/connections.ts';
import type { Connections, PolicyControl } from './control/control.ts';
import { createErased, type Erased } from './control/erased.ts';
import { createNotices, type Notices } from './control/notices.ts';
import { createPolicyControl } from './control/policies.ts';
import { createRightsRequests, type RightsRequests } from './control/requests.ts';
import { createOrganisations, type Organisations } from './control/signer.ts';
import { lookAtClock } from './lifecycle/clockBrake.ts';
import { endingsIn, isClearing, isLetGo, ofOrganisation } from './lifecycle/ended.ts';
import { type Ledger, openLedger } from './lifecycle/ledger.ts';
import { requireWitnessed, witnessesOf } from './lifecycle/ledgerWitness.ts';
import { createPatience } from './lifecycle/recovery/patience.ts';
import { createRecoverySet, type RecoverySet } from './lifecycle/recovery/recoverySet.ts';
import { watched } from './lifecycle/recovery/watched.ts';
import { planIn, underWay } from './lifecycle/restore/swap.ts';
import type { Random } from './random.ts';
import { newRootKey, rootKeyOfFolder } from './rootKeyOf.ts';
import type { Migration } from './store/sqlite/format.ts';
import { openSqliteKeyStore } from './store/sqlite/keyStore.ts';
import { openSqliteStore } from './store/sqlite/store.ts';
import { type KeyStore, type Store, StoreError } from './store/store.ts';
import { countFailedOpens, type FailedOpens } from './vault/failedOpens.ts';
import { createVault, type RootKey, type Vault, VaultError } from './vault/vault.ts';

/** What the server and the commands of the host both stand on: keys, store, vault, organisations, policies. */
export interface Foundation {
  readonly folder: string;
  readonly store: Store;
  readonly keyStore: KeyStore;
  readonly vault: Vault;
  readonly failedOpens: FailedOpens;
  readonly organisations: Organisations;
  readonly connections: Connections;
  readonly control: PolicyControl;
  readonly requests: RightsRequests;
  readonly erased: Erased;
  readonly notices: Notices;
  readonly auditLog: AuditLog;
  /** What a Daylight without an audit tree had recorded, and was taken into it now. */
  readonly takenIntoAudit: number;
  readonly recovery: RecoverySet;
  /** The only one in this process that may be appended to. */
  readonly ledger: Ledger;
  close(): Promise<void>;
}

export interface FoundationOptions {
  readonly data: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the folder and the root key when there is nothing yet; never beside an existing store. */
  readonly create: boolean;
  /**
   * For cancelling, and going on with it: nobody else has the data open meanwhile (StoreError `busy` when somebody has), and an
   * organisation of which only a part is left is no obstacle, as it is to everybody else.
   */
  readonly ending?: true;
  /** Nobody else has the data open meanwhile: StoreError `busy` when somebody has. */
  readonly alone?: true;
  /** Where the root key is, as `--root-key` says it; else as the folder does. */
  readonly rootKey?: string | undefined;
  /** Told of each file that was of an earlier format; whoever runs the server wants to know, as there is no way back. */
  readonly migrated?: ((migration: Migration) => void) | undefined;
}

/** Several processes may have one open: `init` and `sign-in-link` work beside a running server. */
export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const { data, clock, random, migrated, ending = false, alone = ending } = options;
  const folder = resolve(data);
  if ((await planIn(folder)) !== null) throw underWay(folder);
  const made = await openFolder(folder, options);
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const held: { changed: () => void } = { changed: () => undefined };
    const openedKeys = await openSqliteKeyStore({ file: join(folder, 'keys.db'), migrated });
    const keyStore = watched(openedKeys, ofKeys, () => held.changed());
    opened.push(keyStore);
    await requireBoth(folder, keyStore);
    const patience = createPatience();
    const witnesses = await witnessesOf(folder, keyStore, patience);
    const ledger = await openLedger(folder);
    requireWitnessed(folder, ledger, witnesses);
    const bytes = (length: number) => random.bytes(length);
    const rootKey = made ?? (await rootKeyOfFolder(folder, options.rootKey, keyStore, bytes));
    const { vault, failedOpens } = countFailedOpens(
      await createVault({
        keyStore,
        rootKey,
        random: (length) => random.bytes(length),
        // An older copy of the key store, put back, must not open what has ended since.
        ended: endingsIn(ledger.entries).filter(isLetGo),
        mono: () => clock.mono(),
      }),
    );
    opened.push(vault);
    const openedStore = await openSqliteStore({
      folder,
      randomBytes: (length) => random.bytes(length),
      fromStore: (bytes) => vault.fromStore(bytes),
      migrated,
      alone,
    });
    const store = watched(openedStore, ofRights, () => held.changed());
    opened.push(store);
    const recovery = createRecoverySet({ folder, store, rootKey, clock, patience });
    held.changed = () => recovery.changed();
    // What a command has changed is in it before the command is done.
    opened.push({
      async close() {
        if (recovery.behind) await recovery.write();
      },
    });
    if (!ending) {
      requireEnded(folder, ledger);
      await requireOwnKeys(folder, keyStore, store);
    }
    const takenIntoAudit = ending ? 0 : await takeEarlierEntries({ store, keyStore, clock });
    if (!ending) await noteUnsignedOnce({ store, keyStore, vault, clock });
    const organisations = createOrganisations({ store, vault, clock });
    const changes = createChanges();
    const connections = createConnections(changes);
    const control = createPolicyControl({ store, vault, organisations, connections, changes, clock });
    const requests = createRightsRequests({ store, vault, connections, clock, random });
    const trust = async () => ((await lookAtClock(keyStore, clock.now())).state === 'free' ? 'trusted' : 'doubted');
    const erased = createErased({ store, vault, clock, trust });
    const notices = createNotices({ store, vault, organisations, clock });
    const auditLog = createAuditLog({ store, keyStore, vault, organisations, clock });
    const parts = { folder, store, keyStore, vault, organisations, connections, control, requests, erased };
    return { ...parts, failedOpens, notices, auditLog, takenIntoAudit, recovery, ledger, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

// What changes something that a recovery set holds.
const ofKeys = [
  'putOrgKey',
  'destroyDataKeys',
  'destroyKeys',
  'destroyOrgKeysBelow',
  'putSigningKey',
  'putBackup',
  'destroyBackupKey',
] as const;
const ofRights = [
  ...['createOrganisation', 'publishPolicy', 'rotatePolicyKey', 'putDecision'],
  ...['createPerson', 'changePerson', 'redeemToken', 'changeDevice', 'closeAccount', 'closeOrganisation'],
] as const;

/** The folder, private. Of a new one the root key; a missing key beside a store is never replaced: it would lock the data up. */
async function openFolder(
  folder: string,
  { random, create, rootKey }: Pick<FoundationOptions, 'random' | 'create' | 'rootKey'>,
): Promise<RootKey | null> {
  const hasKeyStore = await exists(join(folder, 'keys.db'));
  const isNew = !hasKeyStore && !(await exists(join(folder, 'root.key')));
  if (isNew && !create) {
    throw new DaylightError('not_found', `${folder}: there is no Daylight data here`, {
      remedy: 'Run `daylight-server init` first, or give the right folder with --data.',
    });
  }
  if (!hasKeyStore && (await exists(join(folder, 'daylight.db')))) {
    throw new VaultError(
      'unavailable',
      `${join(folder, 'keys.db')}: the key store is missing. Put it back, or restore it from the recovery set; without it nothing can be read.`,
    );
  }
  if (create) await makeFolder(folder);
  if (isNew) await refuseForeign(folder);
  await requirePrivateLink(join(folder, 'blobs'));
  if (process.platform !== 'win32') await chmod(folder, 0o700);
  return isNew ? newRootKey(folder, rootKey, (length) => random.bytes(length)) : null;
}

/**
 * Keys and data live and die together: an empty database beside keys that are in use would be taken for a new server, and
 * every agent that it answers would be told that it is unknown.
 */
async function requireBoth(folder: string, keyStore: KeyStore): Promise<void> {
  const database = join(folder, 'daylight.db');
  const { length: keys } = await keyStore.orgKeys();
  const isEmpty = (await sizeOf(database)) === 0;
  if (isEmpty && keys > 0) {
    throw new StoreError('damaged', `${database}: the database is missing or empty. Put it back, or restore a backup`);
  }
  if (!isEmpty && keys === 0 && (await keyStore.rootCheck()) === null) throw foreignKeys(folder);
}

/** Before anything is read: the sentence of a record that does not open would say that its key was destroyed. */
async function requireOwnKeys(folder: string, keyStore: KeyStore, store: Store): Promise<void> {
  const organisations = await store.organisations();
  const keys = new Set((await keyStore.orgKeys()).map(({ org }) => org));
  if (organisations.length > 0 && !organisations.some(({ org }) => keys.has(org))) throw foreignKeys(folder);
}

/** What is half gone would be taken for damage, or come to life again. */
function requireEnded(folder: string, { entries }: Ledger): void {
  // An account that is being ended is no obstacle: nothing of it is shown, and the server goes on with it while it serves.
  if (!endingsIn(entries).some((one) => ofOrganisation(one) && isClearing(one))) return;
  throw new DaylightError('conflict', `${folder}: an organisation is being cancelled here, and that is not finished`, {
    remedy: 'Start the server, which finishes it first, or run `daylight-server cancel` without a name.',
  });
}

function foreignKeys(folder: string): VaultError {
  return new VaultError(
    'unavailable',
    `${join(folder, 'keys.db')}: this key store is empty or belongs to other data. Put the one back that was made with this folder, or restore it from the recovery set.`,
  );
}

/** 0 when there is none. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The folder becomes the server's alone: what others have in it would be lost to them. */
async function refuseForeign(folder: string): Promise<void> {
  const foreign = (await readdir(folder)).find((name) => !OURS.test(name));
  if (foreign === undefined) return;
  throw new DaylightError('conflict', `${folder}: something is here that Daylight did not make (${foreign})`, {
    field: 'data',
    remedy: 'Name an empty folder, or one that does not exist, with --data.',
  });
}

/** What an `init` that was killed may have left, and what a disk of its own has. */
const OURS = /^(root\.key|root\.json|keys\.db|daylight\.db|ledger\.ndjson|certificates|blobs|lost\+found)/;

/** Images may lie on another disk; but opening them makes their folder the server's alone, which others may be using. */
async function requirePrivateLink(path: string): Promise<void> {
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  if (!isLink) return;
  const folder = await stat(path).catch((cause: unknown) => {
    throw new DaylightError('unavailable', `${path}: this link leads nowhere`, {
      field: 'data',
      remedy: 'See that the disk with the images is mounted, or lead the link to where they are.',
      cause,
    });
  });
  if ((folder.mode & 0o077) === 0 || process.platform === 'win32') return;
  throw new DaylightError('forbidden', `${path}: this link leads to a folder that others can read or change`, {
    field: 'data',
    remedy: `If nobody else uses that folder, run: chmod 700 '${await realpath(path)}'.`,
  });
}

/** Level by level: where nothing can be made, as under /proc, Node's own way tries for ever. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    const parent = dirname(folder);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || parent === folder || (await exists(parent))) {
      throw new DaylightError('bad_request', `${folder}: no folder can be made there (${String(code)})`, {
        field: 'data',
        remedy: 'Give a folder on a local disk that this account may write to, with --data.',
        cause,
      });
    }
    await makeFolder(parent);
    await makeFolder(folder);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
