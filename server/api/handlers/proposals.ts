import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { decidedBy } from '../../../shared/policy/ceilings.ts';
import { type Meant, unagreedOf, untoldOf } from '../../../shared/policy/untold.ts';
import type { ComingView } from '../../../shared/protocol/http/proposals.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import type { Standing } from '../../control/standing.ts';
import { instantOf, type Told, termsWith } from '../../control/told.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { leavingDateOf } from './leavingDates.ts';

/** What is put forward for publication, and what is coming for everyone. */
export function proposals(
  context: Context,
): HandlersOf<'proposals' | 'propose' | 'answerProposal' | 'requireSecond' | 'coming'> {
  const { control, store, clock } = context;
  /** What has just become due is published before it is shown. */
  const viewNow = async (org: OrgId) => {
    await control.proposals.publishDue(org);
    return control.proposals.view(org);
  };
  return {
    proposals: ({ leave: { actor } }) => control.proposals.view(actor.org),
    async propose({ leave, body }) {
      await control.proposals.propose(leave, body);
      return viewNow(leave.actor.org);
    },
    async answerProposal({ leave, params: { number }, body }) {
      await control.proposals.answer(leave, number, body);
      return viewNow(leave.actor.org);
    },
    async requireSecond({ leave, body }) {
      await control.proposals.requireSecond(leave, body);
      return viewNow(leave.actor.org);
    },
    async coming({ signedIn: { actor } }) {
      const { org, person } = actor;
      const [current, announced, standing] = await Promise.all([
        control.current(org),
        control.proposals.announced(org),
        control.standing({ org, person }),
      ]);
      const devices = (await store.devices(org, [person])).filter(({ status }) => status === 'active');
      const told = [...(await control.toldOn(org, devices)).values()];
      const asOf = clock.now();
      const { leavingDate } = standing;
      const leaving = leavingDate === null ? null : await leavingDateOf(context, actor, leavingDate);
      return { asOf, leaving, ...announced, ...awaited(told, standing, current, asOf) };
    },
  };
}

/**
 * Of what is published: what runs towards its moment on any of the devices, what was acknowledged on none of them, and what their old
 * terms keep from them. Each as the window on the device says it.
 */
function awaited(
  told: readonly Told[],
  { terms }: Pick<Standing, 'terms'>,
  current: PublishedPolicy,
  now: number,
): Pick<ComingView, 'running' | 'unread' | 'unagreed'> {
  const instant = instantOf(now, current);
  const policy = decidedBy(current.document);
  const [first, ...others] = told.map((one) => {
    const mine = termsWith(terms, one, instant);
    const untold = untoldOf(policy, { acknowledged: one.at(instant), coming: one.coming(instant), terms: mine });
    return { untold, unagreed: unagreedOf(policy, mine) };
  });
  const isUntold = ({ parameter }: Meant) =>
    others.every(({ untold }) => untold.some((one) => one.parameter === parameter));
  return {
    running: parameterIds.flatMap((parameter) => firstOf(told, parameter, instant) ?? []),
    unread: first?.untold.filter(isUntold) ?? [],
    // Which old terms stay for somebody is the same on each of their devices.
    unagreed: [...(first?.unagreed ?? [])],
  };
}

function firstOf(told: readonly Told[], parameter: ParameterId, instant: number) {
  const coming = told.flatMap((one) => one.coming(instant)[parameter] ?? []);
  return coming
    .map(({ level, from }) => ({ parameter, level, from }))
    .reduce<ComingView['running'][number] | null>((first, one) => {
      return first === null || one.from < first.from ? one : first;
    }, null);
}
