import { type AuditEntry, commitment, hashOf, rowText } from '../../server/audit/entry.ts';
import { sha256 } from '../../server/audit/sha256.ts';
import { append, noLeaves, rootOf, type TreeNode } from '../../server/audit/tree.ts';
import {
  type AccessRecord,
  type AuditedRow,
  type AuditTree,
  type CheckpointRecord,
  type LetGoRows,
  type SecurityEvent,
  StoreError,
} from '../../server/store/store.ts';
import type { AuditLeaf } from '../../shared/audit/leaf.ts';
import { canonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import { DAY } from '../../shared/time.ts';

/** The tree of the reference store: leaves in a list, and everything else made from them when it is asked for. */
export interface ReferenceAudit extends AuditTree {
  /** The number that stands for it from now on. */
  add(entry: AuditEntry, at: number, supersedes: number | null): number;
  /** Within a step. */
  begin(org: OrgId, at: number): void;
  readonly leaves: { org: string; leaf: string }[];
  readonly checkpointRecords: CheckpointRecord[];
}

export function createReferenceAudit(
  accesses: AccessRecord[],
  events: SecurityEvent[],
  step: <T>(work: () => T) => Promise<T>,
  from: Pick<ReferenceAudit, 'leaves' | 'checkpointRecords'> = { leaves: [], checkpointRecords: [] },
): ReferenceAudit {
  const leaves = [...from.leaves];
  const checkpointRecords = [...from.checkpointRecords];
  const of = (org: OrgId): readonly string[] => leaves.filter((one) => one.org === org).map(({ leaf }) => leaf);
  const saltOf = (org: OrgId, seq: number): Uint8Array => sha256(Buffer.from(`salt ${org} ${seq}`));
  const tree = (org: OrgId) => append(sha256, noLeaves, of(org).map(hashOf));
  const nodes = (org: OrgId): readonly TreeNode[] => [
    ...of(org).map((leaf, place) => ({ level: 0, place, hash: hashOf(leaf) })),
    ...tree(org).nodes,
  ];
  const put = (org: OrgId, leaf: AuditLeaf): void => void leaves.push({ org, leaf: canonical(leaf) });
  const rows = (org: OrgId): readonly AuditedRow[] =>
    [
      ...accesses.map((row) => ({ kind: 'access' as const, row, salt: saltOf(org, row.seq ?? 0) })),
      ...events.map((row) => ({ kind: 'security_event' as const, row, salt: saltOf(org, row.seq ?? 0) })),
    ].filter(({ row }) => row.org === org && row.seq !== null);

  const aged = (org: OrgId, { kind, below, except, spared }: LetGoRows): readonly AuditedRow[] =>
    rows(org).filter((one) => {
      const whose = one.kind === 'access' ? one.row.subject : one.row.person;
      const isHeld = whose !== null && except.includes(whose);
      const isSpared = spared.includes(one.row.seq ?? -1);
      return one.kind === kind && (one.row.seq ?? below) < below && !isHeld && !isSpared;
    });

  const begin = (org: OrgId, at: number): void => put(org, { kind: 'begun', seq: of(org).length, at });

  return {
    leaves,
    checkpointRecords,
    begin,
    add(entry, at, supersedes) {
      const { org } = entry.row;
      const seq = of(org).length;
      const leaf = { kind: entry.kind, seq, at, commitment: commitment(saltOf(org, seq), rowText(entry)) };
      put(org, supersedes === null ? leaf : { ...leaf, supersedes });
      return seq;
    },
    auditEdge: (org) => step(() => tree(org).edge),
    auditLeaves: (org, from, limit) => step(() => of(org).slice(from, from + limit)),
    auditNodes: (org, wanted) =>
      step(() =>
        wanted.map(({ level, place }) => {
          const node = nodes(org).find((one) => one.level === level && one.place === place);
          if (node === undefined) throw new StoreError('damaged', 'refused by the reference store');
          return node.hash;
        }),
      ),
    auditLevel: (org, level, place, limit) =>
      step(() =>
        nodes(org)
          .filter((one) => one.level === level && one.place >= place)
          .slice(0, limit),
      ),
    auditedRow: (org, seq) => step(() => rows(org).find(({ row }) => row.seq === seq) ?? null),
    auditedRows: (org, kind, from, to) =>
      step(() =>
        rows(org)
          .filter((one) => one.kind === kind && (one.row.seq ?? -1) >= from && (one.row.seq ?? to) < to)
          .toSorted((a, b) => (a.row.seq ?? 0) - (b.row.seq ?? 0)),
      ),
    auditLeafless: () => step(() => ({ count: 0, first: null })),
    takeIntoAudit: (org, _limit, at) =>
      step(() => {
        if (of(org).length === 0) begin(org, at);
        return 0;
      }),
    forgetEntries: (org, person, { at, sign }) =>
      step(() => {
        let gone = 0;
        const forget = <T extends { org: string; seq: number | null }>(
          all: T[],
          isTheirs: (one: T) => boolean,
        ): void => {
          const theirs = all.filter((one) => one.org === org && isTheirs(one));
          if (theirs.length === 0) return;
          const seqs = theirs.flatMap(({ seq }) => seq ?? []).toSorted((a, b) => a - b);
          const entries = seqs
            .filter((seq) => !seqs.includes(seq - 1))
            .map((from): [number, number] => [from, seqs.find((to) => to >= from && !seqs.includes(to + 1)) ?? from]);
          const { edge } = tree(org);
          const root = Buffer.from(rootOf(sha256, edge)).toString('hex');
          if (sign !== null)
            put(org, { kind: 'erased', seq: edge.size, at, signed: sign({ at, size: edge.size, root, entries }) });
          gone += theirs.length;
          all.splice(0, all.length, ...all.filter((one) => !theirs.includes(one)));
        };
        forget(accesses, (one) => one.subject === person);
        forget(events, (one) => one.person === person);
        return gone;
      }),
    auditAmount: (org, of) =>
      step(() => {
        const times = aged(org, of).map(({ row }) => row.at);
        if (times.length === 0) return { count: 0, oldest: null, newest: null };
        return { count: times.length, oldest: Math.min(...times), newest: Math.max(...times) };
      }),
    agedEntries: (org, of, limit) =>
      step(() =>
        aged(org, of)
          .map(({ row }) => row.seq ?? -1)
          .toSorted((a, b) => a - b)
          .slice(0, limit),
      ),
    letGoEntries: (org, kind, entries, said) =>
      step(() => {
        const all: { org: string; seq: number | null }[] = kind === 'access' ? accesses : events;
        const places = entries.map((seq) => all.findIndex((one) => one.org === org && one.seq === seq));
        if (places.includes(-1)) throw new StoreError('conflict', 'refused by the reference store');
        for (const place of places.toSorted((a, b) => b - a)) all.splice(place, 1);
        put(org, { kind: 'let_go', seq: of(org).length, ...said });
      }),
    appendDay: (org, at) => step(() => put(org, { kind: 'day', seq: of(org).length, at })),
    putCheckpoint: (given) =>
      step(() => {
        const isOurs = (one: CheckpointRecord) => one.org === given.org;
        if (!checkpointRecords.some((one) => isOurs(one) && one.size === given.size)) checkpointRecords.push(given);
        const dayOf = ({ at }: CheckpointRecord) => Math.floor(at / DAY);
        const isLast = (one: CheckpointRecord) =>
          !checkpointRecords.some((other) => isOurs(other) && dayOf(other) === dayOf(one) && other.size > one.size);
        const kept = checkpointRecords.filter((one) => !isOurs(one) || one.at >= given.at - DAY || isLast(one));
        checkpointRecords.splice(0, checkpointRecords.length, ...kept);
      }),
    checkpoints: (org) =>
      step(() => checkpointRecords.filter((one) => one.org === org).toSorted((a, b) => a.size - b.size)),
    latestCheckpoint: (org) =>
      step(() => checkpointRecords.filter((one) => one.org === org).toSorted((a, b) => b.size - a.size)[0] ?? null),
  };
}
