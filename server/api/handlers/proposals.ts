import { type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { ComingView } from '../../../shared/protocol/http/proposals.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { instantOf, type Told } from '../../control/told.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';

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
      const [current, announced] = await Promise.all([control.current(org), control.proposals.announced(org)]);
      const devices = (await store.devices(org, [person])).filter(({ status }) => status === 'active');
      const told = [...(await control.toldOn(org, devices)).values()];
      const asOf = clock.now();
      return { asOf, ...announced, ...awaited(told, current, asOf) };
    },
  };
}

/** Of what is published: what runs towards its moment on any of the devices, and what was acknowledged on none of them. */
function awaited(told: readonly Told[], current: PublishedPolicy, now: number): Pick<ComingView, 'running' | 'unread'> {
  const instant = instantOf(now, current);
  const running: ComingView['running'] = [];
  const unread: ComingView['unread'] = [];
  for (const parameter of told.length === 0 ? [] : parameterIds) {
    const next = firstOf(told, parameter, instant);
    if (next !== null) running.push(next);
    const { level } = current.document.parameters[parameter];
    const known = (one: Told) => rank(parameter, one.at(instant)[parameter]) >= rank(parameter, level);
    if (next === null && !told.some(known)) unread.push({ parameter, level });
  }
  return { running, unread };
}

function firstOf(told: readonly Told[], parameter: ParameterId, instant: number) {
  const coming = told.flatMap((one) => one.coming(instant)[parameter] ?? []);
  return coming
    .map(({ level, from }) => ({ parameter, level, from }))
    .reduce<ComingView['running'][number] | null>((first, one) => {
      return first === null || one.from < first.from ? one : first;
    }, null);
}
