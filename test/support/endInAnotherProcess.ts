import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openSqliteKeyStore } from '../../server/store/sqlite/keyStore.ts';
import { createVault, readRootKeyFile } from '../../server/vault/vault.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';

// Ends a person in a process of its own: endInAnotherProcess.ts FOLDER ORG PERSON

const [folder = '', org, person] = process.argv.slice(2);
const keyStore = await openSqliteKeyStore({ file: join(folder, 'keys.db') });
const rootKey = await readRootKeyFile(join(folder, 'root.key'));
const vault = await createVault({ keyStore, rootKey, random: randomBytes });
await vault.endPerson(OrgId.parse(org), PersonId.parse(person));
await vault.close();
await keyStore.close();
