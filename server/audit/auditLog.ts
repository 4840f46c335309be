import type { Checkpoint, EntryProof, RestoreEpoch } from '../../shared/audit/checkpoint.ts';
import type { LeafNumber } from '../../shared/audit/leaf.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { type Digest, Signed } from '../../shared/signed.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { putSetting, readSetting } from '../control/settings.ts';
import type { Organisations } from '../control/signer.ts';
import { createLanes } from '../lanes.ts';
import type { AuditedRow, CheckpointRecord, KeyStore, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { rowText } from './entry.ts';
import { sha256 } from './sha256.ts';
import { consistencySpans, inclusionSpans, joined, nodesOf, rootOf, type Span } from './tree.ts';

/** What the server says of the audit trees of its organisations, and proves. */
export interface AuditLog {
  /** Of the tree as it is now, never older than a day, or with `recent` perhaps as it was a minute ago. Durable when it resolves: nobody is shown one that is not kept. */
  checkpoint(org: OrgId, age?: 'now' | 'recent'): Promise<CheckpointRecord>;
  /** The last restore from a backup, which agents demand beside a checkpoint of another epoch than they kept; null where there was none. */
  restored(org: OrgId): Promise<Signed | null>;
  /** Throws DaylightError `bad_request` when there are no such trees. */
  consistency(org: OrgId, from: number, to: number): Promise<readonly Digest[]>;
  /** Null when no row stands behind that leaf. */
  entry(org: OrgId, seq: LeafNumber): Promise<AuditedRow | null>;
  prove(org: OrgId, seq: LeafNumber, entry: AuditedRow): Promise<EntryProof>;
}

export interface AuditDeps {
  readonly store: Store;
  readonly keyStore: Pick<KeyStore, 'mark'>;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly clock: Clock;
}

const RESTORED = 'restored';

export function createAuditLog({ store, keyStore, vault, organisations, clock }: AuditDeps): AuditLog {
  const lanes = createLanes<OrgId>();
  const epochNow = async (): Promise<number> => (await keyStore.mark('restore_epoch')) ?? 0;

  async function saidRestored(org: OrgId, epoch: number): Promise<Signed> {
    const before = await readSetting(store, vault, { org, name: RESTORED }, Signed);
    if (before?.value && epochOf(before.value) === epoch) return before.value;
    const at = clock.now();
    // Before anything is recorded on top of what came back: an agent whose checkpoint is no larger has it proved as ever.
    const edge = await store.auditEdge(org);
    const policyVersion = (await store.policies(org)).at(-1)?.version ?? 0;
    const root = hex(rootOf(sha256, edge));
    const said: RestoreEpoch = { schema: 1, org, epoch, policyVersion, size: edge.size, root, at };
    const signed = (await organisations.signer(org)).signAsServer('daylight/restore/v1', said);
    const event = { kind: 'data_restored', person: null, detail: 'the data was restored from a backup' } as const;
    const place = { org, name: RESTORED, revision: (before?.revision ?? 0) + 1, at };
    // Together: what was said once is not said again, and its event would be lost by a crash between the two.
    await putSetting(store, vault, place, signed, { org, at, ...event });
    return signed;
  }

  return {
    async restored(org) {
      const epoch = await epochNow();
      // One for all agents, and each checkpoint of the epoch has it behind it.
      return epoch === 0 ? null : lanes.run(org, () => saidRestored(org, epoch));
    },
    async checkpoint(org, age = 'now') {
      const epoch = await epochNow();
      const last = await store.latestCheckpoint(org);
      const known = last !== null && epochOf(last.signed) === epoch ? last : null;
      const now = clock.now();
      if (known !== null && age === 'recent' && now >= known.at && now - known.at < MINUTE) return known;
      if (known === null) await this.restored(org);
      let edge = await store.auditEdge(org);
      if (known !== null && known.size === edge.size) {
        if (now - known.at < DAY) return known;
        // So that there is one of each day, and each says the time of another tree.
        await store.appendDay(org, now);
        edge = await store.auditEdge(org);
      }
      const root = hex(rootOf(sha256, edge));
      const checkpoint: Checkpoint = { schema: 1, org, epoch, size: edge.size, root, at: now };
      const signed = (await organisations.signer(org)).signAsServer('daylight/checkpoint/v1', checkpoint);
      const record = { org, size: edge.size, at: now, signed };
      await store.putCheckpoint(record);
      return record;
    },
    async consistency(org, from, to) {
      const { size } = await store.auditEdge(org);
      if (from > to || to > size) {
        throw new DaylightError('bad_request', `from, to: expected two sizes of the tree, which has ${size} entries`, {
          field: from > to ? 'from' : 'to',
          remedy: 'Ask for the latest checkpoint first.',
        });
      }
      return (await hashesOf(org, consistencySpans(from, to))).map(hex);
    },
    entry: (org, seq) => store.auditedRow(org, seq),
    async prove(org, seq, entry) {
      const { size, signed: checkpoint } = await this.checkpoint(org);
      const [leaf] = await store.auditLeaves(org, seq, 1);
      if (leaf === undefined) throw new Error('a row without a leaf');
      const path = (await hashesOf(org, inclusionSpans(seq, size))).map(hex);
      const { serverKey } = (await organisations.signer(org)).identity;
      return { schema: 1, row: rowText(entry), salt: hex(entry.salt), leaf, path, checkpoint, serverKey };
    },
  };

  async function hashesOf(org: OrgId, spans: readonly Span[]): Promise<readonly Uint8Array[]> {
    const nodes = spans.map(nodesOf);
    const hashes = await store.auditNodes(org, nodes.flat());
    let at = 0;
    return nodes.map((those) => joined(sha256, hashes.slice(at, (at += those.length))));
  }
}

function epochOf({ payload }: Signed): number {
  return (JSON.parse(payload) as Checkpoint | RestoreEpoch).epoch;
}

function hex(hash: Uint8Array): Digest {
  return Buffer.from(hash).toString('hex');
}
