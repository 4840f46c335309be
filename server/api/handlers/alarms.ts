import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { AlarmsView, AlarmView } from '../../../shared/protocol/http/alarms.ts';
import { acknowledge, readAlarms } from '../../audit/acknowledgements.ts';
import { type Actor, authorize, organisation } from '../../authorize.ts';
import { activePeople } from '../../control/secondPerson.ts';
import { createLanes } from '../../lanes.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';

/** Of the open ones, and of the others. */
const AT_ONCE = 200;

/** What was raised, and what came of it. */
export function alarms(context: Context): HandlersOf<'alarms' | 'acknowledgeAlarm'> {
  const { clock } = context;
  const lanes = createLanes<OrgId>();

  async function viewOf(org: OrgId): Promise<AlarmsView> {
    const { all } = await readAlarms(context, org);
    const open = all.filter(({ acknowledged }) => acknowledged === null);
    const others = all.filter(({ acknowledged }) => acknowledged !== null);
    const shown = [...open.slice(0, AT_ONCE), ...others.slice(0, AT_ONCE)];
    return { asOf: clock.now(), open: open.length, alarms: shown };
  }

  return {
    alarms: ({ leave: { actor } }) => viewOf(actor.org),
    acknowledgeAlarm: ({ leave: { actor }, params: { seq }, body: { finding, reason } }) =>
      lanes.run(actor.org, async () => {
        const { org, person: by } = actor;
        const { revision, all } = await readAlarms(context, org);
        const alarm = requireOpen(all, seq);
        if (alarm.person === by && (await mayAnother(context, actor))) throw ownAct();
        await acknowledge(context, { org, revision, at: clock.now() }, { alarm: seq, by, finding, reason });
        return viewOf(org);
      }),
  };
}

function requireOpen(all: readonly AlarmView[], seq: number): AlarmView {
  const alarm = all.find((one) => one.seq === seq);
  if (alarm === undefined)
    throw new DaylightError('not_found', 'no alarm that is kept has that number', {
      remedy: 'Load the alarms again: one that is raised again within its minute has a new number.',
    });
  if (alarm.acknowledged !== null)
    throw new DaylightError('conflict', 'somebody has acknowledged this alarm', {
      remedy: 'Load the alarms again to read what was found.',
    });
  return alarm;
}

async function mayAnother({ store }: Pick<Context, 'store'>, { org, person }: Actor): Promise<boolean> {
  const others = (await activePeople(store, org)).filter((one) => one.person !== person);
  return others.some((other) => authorize(other, 'alarm.acknowledge', organisation(org)).kind === 'granted');
}

function ownAct(): DaylightError {
  return new DaylightError('forbidden', 'your own account raised this alarm, and others may acknowledge it', {
    remedy: 'Tell another owner, admin or privacy officer what happened: they acknowledge it.',
  });
}
