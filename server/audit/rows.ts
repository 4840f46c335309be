import { EntryKind } from '../../shared/audit/leaf.ts';
import type { OrgId } from '../../shared/ids.ts';
import { type AuditedRow, type AuditTree, StoreError } from '../store/store.ts';

/** Of each number. A row that cannot be read at all is looked for one by one. */
export async function rowsWithin(
  tree: Pick<AuditTree, 'auditedRows' | 'auditedRow'>,
  org: OrgId,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, AuditedRow | 'unreadable'>> {
  try {
    const rows = [];
    for (const kind of EntryKind.options) rows.push(...(await tree.auditedRows(org, kind, from, to)));
    return new Map(rows.map((row) => [row.row.seq ?? -1, row]));
  } catch (error) {
    if (!isDamage(error)) throw error;
    const rows = new Map<number, AuditedRow | 'unreadable'>();
    for (let seq = from; seq < to; seq += 1) {
      const row = await tree.auditedRow(org, seq).catch((cause: unknown) => {
        if (isDamage(cause)) return 'unreadable' as const;
        throw cause;
      });
      if (row !== null) rows.set(seq, row);
    }
    return rows;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'damaged';
}
