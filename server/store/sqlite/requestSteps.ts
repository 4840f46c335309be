import { OrgId, PersonId, RequestId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { type RequestStepRecord, type RequestSteps, StoreError } from '../store.ts';
import { bytes, id, idBytes, int } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export function requestStepsIn({ writer, read }: Database, fromStore: Vault['fromStore']): RequestSteps {
  const stepOf = (row: Row): RequestStepRecord => ({
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    request: id(RequestId, row, 'request'),
    step: int(row, 'step'),
    at: int(row, 'at'),
    sealed: fromStore(bytes(row, 'sealed')),
  });

  return {
    async putRequestStep({ org, person, request, step, at, sealed }) {
      const which = [idBytes(org), idBytes(person), idBytes(request)];
      await writer.unit(async (tx) => {
        const [row] = await tx.all(
          'SELECT coalesce(max(step), 0) + 1 AS next FROM rights_request WHERE org = ? AND person = ? AND request = ?',
          which,
        );
        const next = row === undefined ? 1 : int(row, 'next');
        if (step !== next) throw new StoreError('conflict', `step: expected ${next}, got ${step}`);
        await insertRows(tx, 'rights_request', columns, [[...which, step, at, sealed]]);
      });
    },
    async requestSteps(org, person) {
      const [of, values] =
        person === undefined ? ['', [idBytes(org)]] : ['AND person = ?', [idBytes(org), idBytes(person)]];
      const sql = `SELECT * FROM rights_request WHERE org = ? ${of} ORDER BY person, request, step`;
      return (await read.all(sql, values)).map(stepOf);
    },
  };
}

const columns = ['org', 'person', 'request', 'step', 'at', 'sealed'];
