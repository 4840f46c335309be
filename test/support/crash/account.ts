import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOf, verifyCertificate } from '../../../server/lifecycle/certificate.ts';
import { endingsIn } from '../../../server/lifecycle/ended.ts';
import { openLedger } from '../../../server/lifecycle/ledger.ts';
import type { OrgId, PersonId } from '../../../shared/ids.ts';
import { eventually } from '../daylight.ts';
import { openFoundationIn } from '../numberedNotes.ts';
import { foundIn } from '../twoOrganisations.ts';
import { BOB, endingsOn, leftOfPerson, piecesOfPerson, prepareTwoPeople } from '../twoPeople.ts';
import type { Crashable } from './crash.ts';

const DAYS = 20;
const cli = join(import.meta.dirname, '../../../dist/server/cli.js');

/** The end of the account of one of two people, by the built command. */
export const account: Crashable = {
  name: 'ending an account',
  async prepare(folder) {
    const { org, ann, bob } = await prepareTwoPeople(folder, DAYS);
    const [ofAnn, ofBob] = [await piecesOfPerson(folder, ann), await piecesOfPerson(folder, bob)];
    return {
      command: (data) => [cli, 'cancel', '--data', data, '--person', BOB, '--yes', '--json'],
      async resume(data) {
        const end = await goneOn(data, { org, bob, ann });
        if ((await foundIn(data, ofAnn)) !== ofAnn.length) throw new Error('pieces of the other one are missing');
        if (end === 'never begun') return end;
        const pieces = await foundIn(data, ofBob);
        if (pieces > 0) throw new Error(`${pieces} pieces of the person are left`);
        return end;
      },
    };
  },
};

/** As the next start of the server does, until nothing is left to do. */
async function goneOn(
  data: string,
  { org, bob, ann }: { readonly org: OrgId; readonly bob: PersonId; readonly ann: PersonId },
): Promise<'never begun' | 'ended'> {
  const isBegun = endingsIn((await openLedger(data)).entries).length > 0;
  const foundation = await openFoundationIn(data);
  const endings = await endingsOn(foundation);
  try {
    await eventually('the ending is final', () => endings.of(org).every(({ state }) => state === 'final'));
    const others = (await leftOfPerson(foundation, org, ann)).opened;
    if (others !== DAYS) throw new Error(`${others} of ${DAYS} days of the other one open`);
    const left = await leftOfPerson(foundation, org, bob);
    if (!isBegun) {
      if (left.opened !== DAYS) throw new Error(`it was not begun, and ${left.opened} of ${DAYS} days open`);
      return 'never begun';
    }
    if (left.records + left.keys + left.opened > 0) throw new Error(`left of the person: ${JSON.stringify(left)}`);
  } finally {
    await endings.close();
    await foundation.close();
  }
  for (const { ending } of endings.of(org)) {
    const verified = verifyCertificate(await readFile(join(data, fileOf(ending)), 'utf8'), null);
    const isFinal = verified.kind === 'genuine' && verified.certificate.kind === 'final';
    if (!isFinal) throw new Error(`its certificate is not the final one: ${JSON.stringify(verified)}`);
  }
  return 'ended';
}
