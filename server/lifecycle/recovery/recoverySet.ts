import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Encrypter } from 'age-encryption';
import { MINUTE, type UnixMs } from '../../../shared/time.ts';
import type { Clock } from '../../clock.ts';
import { isMissing, syncFolder, writeDurably } from '../../durable.ts';
import { dumpKeys, keyFormat } from '../../store/sqlite/keyDump.ts';
import { holdAlone } from '../../store/sqlite/solo.ts';
import type { Store } from '../../store/store.ts';
import { createTogether } from '../../together.ts';
import type { RootKey } from '../../vault/vault.ts';
import { EMPTY, headAfter, type LedgerHead } from '../ledgerEntry.ts';
import { headsBeside, lostLedger, WitnessFile, witnessFileOf } from '../ledgerWitness.ts';
import { createPatience, type Patience } from './patience.ts';
import type { RecoveryLine } from './recoveryLine.ts';
import { type RecoverySettings, readRecoverySettings, writeRecoverySettings } from './recoverySettings.ts';

/**
 * One file, encrypted to somebody who keeps the identity elsewhere, that with the newest backup rebuilds a lost machine: the root key and all
 * wrapped keys, the ledger of what was ended, and what must not go backwards of everybody's rights. It is overwritten, never appended
 * to: what was destroyed is in none that is written later.
 */
export interface RecoverySet {
  /**
   * Brings it up to what is there at the call. Whoever asks while one is being written gets the next one. It never throws: what could not
   * be written is `failed`, said in `status`, and left to whoever tries again.
   */
  write(): Promise<RecoveryWritten>;
  /** Something of what it holds has changed: `behind` says so until it was written. */
  changed(): void;
  /** Called when something has changed, synchronously; returns how to stop that. */
  onChanged(callback: () => void): () => void;
  readonly behind: boolean;
  /** Whether the file is still there as it was written; where it is not, that counts as a change. Nothing where it cannot be written anyway. */
  look(): Promise<void>;
  /** Null where none was begun. */
  status(): Promise<RecoverySettings | null>;
}

export type RecoveryWritten =
  | { readonly kind: 'written'; readonly at: UnixMs; readonly ledger: LedgerHead }
  /** Nobody has begun one here. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly cause: unknown };

export interface RecoveryDeps {
  /** The data folder. */
  readonly folder: string;
  readonly store: Pick<
    Store,
    'organisations' | 'policies' | 'policyKeys' | 'auditEdge' | 'people' | 'devices' | 'decisions'
  >;
  readonly rootKey: RootKey;
  readonly clock: Pick<Clock, 'now'>;
  /** With the disk that the set is written to. */
  readonly patience?: Patience;
}

