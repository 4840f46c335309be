import type { MonoMs } from '../../shared/time.ts';
import { probe, type Sensors } from './availability.ts';
import type { FirstUse } from './firstUse.ts';
import type { Entry, Outbox } from './outbox.ts';
import type { Clock, Platform } from './ports.ts';
import type { RecordWriter } from './recordWriter.ts';
import type { Sampler } from './sampler.ts';
import type { Registry } from './sensors/registry.ts';
import { createSubscription, openWhileWanted } from './sensors/subscription.ts';
import { isSettled, type SessionEvent } from './session.ts';
import type { Tracking } from './tracking.ts';

/** The sensors of this computer, which follow session and policy, and what they give, on its way to the disk. */
export interface Sensing {
  /** Asks the computer anew what can be observed here. */
  probe(): Promise<void>;
  /** What can be observed here, as it was last asked. */
  sensors(): Sensors;
  /** A lock or input is watched. */
  isWatched(): boolean;
  /** Begins to watch the lock where that can be done. */
  watchLock(): Promise<void>;
  /** It could be seen here, and the attempt to begin has failed so far. */
  isLockUnseen(): boolean;
  /** Input, as it comes. */
  input(mono: MonoMs): void;
  /** Evidence of the person other than input: a command, or another application in front. */
  seen(): Promise<void>;
  /** Writes what a change of the session has given, and then follows it. False when the disk did not take that. */
  changed(entries: readonly Entry[], wasRunning?: boolean): Promise<boolean>;
  /** After a change of the session: sensors, lock, journal and receipt follow. */
  follow(wasRunning?: boolean): Promise<void>;
  /** Sensors follow the gate, one change after the other. What that ends is written, and a write holds up no later change. */
  refresh(): Promise<void>;
  /** Shows what is about to be recorded for the first time, and lets begin what that was enough for. */
  introduce(): Promise<void>;
  /** One round at a time: a sensor that hangs delays the next one and nothing else. */
  startRound(): void;
  /** Resolves when the round that goes on, if any, has ended. */
  roundEnded(): Promise<void>;
  close(): Promise<void>;
}

export interface SensingDeps {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly sampler: Sampler;
  readonly outbox: Outbox;
  readonly tracking: Tracking;
  readonly writer: RecordWriter;
  readonly firstUse: Pick<FirstUse, 'introduce'>;
  /** What the device does may have changed. */
  readonly notify: () => void;
}

export function createSensing(deps: SensingDeps, probed: Sensors): Sensing {
  const { platform, clock, registry, sampler, outbox, tracking, writer, firstUse, notify } = deps;
  let sensors = probed;
  let rounding: Promise<void> | null = null;
  let refreshing: Promise<unknown> = Promise.resolve();

  const lock = createSubscription(clock, (isWanted) =>
    registry.call('lock', [], () =>
      openWhileWanted(
        () => platform.lock.start((isLocked) => isWanted() && happened({ kind: isLocked ? 'locked' : 'unlocked' })),
        isWanted,
      ),
    ),
  );

  /** From outside a command. */
  function happened(event: SessionEvent): void {
    const wasRunning = isRunning();
    void changed(tracking.apply(event), wasRunning);
  }

  async function changed(entries: readonly Entry[], wasRunning = true): Promise<boolean> {
    const isWritten = await writer.record(entries);
    await follow(wasRunning);
    return isWritten;
  }

  async function follow(wasRunning = true): Promise<void> {
    const letGo = async (): Promise<void> => {
      if (wasRunning && !isRunning()) await lock.set(false);
    };
    // Side by side: the lock is let go of also while the disk takes nothing of what the others gave. That may end the session, too.
    await Promise.all([refresh(), letGo()]);
    await letGo();
    await writer.writeJournal();
    await introduce();
    notify();
  }

  async function introduce(): Promise<void> {
    if (!firstUse.introduce()) return;
    // It counts when it is on disk: a process that dies before that shows it again.
    await writer.writeJournal();
    await refresh();
  }

  async function refresh(): Promise<void> {
    const followed = refreshing.then(async () => {
      const entries = woken();
      entries.push(...(await sampler.refresh()));
      const watches = sampler.watchesInput();
      const session = tracking.session();
      if (session.kind !== 'stopped' && watches !== session.watched) {
        entries.push(...tracking.apply({ kind: 'watch', input: watches }));
      }
      return { written: writer.record(entries) };
    });
    refreshing = followed.catch(() => undefined);
    await (await followed).written;
  }

  /** What a sensor has counted ends where the process was last seen to run, whatever ends it. */
  function woken(): Entry[] {
    return isAwake() ? [] : tracking.tick();
  }

  function startRound(): void {
    if (!isRunning() || rounding !== null) return;
    rounding = round().finally(() => {
      rounding = null;
    });
  }

  async function round(): Promise<void> {
    await outbox.write(await sampler.round());
    // Not of a time in which the process did not run: the next look finds out when that began.
    if (isAwake()) {
      await outbox.keep(sampler.open());
      await outbox.write(await sampler.occasional());
    }
    notify();
  }

  function isAwake(): boolean {
    return isSettled(tracking.session(), { at: clock.now(), mono: clock.mono() });
  }

  function isRunning(): boolean {
    return tracking.session().kind !== 'stopped';
  }

  return {
    async probe() {
      sensors = await probe(platform, clock);
    },
    sensors: () => sensors,
    isWatched: () => lock.isOpen() || sampler.watchesInput(),
    async watchLock() {
      if (sensors.seesLock) await lock.set(true);
    },
    isLockUnseen: () => isRunning() && sensors.seesLock && !lock.isOpen(),
    input(mono) {
      const entries = tracking.input(mono);
      if (entries !== null) void changed(entries);
    },
    async seen() {
      const entries = tracking.seen();
      if (entries !== null) await changed(entries);
    },
    changed,
    follow,
    refresh,
    introduce,
    startRound,
    async roundEnded() {
      await rounding;
    },
    async close() {
      await registry.settled();
      await rounding;
      await refresh();
      await lock.set(false);
    },
  };
}
