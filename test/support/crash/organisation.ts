import { join } from 'node:path';
import { finishCancellations } from '../../../server/lifecycle/cancellation.ts';
import { endingsIn } from '../../../server/lifecycle/ended.ts';
import { openLedger } from '../../../server/lifecycle/ledger.ts';
import { foundIn, leftOf, piecesOf, prepareTwo, surroundings } from '../twoOrganisations.ts';
import type { Crashable } from './crash.ts';

const DAYS = 20;
const cli = join(import.meta.dirname, '../../../dist/server/cli.js');

/** The cancellation of one of two organisations, by the built command. */
export const organisation: Crashable = {
  name: 'cancelling an organisation',
  async prepare(folder) {
    const { acme, bolt } = await prepareTwo(folder, DAYS);
    const [ofAcme, ofBolt] = [await piecesOf(folder, acme), await piecesOf(folder, bolt)];
    return {
      command: (data) => [cli, 'cancel', '--data', data, '--organisation', acme, '--yes', '--json'],
      async resume(data) {
        await finishCancellations({ data, ...surroundings });
        const [acmes, bolts] = [await leftOf(data, acme), await leftOf(data, bolt)];
        if (bolts.opened !== DAYS) throw new Error(`${bolts.opened} of ${DAYS} days of the other one open`);
        if ((await foundIn(data, ofBolt)) !== ofBolt.length) throw new Error('pieces of the other one are missing');
        if (acmes.opened === DAYS) return 'never begun';
        const pieces = await foundIn(data, ofAcme);
        // Its key is gone: what was not in the ledger by then can be told to no computer any more.
        const [ending] = endingsIn((await openLedger(data)).entries);
        if (ending === undefined || ending.order === null || ending.devices.length !== 1)
          throw new Error(`its computer cannot be told: ${JSON.stringify(ending)}`);
        if (acmes.keys === 0 && acmes.records === 0 && acmes.opened === 0 && pieces === 0) return 'ended';
        throw new Error(`left of it: ${JSON.stringify({ ...acmes, pieces })}`);
      },
    };
  },
};
