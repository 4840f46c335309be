import type { ParameterId } from '../../../shared/catalog.ts';
import { type DeviceId, OrgId, PersonId, TeamId } from '../../../shared/ids.ts';
import type { Day } from '../../../shared/time.ts';
import { FIRST_OF_ERASURE } from '../../vault/epochs.ts';
import type { PersonalDecision, PersonRecord } from '../store.ts';
import { audited } from './closedAccounts.ts';
import { dayNumber, id, idBytes, idListBytes, parameterCode, text } from './columns.ts';
import { type Connection, connect, type Row } from './connection.ts';
import { storeError } from './failure.ts';
import { otherKeyCodes } from './keyStore.ts';
import { storeSchema } from './schema.ts';
import { settings } from './settings.ts';
import type { NamedImage } from './wholeCopy.ts';

/** What was recorded comes from the backup. Everything else must not go backwards: who has which rights, what was decided, told, signed and looked at. */
const RECORDED = ['segment', 'image', 'imported', 'imported_piece'];

/**
 * Work on the copy of a backup that nobody has open, and is not the data yet. Each step can be repeated. Everything fails with `StoreError`.
 */
export interface BroughtBack {
  /**
   * Puts what must not go backwards from the store in `file`, which is of the same format, in the place of what the backup had of it; and what was
   * sealed anew there since, as what the backup has of it opens no more. Returns the images that came along.
   */
  carryForward(file: string): Promise<readonly NamedImage[]>;
  /**
   * The same where there is no such store any more: what is known of everybody's rights takes the place of what the backup had of them. Returns who was in
   * the backup and has no rights now, and how many have rights and were not in it.
   */
  carryRights(rights: KeptRights): Promise<CarriedRights>;
  /** Everyone signs in anew, and no link or code from before the backup counts. */
  endSessions(): Promise<void>;
  /**
   * Deletes all that names this person, or this organisation where there is none. `below`: segments and images of this epoch and later ones stay. So do the
   * rows of a person that have a leaf in the audit tree: those go by `erasePerson` of the whole store alone, which records that they went.
   */
  forget(org: OrgId, person: PersonId | null, below?: number): Promise<void>;
  /** Deletes what was recorded under keys that are not in the key store in `keys` any more: it was erased, or its time was over. */
  dropUnreadable(keys: string): Promise<number>;
  /** Deletes what is past its day, but what is held. */
  dropExpired(today: Day, held: readonly HeldDays[]): Promise<number>;
  /** Which of these images are still named, as `organisation/file`. */
  namedImages(images: readonly NamedImage[]): Promise<ReadonlySet<string>>;
  /** Deletes the rows of images of which there is no file anywhere. */
  dropImages(images: readonly NamedImage[]): Promise<void>;
  close(): Promise<void>;
}

/** Days of one parameter of one person, both included. */
export interface HeldDays {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly parameter: ParameterId;
  readonly from: Day;
  readonly to: Day;
}

export interface KeptRights {
  readonly people: readonly Pick<PersonRecord, 'org' | 'person' | 'role' | 'teams' | 'managesTeams'>[];
  readonly retired: readonly { readonly org: OrgId; readonly device: DeviceId }[];
  readonly decisions: readonly (Omit<PersonalDecision, 'decision'> & { readonly decision: Uint8Array })[];
}

export interface CarriedRights {
  readonly gone: readonly { readonly org: OrgId; readonly person: PersonId }[];
  readonly missing: number;
}

export async function openBroughtBack(file: string): Promise<BroughtBack> {
  const connection = await connect(file);
  try {
    await connection.script(`PRAGMA busy_timeout = 5000; ${settings}`);
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw storeError(error);
  }
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeError(error);
    }
  };
  return {
    carryForward: (from) => told(() => attached(connection, from, carryAll)),
    carryRights: (rights) => told(() => inOne(connection, () => carryRights(connection, rights))),
    endSessions: () => told(() => connection.script('DELETE FROM web_session; DELETE FROM token;')),
    forget: (org, person, below) => told(() => forget(connection, org, person, below)),
    dropUnreadable: (keys) => told(() => attached(connection, keys, dropUnreadable)),
    dropExpired: (today, held) => told(() => inOne(connection, () => dropExpired(connection, today, held))),
    namedImages: (images) =>
      told(async () => {
        const named = new Set<string>();
        for (const { org, file } of images) {
          const rows = await connection.all('SELECT 1 FROM image WHERE org = ? AND file = ?', [idBytes(org), file]);
          if (rows.length > 0) named.add(`${org}/${file}`);
        }
        return named;
      }),
    dropImages: (images) =>
      told(async () => {
        for (const one of images)
          await connection.run('DELETE FROM image WHERE org = ? AND file = ?', [idBytes(one.org), one.file]);
      }),
    close: async () => {
      await connection.all('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
      await connection.close();
    },
  };
}

