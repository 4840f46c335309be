import { type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { type Exclusions, excludesMore, isExcludable, NO_EXCLUSIONS } from '../../shared/policy/exclusions.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import { SECOND } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import { isLowered, levelsAllowed } from './gate/applied.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Entry, Outbox } from './outbox.ts';
import type { Clock } from './ports.ts';
import type { RecordWriter } from './recordWriter.ts';
import type { Sampler } from './sampler.ts';
import type { Sensing } from './sensing.ts';
import type { Registry } from './sensors/registry.ts';
import type { Spool } from './spool/spool.ts';
import type { Tracking } from './tracking.ts';
import { whyOffHere } from './words.ts';

/** What becomes of what is now off when the policy, its lease or what was acknowledged has changed. */
export interface PolicyChange {
  /**
   * From here on nothing is read or written of what is now off, and a session that is not allowed any more has ended, which the
   * person is told with its reason.
   */
  lower(): void;
  /**
   * For every policy that has arrived since the last time, in this order, so that a crash at any point sends nothing that is now
   * forbidden: the new policy is on disk before this is called; sensors stop; what they were about to write is discarded or
   * written; the spool is purged; and only then is it noted, durably, that the spool holds nothing above the new levels. A start
   * finds what was not finished.
   */
  apply(): Promise<void>;
  /** Whether it is above what is allowed now, whenever it was permitted. */
  forbids(entry: Entry): boolean;
}

export interface PolicyChangeDeps {
  readonly policies: PolicyCache;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly sampler: Sampler;
  readonly outbox: Outbox;
  readonly spool: Spool;
  readonly tracking: Tracking;
  readonly writer: RecordWriter;
  readonly sensing: Sensing;
  readonly tell: (line: string) => void;
}

interface Lowered {
  /** Null: no policy says anything. */
  readonly allowed: Levels | null;
  readonly lowered: readonly ParameterId[];
  readonly excluded: Exclusions;
}

/** What has happened since policies were last applied. */
interface Arrived {
  readonly wasRunning: boolean;
  /** The end of the session on its way to the disk; it ends before the purge, which leaves only its stop. */
  readonly ended: Promise<unknown> | null;
}

const NOTHING: Arrived = { wasRunning: false, ended: null };

/** How long a policy that arrives waits for sensors that are just reading. */
const SENSOR_WAIT_MS = SECOND;

export function createPolicyChange(deps: PolicyChangeDeps): PolicyChange {
  const { policies, gate, clock, registry, sampler, outbox, spool, tracking, writer, sensing } = deps;
  /** Above these levels nothing is written any more; null: nothing says so. */
  let ceiling: Levels | null = null;
  let arrived = NOTHING;

  function lower(): Lowered {
    arrived = { ...arrived, wasRunning: arrived.wasRunning || isRunning() };
    const allowed = levelsAllowed(policies, clock.now(), writer.applied());
    const excluded = policies.exclusions();
    const lowered =
      allowed === null
        ? []
        : parameterIds.filter((id) => isLowered(id, writer.applied(), allowed) || isReached(id, writer, excluded));
    if (allowed !== null) {
      tracking.renew();
      ceiling = allowed;
    }
    lowered.forEach((id) => sampler.discard(id));
    endUnlessAllowed();
    return { allowed, lowered, excluded };
  }

  /** Said at once: when this is applied, another policy may have arrived, and the reason be gone. */
  function endUnlessAllowed(): void {
    const decision = gate.decide('session');
    if (!isRunning() || decision.kind === 'allowed') return;
    const written = writer.record(tracking.apply({ kind: 'stop', cause: 'not_allowed' }));
    arrived = { ...arrived, ended: Promise.all([arrived.ended, written]) };
    const why = whyOffHere(policies, 'session', decision.by, deps.clock.now());
    deps.tell(say('answer.ended', { why }));
  }

  function isRunning(): boolean {
    return tracking.session().kind !== 'stopped';
  }

  async function apply(): Promise<void> {
    const { wait, end } = patience();
    const { allowed, lowered, excluded } = lower();
    const { wasRunning, ended } = arrived;
    arrived = NOTHING;
    await wait(sensing.refresh().then(registry.settled).then(sensing.roundEnded));
    lowered.forEach((id) => sampler.discard(id));
    await ended;
    if (allowed !== null) {
      await outbox.settled();
      await writer.closeUnfinished();
      for (const id of lowered) await spool.purge(id, 'purged_by_policy');
      writer.apply(allowed, excluded);
    }
    if (wasRunning && !isRunning()) await wait(sensing.follow());
    // Nothing else would close its batch for a minute.
    if (spool.waiting().stops > 0) await spool.flush().catch(() => undefined);
    await writer.writeJournal();
    await wait(sensing.refresh());
    await wait(sensing.introduce());
    end();
    sensing.startRound();
  }

  /** Waits for what sensors hold up, all in all no longer than SENSOR_WAIT_MS; what comes later goes on by itself. */
  function patience() {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = clock.after(SENSOR_WAIT_MS, resolve);
    });
    return { wait: (work: Promise<unknown>) => Promise.race([work.then(() => undefined), over]), end };
  }

  return {
    lower,
    apply,
    forbids: ({ observation: { parameter, level } }) =>
      ceiling !== null && rank(parameter, level) > rank(parameter, ceiling[parameter]),
  };
}

/**
 * Whether something is left out now that may be in the spool. Which title or picture was of it nobody can tell any more: all of
 * the parameter goes that has not been sent.
 */
function isReached(id: ParameterId, writer: Pick<RecordWriter, 'excluded'>, excluded: Exclusions): boolean {
  if (!isExcludable(id)) return false;
  return excludesMore(writer.excluded() ?? NO_EXCLUSIONS, excluded);
}
