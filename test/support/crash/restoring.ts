import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backupOnHost } from '../../../server/backupOnHost.ts';
import { rebuildOnHost } from '../../../server/rebuildOnHost.ts';
import { beginRecovery } from '../../../server/recoveryOnHost.ts';
import { confirmOnHost, restoreOnHost, resumeRestore } from '../../../server/restoreOnHost.ts';
import { connect } from '../../../server/store/sqlite/connection.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { leftOf, prepareTwo, surroundings } from '../twoOrganisations.ts';
import type { Crashable } from './crash.ts';

const DAYS = 4;
const cli = join(import.meta.dirname, '../../../dist/server/cli.js');

/** Bringing a backup back in the place of data of which some was lost, by the built command. */
export const restoring: Crashable = {
  name: 'restoring a backup',
  async prepare(folder) {
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
    await mkdir(data, { mode: 0o700 });
    const { acme, bolt } = await prepareTwo(data, DAYS);
    await backupOnHost({ ...surroundings, data, backups }, 30);
    await loseRecords(data, acme);
    const given = (copy: string) => ({ data: join(copy, 'data'), backups: join(copy, 'backups') });
    return {
      command: (copy) => [cli, 'restore', ...placed(given(copy)), '--yes', '--json'],
      async resume(copy) {
        const options = { ...surroundings, ...given(copy) };
        await resumeRestore(options.data);
        const { opened } = await leftOf(options.data, acme);
        if (opened !== 0 && opened !== DAYS) throw new Error(`${opened} of ${DAYS} days open`);
        if (opened === 0) await restoreOnHost(options, 'newest');
        else await confirmOnHost(options.data);
        await requireWhole(options.data, [acme, bolt]);
        return opened === 0 ? 'as before' : 'restored';
      },
    };
  },
};

/** Rebuilding a lost machine, by the built command. */
export const rebuilding: Crashable = {
  name: 'rebuilding a lost machine',
  async prepare(folder) {
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
    await mkdir(data, { mode: 0o700 });
    const { acme, bolt } = await prepareTwo(data, DAYS);
    const { identity } = await beginRecovery(
      { file: join(folder, 'set.age'), again: false },
      { data, ...surroundings },
    );
    await writeFile(join(folder, 'identity'), identity, { mode: 0o600 });
    await backupOnHost({ ...surroundings, data, backups }, 30);
    await rename(data, join(folder, '..', 'lost'));
    await mkdir(data, { mode: 0o700 });
    const given = (copy: string) => ({
      ...{ data: join(copy, 'data'), backups: join(copy, 'backups') },
      ...{ recoverySet: join(copy, 'set.age'), identity: join(copy, 'identity') },
    });
    return {
      command(copy) {
        const { recoverySet, identity: file, ...where } = given(copy);
        return [cli, 'restore', ...placed(where), '--recovery-set', recoverySet, '--identity', file, '--json'];
      },
      async resume(copy) {
        const options = { ...surroundings, ...given(copy) };
        const isThere = await leftOf(options.data, acme).then(
          () => true,
          () => false,
        );
        // As whoever finds it so does: the same command once more.
        const again = isThere
          ? 'was done'
          : (await rebuildOnHost(options, 'newest')) === null
            ? 'finished'
            : 'begun anew';
        await requireWhole(options.data, [acme, bolt]);
        return again;
      },
    };
  },
};

function placed({ data, backups }: { readonly data: string; readonly backups: string }): readonly string[] {
  return ['--data', data, '--backups', backups];
}

async function requireWhole(data: string, all: readonly OrgId[]): Promise<void> {
  for (const org of all) {
    const { opened } = await leftOf(data, org);
    if (opened !== DAYS) throw new Error(`${opened} of ${DAYS} days open in the end`);
  }
}

async function loseRecords(data: string, org: OrgId): Promise<void> {
  const connection = await connect(join(data, 'daylight.db'));
  await connection.run('DELETE FROM segment WHERE hex(org) = ?', [org.replaceAll('-', '').toUpperCase()]);
  await connection.close();
}
