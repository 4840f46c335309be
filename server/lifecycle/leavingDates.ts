import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { LeavingObstacle } from '../../shared/protocol/http/leavingDates.ts';
import { DAY, MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { PolicyControl } from '../control/control.ts';
import type { LeavingSet, Standing } from '../control/standing.ts';
import { startPeriodic } from '../periodic.ts';
import type { KeyStore, LeavingMark, PersonRecord, Store } from '../store/store.ts';
import type { ClockBrake } from './clockBrake.ts';
import { endObstacle } from './endable.ts';
import type { EndingBegun, Endings } from './endings.ts';

type Whose = Pick<PersonRecord, 'org' | 'person'>;

type Marks = Pick<KeyStore, 'mark' | 'raiseMark'>;

export interface LeavingDateDeps {
  readonly store: Pick<Store, 'organisations' | 'people' | 'person' | 'recordSecurityEvent'>;
  readonly keyStore: Marks;
  readonly control: Pick<PolicyControl, 'standing' | 'undisturbed'>;
  readonly endings: Pick<Endings, 'begin'>;
  readonly brake: Pick<ClockBrake, 'check'>;
  readonly clock: Clock;
  /** One after the other with whatever changes who is an owner: of two the last stays. */
  readonly alone: <T>(org: OrgId, task: () => Promise<T>) => Promise<T>;
  /** Told of whom was not ended after their day, once that is on record. */
  readonly held: (whose: Whose) => void;
  /** Told what kept an account from being ended on its day. It is tried again. */
  readonly failed: (cause: unknown) => void;
}

/** Somebody whose account ends by itself with a day, as it is now. */
export interface Leaver {
  readonly record: PersonRecord;
  readonly leaving: LeavingSet;
  readonly isDue: boolean;
  readonly obstacle: LeavingObstacle | null;
}

/** What ends accounts on the day that was set for them; the date itself is a decision about the person, and goes with them. */
export interface LeavingDates {
  /** Those of one organisation, the next first. */
  of(org: OrgId): Promise<readonly Leaver[]>;
  /** Null where none is set. */
  one(record: PersonRecord): Promise<Leaver | null>;
  /** Call before it is set, moved or taken back: whatever is lost from then on is noticed. Durable when it resolves. */
  deciding(whose: Whose, before: Pick<Standing, 'revision'>): Promise<void>;
  /** Call when it was set, moved or taken back. */
  changed(whose: Whose): void;
  close(): Promise<void>;
}

export interface LeavingTiming {
  readonly everyMs: number;
  /** What could not be ended is looked at again after this long. */
  readonly againMs: number;
}

const timing: LeavingTiming = { everyMs: SECOND, againMs: MINUTE };

export function startLeavingDates(deps: LeavingDateDeps, { everyMs, againMs } = timing): LeavingDates {
  const { store, keyStore, control, brake, clock } = deps;
  /** When somebody is to be looked at, by the wall clock; `restUntil`: not before, by the other. */
  const ahead = new Map<PersonId, Whose & { readonly endsAt: UnixMs; readonly restUntil: number }>();
  const raised = new Map<PersonId, { readonly obstacle: LeavingObstacle; readonly at: number }>();

  async function one(record: PersonRecord): Promise<Leaver | null> {
    const standing = await control.standing(record);
    const { leavingDate: leaving } = standing;
    if (leaving === null) return null;
    const isDue = leaving.endsAt <= clock.now();
    return { record, leaving, isDue, obstacle: await obstacleOf(record, leaving, standing, isDue) };
  }

  async function obstacleOf(
    record: PersonRecord,
    leaving: LeavingSet,
    standing: Standing,
    isDue: boolean,
  ): Promise<LeavingObstacle | null> {
    if (!isReadableSince(leaving, standing)) return 'unreadable';
    if ((await keyStore.mark(await leavingMark(keyStore, record))) !== leaving.revision) return 'unconfirmed';
    if ((await endObstacle({ store }, record)) !== null) return 'only_owner';
    // Whoever may end no owner must not do so by a date from before.
    if (record.role === 'owner' && leaving.role !== 'owner') return 'owner_since';
    return isDue && brake.check() !== 'free' ? 'clock' : null;
  }

  /** What is known of them is read anew. */
  async function look({ org, person }: Whose): Promise<Leaver | null> {
    const record = await store.person(org, person);
    const leaver = record === null ? null : await one(record);
    if (leaver === null) ahead.delete(person);
    else ahead.set(person, { org, person, endsAt: leaver.leaving.endsAt, restUntil: 0 });
    return leaver;
  }

  async function lookAtAll(): Promise<void> {
    for (const { org } of await store.organisations()) for (const whose of await store.people(org)) await look(whose);
  }

  async function endIfDue(whose: Whose): Promise<void> {
    const { org, person } = whose;
    const begun = await beginIfDue(whose);
    if (begun === null) return;
    ahead.delete(person);
    raised.delete(person);
    const detail = 'an account was ended, as the last day that was set for it is over';
    await Promise.all([note(org, 'account_ended', null, detail), begun.ended]);
  }

  /** Nothing is decided of them until it has begun: what was taken back in time has been. Nobody waits for the rest, which may be long. */
  function beginIfDue(whose: Whose): Promise<EndingBegun | null> {
    const { org, person } = whose;
    return deps.alone(org, () =>
      control.undisturbed(org, async () => {
        const leaver = await look(whose);
        if (leaver === null || !leaver.isDue) return null;
        if (leaver.obstacle === null) return deps.endings.begin({ org, person, by: leaver.leaving.role });
        await raise(whose, leaver.obstacle);
        return null;
      }),
    );
  }

  /** On record each day that it lasts, and after each start. */
  async function raise(whose: Whose, obstacle: LeavingObstacle): Promise<void> {
    const { org, person } = whose;
    rest(whose);
    const before = raised.get(person);
    if (before?.obstacle === obstacle && clock.mono() - before.at < DAY) return;
    await note(org, 'alarm_leaving_date', person, heldUp[obstacle]);
    raised.set(person, { obstacle, at: clock.mono() });
    deps.held(whose);
  }

  function rest({ person }: Whose): void {
    const known = ahead.get(person);
    if (known !== undefined) ahead.set(person, { ...known, restUntil: clock.mono() + againMs });
  }

  async function note(
    org: OrgId,
    kind: 'account_ended' | 'alarm_leaving_date',
    person: PersonId | null,
    detail: string,
  ): Promise<void> {
    await store.recordSecurityEvent({ org, at: clock.now(), kind, person, detail });
  }

  const loaded = { isDone: false, retryAt: 0 };
  async function round(): Promise<void> {
    if (!loaded.isDone && clock.mono() >= loaded.retryAt) {
      loaded.retryAt = clock.mono() + againMs;
      await lookAtAll();
      loaded.isDone = true;
    }
    const due = [...ahead.values()].filter((one) => one.endsAt <= clock.now() && one.restUntil <= clock.mono());
    for (const whose of due) {
      await endIfDue(whose).catch((cause: unknown) => {
        rest(whose);
        deps.failed(cause);
      });
    }
  }
  const rounds = startPeriodic(() => round().catch(deps.failed), { quietMs: 0, everyMs });

  return {
    one,
    async of(org) {
      const found: Leaver[] = [];
      for (const record of await store.people(org)) {
        const leaver = await one(record);
        if (leaver !== null) found.push(leaver);
      }
      return found.toSorted((a, b) => a.leaving.endsAt - b.leaving.endsAt);
    },
    deciding: (whose, before) => bindLeavingDate(keyStore, whose, before.revision + 1),
    changed(whose) {
      look(whose).catch(deps.failed);
    },
    close: () => rounds.close(),
  };
}

const heldUp: Readonly<Record<LeavingObstacle, string>> = {
  only_owner: 'the last day of this account is over, and it was not ended: it is of the only owner',
  owner_since: 'the last day of this account is over, and it was not ended: an admin set it, and ends no owner',
  unreadable: 'the last day of this account is over, and it was not ended: a decision since cannot be read',
  unconfirmed: 'the last day of this account is over, and it was not ended: a newer decision on it may have been lost',
  clock: 'the last day of this account is over, and it was not ended: the clock is in doubt',
};

/**
 * Notes in the key store that no older decision than this one is the newest on the last day of this account: whoever takes rows out of the
 * data brings no date back.
 */
export async function bindLeavingDate(keyStore: Marks, whose: Whose, revision: number): Promise<void> {
  await keyStore.raiseMark(await leavingMark(keyStore, whose), revision);
}

/** After a rebuilding none is there: what the recovery set did not have yet may have taken the date back. */
async function leavingMark(keyStore: Marks, { org, person }: Whose): Promise<LeavingMark> {
  return `leaving/${(await keyStore.mark('rebuilt')) ?? 0}/${org}/${person}`;
}

/** A decision since that nobody can read may have taken the date back. */
function isReadableSince({ revision }: LeavingSet, standing: Standing): boolean {
  const since = standing.decided.filter((one) => one.revision > revision);
  return since.length === standing.revision - revision && since.every(({ decision }) => decision !== null);
}