export function createRecoverySet(given: RecoveryDeps): RecoverySet {
  const { folder } = given;
  const deps = { ...given, patience: given.patience ?? createPatience() };
  const listeners = new Set<() => void>();
  let [changes, covered] = [0, 0];
  const write = createTogether(async (asked: readonly null[]) => {
    const upTo = changes;
    const written = await writeOnce(deps);
    if (written.kind !== 'failed') covered = upTo;
    return asked.map(() => written);
  });
  const changed = (): void => {
    changes += 1;
    for (const callback of [...listeners]) callback();
  };
  return {
    write: () => write(null),
    changed,
    async look() {
      const settings = await readRecoverySettings(folder);
      const bytes = settings?.written?.bytes;
      if (settings === null || bytes === undefined || settings.failing !== null) return;
      const found = await deps.patience.within(() => stat(settings.file)).catch(() => null);
      if (found?.size !== bytes) changed();
    },
    onChanged(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    get behind() {
      return covered < changes;
    },
    status: () => readRecoverySettings(folder),
  };
}

/** Another process writes the same file: in turns, or the older one could come last. */
const TURN_MS = MINUTE;

type Deps = Required<RecoveryDeps>;

async function writeOnce(deps: Deps): Promise<RecoveryWritten> {
  const { folder, clock } = deps;
  try {
    if ((await readRecoverySettings(folder)) === null) return { kind: 'none' };
    const turn = await holdAlone(join(folder, 'recovery.lock'), TURN_MS);
    try {
      return await inTurn(deps);
    } finally {
      await turn.close();
    }
  } catch (cause) {
    const settings = await readRecoverySettings(folder).catch(() => null);
    const failing = { since: settings?.failing?.since ?? clock.now(), code: codeOf(cause) };
    if (settings !== null) await writeRecoverySettings(folder, { ...settings, failing }).catch(() => undefined);
    return { kind: 'failed', cause };
  }
}

async function inTurn(deps: Deps): Promise<RecoveryWritten> {
  const { patience } = deps;
  const settings = await readRecoverySettings(deps.folder);
  if (settings === null) return { kind: 'none' };
  const at = deps.clock.now();
  const known = await patience.within(() => headsBeside(settings));
  let ledger = EMPTY;
  const lines = async function* (): AsyncGenerator<Uint8Array> {
    for await (const line of linesOf(deps, at, known)) {
      if (line.kind === 'end') ledger = line.ledger;
      yield Buffer.from(`${JSON.stringify(line)}\n`, 'utf8');
    }
  };
  const bytes = await replaced(patience, settings.file, await encrypted(settings.recipient, lines()));
  await patience.within(() => writeWitness(settings.file, { format: 'daylight-ledger-head/1', at, ledger }));
  await writeRecoverySettings(deps.folder, { ...settings, written: { at, bytes, ledger }, failing: null });
  return { kind: 'written', at, ledger };
}

/** `known`: where the ledger had come to in the set that is to be replaced. One that does not go on from there replaces nothing. */
async function* linesOf(
  { folder, store, rootKey }: RecoveryDeps,
  at: UnixMs,
  known: readonly LedgerHead[],
): AsyncGenerator<RecoveryLine> {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  yield { kind: 'begin', format: 1, at, rootKey: text(rootKey), keyFormat };
  for await (const page of dumpKeys(join(folder, 'keys.db'))) yield { kind: 'keys', page };
  for (const { org } of await store.organisations()) {
    const policy = (await store.policies(org)).at(-1);
    const { size, peaks } = await store.auditEdge(org);
    yield {
      kind: 'organisation',
      org,
      policy: policy === undefined ? null : { version: policy.version, hash: policy.hash },
      policyKeys: (await store.policyKeys(org)).length,
      audit: { size, peaks: peaks.map(text) },
    };
    for (const { person, role, status, teams, managesTeams } of await store.people(org)) {
      yield { kind: 'person', org, person, role, status, teams: [...teams], managesTeams: [...managesTeams] };
    }
    for (const { device, status } of await store.devices(org))
      if (status === 'retired') yield { kind: 'retired', org, device };
    for (const { person, revision, at: on, decision } of await store.decisions(org)) {
      yield { kind: 'decision', org, person, revision, at: on, decision: text(decision) };
    }
  }
  // Last: whoever ends meanwhile is in the ledger before their keys go, and a set with keys of theirs says so.
  let head = EMPTY;
  const passed = new Set([head.head]);
  for (const line of await ledgerLines(folder)) {
    head = headAfter(head, line);
    passed.add(head.head);
    yield { kind: 'ledger', line };
  }
  if (!known.every((one) => passed.has(one.head))) throw lostLedger(folder, head, 'the recovery set that is there');
  yield { kind: 'end', ledger: head };
}

/** A line without its end is being written, or was torn off. On the disk before the set says that they are there, or a crash would make it untrue. */
async function ledgerLines(folder: string): Promise<readonly string[]> {
  try {
    const handle = await open(join(folder, 'ledger.ndjson'), 'r+');
    try {
      const text = await handle.readFile('utf8');
      await handle.sync();
      return text.split('\n').slice(0, -1);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

/** After the set: one of before knows less, and is true all the same. */
async function writeWitness(file: string, witness: WitnessFile): Promise<void> {
  const [folder, name] = [dirname(file), basename(witnessFileOf(file))];
  await rm(join(folder, `${name}.tmp`), { force: true });
  await writeDurably(folder, name, Buffer.from(`${JSON.stringify(WitnessFile.parse(witness))}\n`));
  await syncFolder(folder);
}

async function encrypted(recipient: string, lines: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await lines.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return chunksOf(await encrypter.encrypt(stream));
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
}

/** The whole file, or the one before. A name of one kind: what a crash has left of it is overwritten by the next one. */
async function replaced({ within }: Patience, file: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const temporary = `${file}.tmp`;
  const handle = await within(() => open(temporary, 'w', 0o600));
  try {
    const bytes = await filled({ within }, handle, chunks);
    await within(() => handle.close());
    // After every call before it was answered: one that is late puts nothing older in the place of a newer set.
    await within(() => rename(temporary, file));
    await within(() => syncFolder(dirname(file)));
    return bytes;
  } catch (cause) {
    void handle.close().catch(() => undefined); // which waits for the disk
    throw cause;
  }
}

async function filled({ within }: Patience, handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  await within(() => handle.chmod(0o600));
  let bytes = 0;
  for await (const chunk of chunks) {
    await within(() => handle.writeFile(chunk));
    bytes += chunk.length;
  }
  await within(() => handle.sync());
  return bytes;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
