import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leftOf, prepareTwo } from '../twoOrganisations.ts';
import type { Crashable } from './crash.ts';

const DAYS = 5;
const cli = join(import.meta.dirname, '../../../dist/server/cli.js');

/** The replacement of the root key, by the built command. */
export const rootRotation: Crashable = {
  name: 'replacing the root key',
  async prepare(folder) {
    const data = join(folder, 'data');
    await mkdir(data, { mode: 0o700 });
    const { acme, bolt } = await prepareTwo(data, DAYS);
    const before = await keyIn(data);
    return {
      command: (copy) => [cli, 'keys', 'rotate-root', '--data', join(copy, 'data'), '--json'],
      async resume(copy) {
        for (const org of [acme, bolt]) {
          const { opened } = await leftOf(join(copy, 'data'), org);
          if (opened !== DAYS) throw new Error(`${opened} of ${DAYS} days open`);
        }
        return (await keyIn(join(copy, 'data'))) === before ? 'as before' : 'changed';
      },
    };
  },
};

async function keyIn(data: string): Promise<string> {
  return (await readFile(join(data, 'root.key'))).toString('hex');
}
