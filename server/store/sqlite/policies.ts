import { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import {
  type AcknowledgementRecord,
  type Policies,
  type PolicyKeyRecord,
  type PolicyRecord,
  StoreError,
} from '../store.ts';
import { bytes, digest, digestBytes, id, idBytes, idOrNull, int, signed, signedValues, text } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function policiesIn({ writer, read }: Database, fromStore: Vault['fromStore']): Policies {
  const policyOf = (row: Row): PolicyRecord => ({
    org: id(OrgId, row, 'org'),
    version: int(row, 'version'),
    hash: digest(row, 'hash'),
    signed: signed(row),
    publishedAt: int(row, 'published_at'),
    author: idOrNull(PersonId, row, 'author'),
    reason: fromStore(bytes(row, 'reason')),
  });

  const acknowledgementOf = (row: Row): AcknowledgementRecord => ({
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    device: id(DeviceId, row, 'device'),
    noticeVersion: int(row, 'notice_version'),
    terms: int(row, 'terms'),
    at: int(row, 'at'),
    acknowledgement: fromStore(bytes(row, 'sealed')),
  });

  return {
    async publishPolicy(policy) {
      const org = idBytes(policy.org);
      const values = [
        org,
        policy.version,
        digestBytes(policy.hash),
        ...signedValues(policy.signed),
        policy.publishedAt,
        policy.author === null ? null : idBytes(policy.author),
        policy.reason,
      ];
      await writer.unit(async (tx) => {
        const [row] = await tx.all('SELECT coalesce(max(version), 0) + 1 AS next FROM policy WHERE org = ?', [org]);
        const next = row === undefined ? 1 : int(row, 'next');
        if (policy.version !== next) {
          throw new StoreError('conflict', `policy version: expected ${next}, got ${policy.version}`);
        }
        await insertRows(tx, 'policy', policyColumns, [values]);
      });
    },
    async policies(org) {
      return (await read.all('SELECT * FROM policy WHERE org = ? ORDER BY version', [idBytes(org)])).map(policyOf);
    },
    async rotatePolicyKey({ org, sequence, statement, at, author }, policyVersion, profile) {
      const { payload, previous, next, server } = statement;
      const ours = idBytes(org);
      const by = author === null ? null : idBytes(author);
      await writer.unit(async (tx) => {
        const [row] = await tx.all(nextKey, [ours]);
        const due = row === undefined ? 1 : int(row, 'next');
        if (sequence !== due) throw new StoreError('conflict', `policy key: expected number ${due}, got ${sequence}`);
        const version = row === undefined ? 0 : int(row, 'version');
        if (policyVersion !== version) throw new StoreError('conflict', `policy version: ${version} is in force`);
        const values = [ours, sequence, payload, previous, next, server, at, by];
        await insertRows(tx, 'policy_key', keyColumns, [values]);
        await tx.run('UPDATE organisation SET profile = ? WHERE org = ?', [profile, ours]);
      });
      await writer.checkpoint();
    },
    async policyKeys(org) {
      const sql = 'SELECT * FROM policy_key WHERE org = ? ORDER BY sequence';
      return (await read.all(sql, [idBytes(org)])).map(policyKeyOf);
    },
    putAcknowledgement: (acknowledgement) => writer.unit((tx) => putAcknowledgement(tx, acknowledgement)),
    async acknowledgements(org, person) {
      const sql = 'SELECT * FROM acknowledgement WHERE org = ? AND person = ? ORDER BY rowid';
      return (await read.all(sql, [idBytes(org), idBytes(person)])).map(acknowledgementOf);
    },
    async acknowledgementsIn(org) {
      const sql = 'SELECT * FROM acknowledgement WHERE org = ? ORDER BY rowid';
      return (await read.all(sql, [idBytes(org)])).map(acknowledgementOf);
    },
  };
}

function policyKeyOf(row: Row): PolicyKeyRecord {
  return {
    org: id(OrgId, row, 'org'),
    sequence: int(row, 'sequence'),
    statement: {
      payload: text(row, 'payload'),
      previous: text(row, 'previous'),
      next: text(row, 'next'),
      server: text(row, 'server'),
    },
    at: int(row, 'at'),
    author: idOrNull(PersonId, row, 'author'),
  };
}

/** Within a unit. */
export function putAcknowledgement(tx: Transaction, acknowledgement: AcknowledgementRecord): Promise<void> {
  const values = [
    idBytes(acknowledgement.org),
    idBytes(acknowledgement.person),
    idBytes(acknowledgement.device),
    acknowledgement.noticeVersion,
    acknowledgement.terms,
    acknowledgement.at,
    acknowledgement.acknowledgement,
  ];
  return insertRows(tx, 'acknowledgement', acknowledgementColumns, [values], 'ON CONFLICT DO NOTHING');
}

const policyColumns = ['org', 'version', 'hash', 'payload', 'key_id', 'signature', 'published_at', 'author', 'reason'];
const keyColumns = ['org', 'sequence', 'payload', 'previous', 'next', 'server', 'at', 'author'];
const nextKey = `SELECT (SELECT coalesce(max(sequence), 0) + 1 FROM policy_key WHERE org = ?1) AS next,
  (SELECT coalesce(max(version), 0) FROM policy WHERE org = ?1) AS version`;
const acknowledgementColumns = ['org', 'person', 'device', 'notice_version', 'terms', 'at', 'sealed'];
