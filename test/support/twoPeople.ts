import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccounts } from '../../server/api/accounts.ts';
import type { Foundation } from '../../server/foundation.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { initialise } from '../../server/initialise.ts';
import { certify } from '../../server/lifecycle/certificate.ts';
import { type EndingDeps, type Endings, startEndings } from '../../server/lifecycle/endings.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { unlessLost } from '../../server/vault/vault.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { recordDays, surroundings } from './twoOrganisations.ts';

// A data folder of one organisation, in which two people have recorded days; and the engine that ends the account of one of them.

export interface TwoPeople {
  readonly org: OrgId;
  /** The owner. */
  readonly ann: PersonId;
  /** Whose account ends. */
  readonly bob: PersonId;
}

export const BOB = 'bob@acme.example.com';

export async function prepareTwoPeople(data: string, days: number): Promise<TwoPeople> {
  const owner = { organisation: 'Acme', ownerName: 'Ann', ownerEmail: 'ann@acme.example.com', reactionDays: 0 };
  const { org, person: ann } = await initialise(data, owner);
  const foundation = await openFoundationIn(data);
  const bob = await invited(foundation, org);
  await recordDays(foundation, org, ann, days);
  await recordDays(foundation, org, bob, days);
  await foundation.close();
  return { org, ann, bob };
}

/** Somebody new with Bob's address. */
export async function invited(foundation: Foundation, org: OrgId): Promise<PersonId> {
  const accounts = createAccounts({ ...foundation, ...surroundings });
  const nobody = { teams: [], managesTeams: [], invitedBy: null };
  const { person } = await accounts.create({ org, name: 'Bob', email: BOB, role: 'employee', ...nobody });
  return person;
}

export function endingsOn(foundation: Foundation, more: Partial<EndingDeps> = {}): Promise<Endings> {
  return startEndings({
    ...{ ...foundation, ...surroundings },
    certify: (ending) => certify({ ...foundation, ...surroundings }, ending),
    recorded: async () => true,
    brake: { check: () => 'free' },
    requireNoneKept: async () => undefined,
    failed: (cause) => {
      throw cause;
    },
    ...more,
  });
}

/** Pieces of everything that is sealed or wrapped for the person, as it lies in the databases and the images. */
export async function piecesOfPerson(data: string, person: PersonId): Promise<readonly Buffer[]> {
  const sealed = {
    'keys.db': [['data_key', 'wrapped']],
    'daylight.db': [
      ['person', 'profile'],
      ['person', 'credentials'],
      ['person', 'email_hash'],
      ['segment', 'sealed'],
    ],
  };
  const pieces: Buffer[] = [];
  const hex = person.replaceAll('-', '').toUpperCase();
  for (const [file, columns] of Object.entries(sealed)) {
    const connection = await connect(join(data, file));
    for (const [table, column] of columns) {
      const rows = await connection.all(`SELECT ${column} AS bytes FROM ${table} WHERE hex(person) = ?`, [hex]);
      pieces.push(...rows.map(({ bytes }) => (bytes as Buffer).subarray(-24)));
    }
    if (file === 'daylight.db') {
      const rows = await connection.all('SELECT hex(org) AS org, file FROM image WHERE hex(person) = ?', [hex]);
      const [org] = await readdir(join(data, 'blobs'));
      for (const row of rows)
        pieces.push((await readFile(join(data, 'blobs', org ?? '', String(row['file'])))).subarray(-24));
    }
    await connection.close();
  }
  return pieces;
}

/** What there is of somebody, their keys included, and how many of their days can be opened. */
export async function leftOfPerson(
  { store, keyStore, vault }: Foundation,
  org: OrgId,
  person: PersonId,
): Promise<{ readonly records: number; readonly keys: number; readonly opened: number }> {
  let opened = 0;
  for (const one of await store.segments(org, person, 'title', '2020-01-01', '2099-12-31')) {
    if ((await unlessLost(vault.open(segmentScope(one), one.sealed)))?.length === 2_000) opened += 1;
  }
  return {
    records: (await store.holdingsOf(org, person)).records,
    keys: await keyStore.countKeys(org, person),
    opened,
  };
}