async function attached<T>(
  connection: Connection,
  file: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  await connection.run('ATTACH ? AS other', [file]);
  try {
    return await inOne(connection, () => work(connection));
  } finally {
    await connection.script('DETACH other').catch(() => undefined);
  }
}

async function inOne<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN IMMEDIATE');
  try {
    const done = await work();
    await connection.run('COMMIT');
    return done;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function carryAll(connection: Connection): Promise<readonly NamedImage[]> {
  for (const table of storeSchema.tables.filter((one) => !RECORDED.includes(one))) {
    await connection.run(`DELETE FROM main.${table}`);
    await connection.run(`INSERT INTO main.${table} SELECT * FROM other.${table}`);
  }
  // Whoever is not there any more has ended since: of them there is what a legal hold keeps, if anything, as it was sealed anew then.
  for (const table of RECORDED) {
    const ended = 'NOT EXISTS (SELECT 1 FROM other.person AS p WHERE p.org = t.org AND p.person = t.person)';
    await connection.run(`DELETE FROM main.${table} AS t WHERE ${ended}`);
    await connection.run(`INSERT INTO main.${table} SELECT * FROM other.${table} AS t WHERE ${ended}`);
  }
  const kept =
    'SELECT org, file FROM other.image AS t WHERE NOT EXISTS (SELECT 1 FROM other.person AS p WHERE p.org = t.org AND p.person = t.person)';
  const images = [...(await connection.all(kept)), ...(await carrySealedAnew(connection))];
  return images.map((row) => ({ org: id(OrgId, row, 'org'), file: text(row, 'file') }));
}

/**
 * Of a week of which a part was erased since, what stays was sealed anew, and the key of before is gone: all of that week is taken from where it
 * opens. Weeks are those of the epochs of keys.
 */
async function carrySealedAnew(connection: Connection): Promise<readonly Row[]> {
  const epochs = (store: string): string =>
    `SELECT org, person, parameter, epoch FROM ${store}.segment WHERE epoch >= ${FIRST_OF_ERASURE}`;
  await connection.script(`DROP TABLE IF EXISTS temp.anew; CREATE TEMP TABLE anew AS
    SELECT DISTINCT org, person, parameter, epoch % ${FIRST_OF_ERASURE} AS week FROM (${epochs('other')} EXCEPT ${epochs('main')})`);
  const segments = `(org, person, parameter, epoch % ${FIRST_OF_ERASURE}) IN (SELECT org, person, parameter, week FROM temp.anew)`;
  const images = `(org, person, epoch % ${FIRST_OF_ERASURE}) IN (SELECT org, person, week FROM temp.anew WHERE parameter = ${SCREENSHOT})`;
  for (const [table, those] of [
    ['segment', segments],
    ['image', images],
  ] as const) {
    await connection.run(`DELETE FROM main.${table} WHERE ${those}`);
    await connection.run(`INSERT INTO main.${table} SELECT * FROM other.${table} WHERE ${those}`);
  }
  return connection.all(`SELECT org, file FROM other.image WHERE ${images}`);
}

async function carryRights(connection: Connection, { people, retired, decisions }: KeptRights): Promise<CarriedRights> {
  const there = await connection.all('SELECT org, person FROM person');
  const known = new Set(people.map(({ org, person }) => `${org}/${person}`));
  const all = there.map((row) => ({ org: id(OrgId, row, 'org'), person: id(PersonId, row, 'person') }));
  const names = new Set(all.map(({ org, person }) => `${org}/${person}`));
  const teams = new Set((await connection.all('SELECT team FROM team')).map((row) => id(TeamId, row, 'team')));
  for (const { org, person, ...one } of people) {
    const [own, managed] = [one.teams, one.managesTeams].map((ids) =>
      idListBytes(ids.filter((each) => teams.has(each))),
    );
    await connection.run('UPDATE person SET role = ?, teams = ?, manages_teams = ? WHERE org = ? AND person = ?', [
      ...[one.role, own ?? Buffer.alloc(0), managed ?? Buffer.alloc(0)],
      ...[idBytes(org), idBytes(person)],
    ]);
  }
  for (const { org, device } of retired)
    await connection.run("UPDATE device SET status = 'retired' WHERE org = ? AND device = ?", [
      idBytes(org),
      idBytes(device),
    ]);
  await connection.run('DELETE FROM personal_decision');
  for (const { org, person, revision, at, decision } of decisions.filter((one) =>
    names.has(`${one.org}/${one.person}`),
  ))
    await connection.run('INSERT INTO personal_decision VALUES (?, ?, ?, ?, ?)', [
      ...[idBytes(org), idBytes(person), revision, at, Buffer.from(decision)],
    ]);
  return {
    gone: all.filter(({ org, person }) => !known.has(`${org}/${person}`)),
    missing: people.filter(({ org, person }) => !names.has(`${org}/${person}`)).length,
  };
}

const SCREENSHOT = parameterCode('screenshot');

async function dropUnreadable(connection: Connection): Promise<number> {
  const keyOf = (table: string, parameter: string): string =>
    `SELECT 1 FROM other.data_key AS k WHERE k.org = ${table}.org AND k.person = ${table}.person AND k.parameter = ${parameter} AND k.epoch = ${table}.epoch`;
  let gone = 0;
  for (const [table, parameter] of [
    ['segment', 'segment.parameter'],
    ['image', `${SCREENSHOT}`],
    ['imported', `${otherKeyCodes.imported}`],
  ] as const)
    gone += await connection.run(`DELETE FROM ${table} WHERE NOT EXISTS (${keyOf(table, parameter)})`);
  const whole = `SELECT 1 FROM imported AS i WHERE i.org = imported_piece.org AND i.person = imported_piece.person AND i.import = imported_piece.import`;
  return gone + (await connection.run(`DELETE FROM imported_piece WHERE NOT EXISTS (${whole})`));
}

async function dropExpired(connection: Connection, today: Day, held: readonly HeldDays[]): Promise<number> {
  await connection.script(`DROP TABLE IF EXISTS temp.held;
    CREATE TEMP TABLE held (org BLOB NOT NULL, person BLOB NOT NULL, parameter INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL)`);
  for (const { org, person, parameter, from, to } of held)
    await connection.run('INSERT INTO temp.held VALUES (?, ?, ?, ?, ?)', [
      ...[idBytes(org), idBytes(person), parameterCode(parameter), dayNumber(from), dayNumber(to)],
    ]);
  const isHeld = (table: string, parameter: string): string =>
    `EXISTS (SELECT 1 FROM temp.held AS h WHERE h.org = ${table}.org AND h.person = ${table}.person AND h.parameter = ${parameter} AND ${table}.day BETWEEN h.first AND h.last)`;
  let gone = 0;
  for (const [table, stays] of [
    ['segment', isHeld('segment', 'segment.parameter')],
    ['image', isHeld('image', `${SCREENSHOT}`)],
    ['imported', 'FALSE'],
  ])
    gone += await connection.run(`DELETE FROM ${table} WHERE expires < ? AND NOT ${stays}`, [dayNumber(today)]);
  return gone;
}

async function forget(
  connection: Connection,
  org: OrgId,
  person: PersonId | null,
  below = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  for (const table of storeSchema.tables) {
    if (person !== null && audited.has(table)) continue;
    const columns = (await connection.all(`SELECT name FROM pragma_table_info(?)`, [table])).map(({ name }) => name);
    if (person === null) await connection.run(`DELETE FROM ${table} WHERE org = ?`, [idBytes(org)]);
    else if (table === 'segment' || table === 'image')
      await connection.run(`DELETE FROM ${table} WHERE org = ? AND person = ? AND epoch < ?`, [
        ...[idBytes(org), idBytes(person), below],
      ]);
    else if (columns.includes('person'))
      await connection.run(`DELETE FROM ${table} WHERE org = ? AND person = ?`, [idBytes(org), idBytes(person)]);
    else if (columns.includes('device'))
      await connection.run(
        `DELETE FROM ${table} WHERE org = ?1 AND device NOT IN (SELECT device FROM device WHERE org = ?1 AND person <> ?2)`,
        [idBytes(org), idBytes(person)],
      );
  }
}
