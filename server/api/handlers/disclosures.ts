import { dayOf } from '../../../shared/time.ts';
import type { Authorized } from '../../authorize.ts';
import {
  disclosedOf,
  disclosureOf,
  disclosuresView,
  requireAnswerable,
  requireEnd,
} from '../../records/disclosures.ts';
import {
  disclosuresPage,
  disclosuresTable,
  ownDisclosuresPage,
  ownDisclosuresTable,
} from '../../records/disclosuresPage.ts';
import { itemsOf, requireItem } from '../../records/numbered.ts';
import { newest, requireNewest } from '../../records/registers.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { hasSecondKeeper } from '../secondKeeper.ts';
import { noteEvent } from '../securityEvents.ts';

/** To whom data of people was given: for those who answer for it, and for each person what concerns them. */
export function disclosures(
  context: Context,
): HandlersOf<
  | 'disclosures'
  | 'disclosuresPage'
  | 'disclosuresTable'
  | 'proposeDisclosure'
  | 'answerDisclosure'
  | 'ownDisclosures'
  | 'ownDisclosuresPage'
  | 'ownDisclosuresTable'
> {
  const { registers, organisations, accounts, clock } = context;
  const registerNow = async ({ actor: { org } }: Authorized<'records.read'>) =>
    disclosuresView(await registers.read(org, 'disclosures'), clock.now());
  const ownNow = async ({ org, person }: PersonRecord) => {
    const asOf = clock.now();
    return { asOf, disclosures: disclosedOf(await registers.read(org, 'disclosures'), person, asOf) };
  };
  return {
    disclosures: ({ leave }) => registerNow(leave),
    async disclosuresPage({ leave }) {
      const [register, { identity }] = [await registerNow(leave), await organisations.signer(leave.actor.org)];
      return { name: `disclosures-${dayOf(register.asOf)}.html`, text: disclosuresPage(register, identity.name) };
    },
    async disclosuresTable({ leave }) {
      const register = await registerNow(leave);
      return { name: `disclosures-${dayOf(register.asOf)}.csv`, text: disclosuresTable(register) };
    },
    async proposeDisclosure({ leave, body: { revision, content, reason } }) {
      const written = await registers.write(leave, 'disclosures', async (before) => {
        requireNewest(before, revision);
        requireEnd(content, clock.now());
        const alone = !(await hasSecondKeeper(context, leave.actor));
        await noteEvent(context, leave.actor, 'disclosure_proposed');
        return { entry: { number: newest(before) + 1, step: { kind: 'proposed', content, alone } }, reason };
      });
      return disclosuresView(written, clock.now());
    },
    async answerDisclosure({ leave, params: { number }, body: { revision, answer, reason } }) {
      const written = await registers.write(leave, 'disclosures', async (before) => {
        requireNewest(before, revision);
        const found = disclosureOf(requireItem(itemsOf(before), number), clock.now());
        if (found !== null) requireAnswerable(found, answer, leave.actor.person);
        await noteEvent(context, leave.actor, 'disclosure_answered');
        return { entry: { number, step: { kind: answer } }, reason };
      });
      return disclosuresView(written, clock.now());
    },
    ownDisclosures: ({ person }) => ownNow(person),
    async ownDisclosuresPage({ person }) {
      const [{ asOf, disclosures: own }, { name }] = [await ownNow(person), await accounts.profile(person)];
      return { name: `disclosures-of-my-data-${dayOf(asOf)}.html`, text: ownDisclosuresPage(asOf, own, name) };
    },
    async ownDisclosuresTable({ person }) {
      const { asOf, disclosures: own } = await ownNow(person);
      return { name: `disclosures-of-my-data-${dayOf(asOf)}.csv`, text: ownDisclosuresTable(own) };
    },
  };
}
