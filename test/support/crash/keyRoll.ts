import { join } from 'node:path';
import { rollOnHost } from '../../../server/keysOnHost.ts';
import { connect } from '../../../server/store/sqlite/connection.ts';
import { foundIn, leftOf, prepareTwo, surroundings } from '../twoOrganisations.ts';
import type { Crashable } from './crash.ts';

const DAYS = 200;
const cli = join(import.meta.dirname, '../../../dist/server/cli.js');

/** The replacement of every organisation's key, by the built command. */
export const keyRoll: Crashable = {
  name: 'replacing the keys',
  async prepare(folder) {
    const { acme, bolt } = await prepareTwo(folder, DAYS);
    const before = await orgKeysIn(folder);
    return {
      command: (data) => [cli, 'keys', 'roll', '--data', data, '--json'],
      async resume(data) {
        for (const org of [acme, bolt]) {
          const { opened } = await leftOf(data, org);
          if (opened !== DAYS) throw new Error(`${opened} of ${DAYS} days open, before it goes on`);
        }
        const wasDone = (await foundIn(data, before)) === 0;
        const { scrubbed } = await rollOnHost({ data, ...surroundings });
        for (const org of [acme, bolt]) {
          const { opened } = await leftOf(data, org);
          if (opened !== DAYS) throw new Error(`${opened} of ${DAYS} days open, after it went on`);
        }
        if (!scrubbed || (await foundIn(data, before)) > 0) throw new Error('an old key is left');
        if ((await orgKeysIn(data)).length !== 2) throw new Error('there is more than one key of an organisation');
        return wasDone ? 'done before' : 'went on';
      },
    };
  },
};

async function orgKeysIn(data: string): Promise<readonly Buffer[]> {
  const connection = await connect(join(data, 'keys.db'));
  const rows = await connection.all('SELECT wrapped FROM org_key');
  await connection.close();
  return rows.map(({ wrapped }) => (wrapped as Buffer).subarray(-24));
}
