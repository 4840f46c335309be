import { z } from 'zod';
import { OrgId, PersonId, TeamId } from '../../../shared/ids.ts';
import { Role } from '../../../shared/roles.ts';
import type { Vault } from '../../vault/vault.ts';
import type { OrgRecord, People, PersonChange, PersonRecord, TeamRecord } from '../store.ts';
import { beginTree } from './auditEntries.ts';
import { bytes, digest, digestBytes, flag, id, idBytes, idList, idListBytes, int, word } from './columns.ts';
import type { Row, Value } from './connection.ts';
import type { Database } from './database.ts';
import { insertRows, selectByKeys } from './rows.ts';
import type { Transaction } from './writer.ts';

export function peopleIn({ writer, read }: Database, fromStore: Vault['fromStore']): People {
  const orgOf = (row: Row): OrgRecord => ({
    org: id(OrgId, row, 'org'),
    createdAt: int(row, 'created_at'),
    profile: fromStore(bytes(row, 'profile')),
  });
  const teamOf = (row: Row): TeamRecord => ({
    org: id(OrgId, row, 'org'),
    team: id(TeamId, row, 'team'),
    name: fromStore(bytes(row, 'name')),
  });
  const personOf = (row: Row) => personFrom(row, fromStore);

  return {
    async createOrganisation(org) {
      const values = [idBytes(org.org), org.createdAt, org.profile];
      await writer.unit(async (tx) => {
        await tx.run('INSERT INTO organisation (org, created_at, profile) VALUES (?, ?, ?)', values);
        await beginTree(tx, org.org, org.createdAt);
      });
    },
    async organisations() {
      return (await read.all('SELECT * FROM organisation ORDER BY rowid')).map(orgOf);
    },
    async createPerson(person) {
      await writer.unit((tx) => insertRows(tx, 'person', personColumns, [personValues(person)]));
    },
    async person(org, person) {
      const row = await read.first(onePerson, [idBytes(org), idBytes(person)]);
      return row === null ? null : personOf(row);
    },
    async personByEmail(emailHash) {
      const row = await read.first('SELECT * FROM person WHERE email_hash = ?', [digestBytes(emailHash)]);
      return row === null ? null : personOf(row);
    },
    async people(org, which) {
      if (which === undefined) {
        return (await read.all('SELECT * FROM person WHERE org = ? ORDER BY rowid', [idBytes(org)])).map(personOf);
      }
      const keys = which.map((person) => [idBytes(org), idBytes(person)]);
      const rows = await selectByKeys(read, 'SELECT rowid AS place, * FROM person', ['org', 'person'], keys);
      return rows.toSorted((a, b) => int(a, 'place') - int(b, 'place')).map(personOf);
    },
    changePerson: (org, person, change) => writer.unit((tx) => changePerson(tx, fromStore, { org, person }, change)),
    async createTeam(team) {
      const values = [idBytes(team.org), idBytes(team.team), team.name];
      await writer.unit((tx) => tx.run('INSERT INTO team (org, team, name) VALUES (?, ?, ?)', values));
    },
    changeTeam(org, team, change) {
      const key = [idBytes(org), idBytes(team)];
      return writer.unit(async (tx) => {
        const [row] = await tx.all('SELECT * FROM team WHERE org = ? AND team = ?', key);
        if (row === undefined) return null;
        await tx.run('UPDATE team SET name = ? WHERE org = ? AND team = ?', [change.name, ...key]);
        return { ...teamOf(row), ...change };
      });
    },
    async teams(org) {
      return (await read.all('SELECT * FROM team WHERE org = ? ORDER BY rowid', [idBytes(org)])).map(teamOf);
    },
  };
}

/** Within a unit. Returns the record after the change; null when there is no such person. */
export async function changePerson(
  tx: Transaction,
  fromStore: Vault['fromStore'],
  { org, person }: Pick<PersonRecord, 'org' | 'person'>,
  change: PersonChange,
): Promise<PersonRecord | null> {
  const key = [idBytes(org), idBytes(person)];
  const [row] = await tx.all(onePerson, key);
  if (row === undefined) return null;
  const changed = { ...personFrom(row, fromStore), ...change };
  await tx.run(updatePerson, [...personValues(changed), ...key]);
  return changed;
}

function personFrom(row: Row, fromStore: Vault['fromStore']): PersonRecord {
  return {
    org: id(OrgId, row, 'org'),
    person: id(PersonId, row, 'person'),
    role: word(Role, row, 'role'),
    status: word(Status, row, 'status'),
    createdAt: int(row, 'created_at'),
    emailHash: digest(row, 'email_hash'),
    hasSecondFactor: flag(row, 'has_second_factor'),
    teams: idList(TeamId, row, 'teams'),
    managesTeams: idList(TeamId, row, 'manages_teams'),
    profile: fromStore(bytes(row, 'profile')),
    credentials: fromStore(bytes(row, 'credentials')),
  };
}

const Status = z.enum(['invited', 'active']);

const personColumns = [
  'org',
  'person',
  'role',
  'status',
  'created_at',
  'email_hash',
  'has_second_factor',
  'teams',
  'manages_teams',
  'profile',
  'credentials',
];
const onePerson = 'SELECT * FROM person WHERE org = ? AND person = ?';
const updatePerson = `UPDATE person SET ${personColumns.map((name) => `${name} = ?`).join(', ')}
  WHERE org = ? AND person = ?`;

function personValues(person: PersonRecord): Value[] {
  return [
    idBytes(person.org),
    idBytes(person.person),
    person.role,
    person.status,
    person.createdAt,
    digestBytes(person.emailHash),
    person.hasSecondFactor ? 1 : 0,
    idListBytes(person.teams),
    idListBytes(person.managesTeams),
    person.profile,
    person.credentials,
  ];
}
