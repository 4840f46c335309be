import { z } from 'zod';
import { OrgId, PersonId } from '../../../shared/ids.ts';
import type { Digest } from '../../../shared/signed.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Access, TokenKind, TokenRecord, WebSession } from '../store.ts';
import { bytes, digest, digestBytes, id, idBytes, int, word } from './columns.ts';
import type { Row } from './connection.ts';
import type { Database } from './database.ts';
import { changePerson } from './people.ts';
import { insertRows } from './rows.ts';
import type { Transaction } from './writer.ts';

export function accessIn({ writer, read }: Database, fromStore: Vault['fromStore']): Access {
  const sessionOf = (row: Row): WebSession => ({
    id: digest(row, 'id'),
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    createdAt: int(row, 'created_at'),
    lastSeenAt: int(row, 'last_seen_at'),
    expiresAt: int(row, 'expires_at'),
    secondFactor: word(SecondFactor, row, 'second_factor'),
    client: fromStore(bytes(row, 'client')),
    clientHash: digest(row, 'client_hash'),
  });

  return {
    async createToken(token, earlier = 'keep') {
      const values = [
        idBytes(token.org),
        digestBytes(token.tokenHash),
        token.kind,
        idBytes(token.person),
        token.expiresAt,
      ];
      const whose = [idBytes(token.org), idBytes(token.person), token.kind];
      return writer.unit(async (tx) => {
        if (earlier === 'revoke') await tx.run('DELETE FROM token WHERE org = ? AND person = ? AND kind = ?', whose);
        if (typeof earlier === 'object') {
          const open = await tx.all(selectTokensOfPerson, [...whose, earlier.at]);
          if (open.length >= earlier.many) return false;
        }
        await insertRows(tx, 'token', tokenColumns, [values]);
        return true;
      });
    },
    async peekToken(kind, tokenHash, now) {
      const row = await read.first(selectValidToken, [digestBytes(tokenHash), kind, now]);
      return row === null ? null : tokenOf(row);
    },
    redeemToken(kind, tokenHash, now, change) {
      return writer.unit(async (tx) => {
        const token = await validToken(tx, kind, tokenHash, now);
        const person = token === null ? null : await changePerson(tx, fromStore, token, change);
        if (token !== null && person !== null) await useUpToken(tx, token);
        return person;
      });
    },
    async tokens(org, kind, now) {
      return (await read.all(selectTokensOfOrg, [idBytes(org), kind, now])).map(tokenOf);
    },
    revokeTokens(org, person, kind, which) {
      const whose = [idBytes(org), idBytes(person), kind];
      const ofPerson = 'DELETE FROM token WHERE org = ? AND person = ? AND kind = ?';
      if (which === 'all') return writer.unit((tx) => tx.run(ofPerson, whose));
      const only = digestBytes(which.only);
      return writer.unit((tx) => tx.run(`${ofPerson} AND token_hash = ?`, [...whose, only]));
    },
    async createSession(session, most) {
      const values = [
        idBytes(session.org),
        idBytes(session.person),
        digestBytes(session.id),
        session.createdAt,
        session.lastSeenAt,
        session.expiresAt,
        session.secondFactor,
        session.client,
        digestBytes(session.clientHash),
      ];
      const whose = [idBytes(session.org), idBytes(session.person)];
      await writer.unit(async (tx) => {
        await tx.run(endOver, [...whose, session.createdAt]);
        await tx.run(endAllButNewest, [...whose, ...whose, most - 1]);
        await insertRows(tx, 'web_session', sessionColumns, [values]);
      });
    },
    async session(id, now) {
      const row = await read.first('SELECT * FROM web_session WHERE id = ? AND expires_at > ?', [digestBytes(id), now]);
      return row === null ? null : sessionOf(row);
    },
    async sessionsOf(org, person, now) {
      const values = [idBytes(org), idBytes(person), now];
      return (await read.all(sessionsOfPerson, values)).map(sessionOf);
    },
    async touchSession(id, lastSeenAt, change) {
      const key = digestBytes(id);
      await writer.unit(async (tx) => {
        await tx.run('UPDATE web_session SET last_seen_at = ? WHERE id = ?', [lastSeenAt, key]);
        if (change === undefined) return;
        await tx.run('UPDATE web_session SET second_factor = ? WHERE id = ?', [change.secondFactor, key]);
      });
    },
    dropEndedSessions: (now, idleSince) => writer.unit((tx) => tx.run(dropEnded, [now, idleSince])),
    endSessions(org, person, which) {
      const owner = [idBytes(org), idBytes(person)];
      const ofPerson = 'DELETE FROM web_session WHERE org = ? AND person = ?';
      if ('only' in which) {
        const only = digestBytes(which.only);
        return writer.unit((tx) => tx.run(`${ofPerson} AND id = ?`, [...owner, only]));
      }
      if (which.except === null) return writer.unit((tx) => tx.run(ofPerson, owner));
      const except = digestBytes(which.except);
      return writer.unit((tx) => tx.run(`${ofPerson} AND id <> ?`, [...owner, except]));
    },
  };
}

/** Within a unit. Null when unknown, used or expired. */
export async function validToken(
  tx: Transaction,
  kind: TokenKind,
  tokenHash: Digest,
  now: UnixMs,
): Promise<TokenRecord | null> {
  const [row] = await tx.all(selectValidToken, [digestBytes(tokenHash), kind, now]);
  return row === undefined ? null : tokenOf(row);
}

/** Within a unit. */
export async function useUpToken(tx: Transaction, { org, tokenHash }: TokenRecord): Promise<void> {
  await tx.run('DELETE FROM token WHERE org = ? AND token_hash = ?', [idBytes(org), digestBytes(tokenHash)]);
}

const TokenKindWord = z.enum(['invitation', 'sign_in_link', 'enrolment']);
const SecondFactor = z.enum(['totp', 'recovery_code', 'host_link', 'rescue_link']).nullable();

const tokenColumns = ['org', 'token_hash', 'kind', 'person', 'expires_at'];
const selectValidToken = 'SELECT * FROM token WHERE token_hash = ? AND kind = ? AND expires_at > ?';
const selectTokensOfOrg = 'SELECT * FROM token WHERE org = ? AND kind = ? AND expires_at > ? ORDER BY rowid';
const selectTokensOfPerson =
  'SELECT token_hash FROM token WHERE org = ? AND person = ? AND kind = ? AND expires_at > ?';
const sessionColumns = [
  'org',
  'person',
  'id',
  'created_at',
  'last_seen_at',
  'expires_at',
  'second_factor',
  'client',
  'client_hash',
];
const endOver = 'DELETE FROM web_session WHERE org = ? AND person = ? AND expires_at <= ?';
const dropEnded = 'DELETE FROM web_session WHERE expires_at <= ? OR last_seen_at <= ?';
const endAllButNewest = `DELETE FROM web_session WHERE org = ? AND person = ? AND id NOT IN
  (SELECT id FROM web_session WHERE org = ? AND person = ? ORDER BY last_seen_at DESC, rowid DESC LIMIT ?)`;
const sessionsOfPerson = 'SELECT * FROM web_session WHERE org = ? AND person = ? AND expires_at > ? ORDER BY rowid';

function tokenOf(row: Row): TokenRecord {
  return {
    tokenHash: digest(row, 'token_hash'),
    kind: word(TokenKindWord, row, 'kind'),
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    expiresAt: int(row, 'expires_at'),
  };
}
