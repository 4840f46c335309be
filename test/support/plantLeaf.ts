import { grown } from '../../server/audit/entry.ts';
import type { Edge } from '../../server/audit/tree.ts';
import type { Connection } from '../../server/store/sqlite/connection.ts';
import type { AuditLeaf } from '../../shared/audit/leaf.ts';
import type { OrgId } from '../../shared/ids.ts';

/** At the end of the tree, with all that belongs to it: no key is needed for that. */
export async function plantLeaf(db: Connection, org: OrgId, edge: Edge, leaf: AuditLeaf): Promise<void> {
  const { edge: after, nodes, texts } = grown(edge, [leaf]);
  const ours = Buffer.from(org.replaceAll('-', ''), 'hex');
  await db.run('INSERT INTO audit_leaf VALUES (?, ?, ?)', [ours, edge.size, texts[0] ?? '']);
  for (const { level, place, hash } of nodes.filter((node) => node.level >= 4))
    await db.run('INSERT INTO audit_node VALUES (?, ?, ?, ?)', [ours, level, place, hash]);
  const head = [after.size, Buffer.concat(after.peaks), ours];
  await db.run('UPDATE audit_head SET size = ?, peaks = ? WHERE org = ?', head);
}
