import type { OrgId, PersonId } from '../../../shared/ids.ts';
import { idBytes } from './columns.ts';
import { storeSchema } from './schema.ts';
import { rowsOf, storePaths, type TablePaths } from './subjectPaths.ts';
import type { Transaction, Writer } from './writer.ts';

/**
 * Who asked for the person, or the organisation, before their account was closed may still write when it is: what they bring for somebody who is gone is taken
 * and not kept, from the closing on for as long as the process runs. In memory, and of the connection that writes alone: it is no part of the file.
 */
export async function watchClosedAccounts(writer: Writer): Promise<void> {
  await writer.unit(async (tx) => {
    const ofPeople = Object.entries(storePaths).flatMap(triggerOn);
    for (const sql of [...tables, ...ofPeople, ...storeSchema.tables.map(organisationTriggerOn)]) await tx.run(sql, []);
  });
}

/** Within a unit. */
export async function noteClosed(tx: Transaction, org: OrgId, person: PersonId): Promise<void> {
  const whose = [idBytes(org), idBytes(person)];
  await tx.run('INSERT OR IGNORE INTO temp.closed_person VALUES (?, ?)', whose);
  await tx.run(
    'INSERT OR IGNORE INTO temp.closed_device SELECT org, device FROM main.device WHERE org = ? AND person = ?',
    whose,
  );
}

/** Within a unit. */
export async function noteOrganisationClosed(tx: Transaction, org: OrgId): Promise<void> {
  await tx.run('INSERT OR IGNORE INTO temp.closed_organisation VALUES (?)', [idBytes(org)]);
}

/** Within a unit. For the tables whose rows each have a leaf in the audit tree, which would say something that is not there. */
export async function isClosed(tx: Transaction, org: OrgId, person: PersonId | null): Promise<boolean> {
  const ours = idBytes(org);
  if ((await tx.all('SELECT 1 FROM temp.closed_organisation WHERE org = ?', [ours])).length > 0) return true;
  if (person === null) return false;
  const whose = [ours, idBytes(person)];
  return (await tx.all('SELECT 1 FROM temp.closed_person WHERE org = ? AND person = ?', whose)).length > 0;
}

/** Each row has a leaf in the audit tree. */
export const audited: ReadonlySet<string> = new Set(['access', 'security_event']);

const tables = [
  'CREATE TEMP TABLE IF NOT EXISTS closed_organisation (org BLOB PRIMARY KEY) WITHOUT ROWID',
  'CREATE TEMP TABLE IF NOT EXISTS closed_person (org BLOB, person BLOB, PRIMARY KEY (org, person)) WITHOUT ROWID',
  'CREATE TEMP TABLE IF NOT EXISTS closed_device (org BLOB, device BLOB, PRIMARY KEY (org, device)) WITHOUT ROWID',
];

function triggerOn([table, paths]: readonly [string, TablePaths]): readonly string[] {
  const { of } = paths.path;
  if (rowsOf(paths) === null || of === 'nobody' || audited.has(table)) return [];
  const [closed, column] = of === 'device' ? ['closed_device', 'device'] : ['closed_person', 'person'];
  return [
    `CREATE TEMP TRIGGER IF NOT EXISTS closed_${table} BEFORE INSERT ON main.${table}
      WHEN EXISTS (SELECT 1 FROM ${closed} WHERE org = NEW.org AND ${column} = NEW.${of})
      BEGIN SELECT RAISE(IGNORE); END`,
  ];
}

/** Every table has the organisation's id in each of its rows. */
function organisationTriggerOn(table: string): string {
  return `CREATE TEMP TRIGGER IF NOT EXISTS of_closed_${table} BEFORE INSERT ON main.${table}
    WHEN EXISTS (SELECT 1 FROM closed_organisation WHERE org = NEW.org)
    BEGIN SELECT RAISE(IGNORE); END`;
}
