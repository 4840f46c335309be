import { DaylightError } from '../../../shared/errors.ts';
import type { LeavingDate, LeavingDateView } from '../../../shared/protocol/http/leavingDates.ts';
import type { LeavingSet, Standing } from '../../control/standing.ts';
import type { Leaver } from '../../lifecycle/leavingDates.ts';
import { requireLeavingDay } from '../../lifecycle/leavingDay.ts';
import type { PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { nameOf } from '../nameOf.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

/** With which day the account of somebody ends by itself: set, moved and taken back. */
export function leavingDates(
  context: Context,
): HandlersOf<'leavingDates' | 'leavingDate' | 'setLeavingDate' | 'postponeLeavingDate' | 'cancelLeavingDate'> {
  const { control, clock, leavingDates: engine } = context;
  return {
    async leavingDates({ leave: { actor } }) {
      const all = await engine.of(actor.org);
      const people = await Promise.all(all.map((one) => viewOf(context, one.record, one)));
      return { asOf: clock.now(), people };
    },
    leavingDate: ({ person }) => viewNow(context, person),
    async setLeavingDate({ person, leave, signedIn, body: { day, zone, ...proof } }) {
      const endsAt = requireLeavingDay(day, zone, clock.now());
      await refusedOnRecord(context, signedIn.person, 'ending_refused', () =>
        requireSamePerson(context, signedIn.person, proof),
      );
      const { person: by, role } = leave.actor;
      await control.decide(leave, async (standing) => {
        await noteEvent(context, person, 'leaving_date_set');
        await engine.deciding(person, standing);
        return { kind: 'leaving_set', day, zone, endsAt, by, role };
      });
      return viewChanged(context, person);
    },
    async postponeLeavingDate({ person, leave, body: { day } }) {
      const { person: by, role } = leave.actor;
      await control.decide(leave, async (standing) => {
        const { zone, endsAt: before } = requireSet(standing);
        const endsAt = requireLeavingDay(day, zone, clock.now());
        if (endsAt <= before) throw notLater();
        await noteEvent(context, person, 'leaving_date_set');
        await engine.deciding(person, standing);
        return { kind: 'leaving_set', day, zone, endsAt, by, role };
      });
      return viewChanged(context, person);
    },
    async cancelLeavingDate({ person, leave }) {
      await control.decide(leave, async (standing) => {
        requireSet(standing);
        await noteEvent(context, person, 'leaving_date_cancelled');
        await engine.deciding(person, standing);
        return { kind: 'leaving_cancelled', by: leave.actor.person };
      });
      engine.changed(person);
      return { ok: true };
    },
  };
}

/** As the person, and whoever looks after accounts, is shown it. */
export async function leavingDateOf(
  context: Pick<Context, 'store' | 'accounts'>,
  { org }: Pick<PersonRecord, 'org'>,
  { day, zone, endsAt, since, by, role }: LeavingSet,
): Promise<LeavingDate> {
  return { day, zone, endsAt, setAt: since, setBy: role, setByName: await nameOf(context, org, by) };
}

function viewChanged(context: Context, person: PersonRecord): Promise<LeavingDateView> {
  context.leavingDates.changed(person);
  return viewNow(context, person);
}

async function viewNow(context: Context, person: PersonRecord): Promise<LeavingDateView> {
  return viewOf(context, person, await context.leavingDates.one(person));
}

async function viewOf(context: Context, record: PersonRecord, leaver: Leaver | null): Promise<LeavingDateView> {
  const { name } = await context.accounts.profile(record);
  const { person } = record;
  if (leaver === null) return { person, name, leaving: null, isDue: false, obstacle: null };
  const { isDue, obstacle } = leaver;
  return { person, name, leaving: await leavingDateOf(context, record, leaver.leaving), isDue, obstacle };
}

function requireSet({ leavingDate }: Standing): LeavingSet {
  if (leavingDate !== null) return leavingDate;
  throw new DaylightError('not_found', 'no last day is set for this account', {
    remedy: 'Look at it again: somebody else may have taken it back.',
  });
}

function notLater(): DaylightError {
  return new DaylightError('conflict', 'day: this is no later than what is set', {
    field: 'day',
    remedy: 'Set an earlier day with your password and a code.',
  });
}
