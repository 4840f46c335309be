import { OrgId, PersonId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { type PersonalDecision, type PersonalTerms, StoreError } from '../store.ts';
import { bytes, id, idBytes, int } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function personalTermsIn({ writer, read }: Database, fromStore: Vault['fromStore']): PersonalTerms {
  const decisionOf = (row: Row): PersonalDecision => ({
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    revision: int(row, 'revision'),
    at: int(row, 'at'),
    decision: fromStore(bytes(row, 'sealed')),
  });

  return {
    async putDecision({ org, person, revision, at, decision }) {
      const whose = [idBytes(org), idBytes(person)];
      await writer.unit(async (tx) => {
        const [row] = await tx.all(`SELECT coalesce(max(revision), 0) + 1 AS next ${OF_PERSON}`, whose);
        const next = row === undefined ? 1 : int(row, 'next');
        if (revision !== next) throw new StoreError('conflict', `revision: expected ${next}, got ${revision}`);
        await insertRows(tx, 'personal_decision', columns, [[...whose, revision, at, decision]]);
      });
    },
    async decisions(org, person) {
      const rows =
        person === undefined
          ? await read.all('SELECT * FROM personal_decision WHERE org = ? ORDER BY person, revision', [idBytes(org)])
          : await read.all(`SELECT * ${OF_PERSON} ORDER BY revision`, [idBytes(org), idBytes(person)]);
      return rows.map(decisionOf);
    },
  };
}

const OF_PERSON = 'FROM personal_decision WHERE org = ? AND person = ?';
const columns = ['org', 'person', 'revision', 'at', 'sealed'];
