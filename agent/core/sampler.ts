import type { Level, LevelOf, ParameterId } from '../../shared/catalog.ts';
import { catalog, parameterIds } from '../../shared/catalog.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import { type MonoMs, SECOND, type UnixMs } from '../../shared/time.ts';
import { createFacts } from './facts.ts';
import type { Gate } from './gate/gate.ts';
import { createHeartbeats } from './heartbeat.ts';
import type { Entry, Outbox } from './outbox.ts';
import type { ActiveWindow, BrowserTab, Clock, Indicator, InputKind, Platform, Random } from './ports.ts';
import { createScreenshots } from './screenshots.ts';
import { activityOf, createInputCounter, type InputCounter, type Slot } from './sensors/input.ts';
import type { Reductions } from './sensors/reductions.ts';
import type { Registry } from './sensors/registry.ts';
import { type Sight, sightOf } from './sensors/sight.ts';
import { createSubscription, openWhileWanted } from './sensors/subscription.ts';
import { INTERVAL_MS } from './session.ts';

/**
 * Turns what the sensors read into permitted observations, and calls no sensor before the gate has said yes. It never
 * decides anything about the session; `epoch` changes whenever the session or the policy does, and what was begun
 * before is dropped.
 */
export interface Sampler {
  /** Starts what is allowed now and stops what is not; returns what that brought to an end. */
  refresh(): Promise<Entry[]>;
  /** One reading of the window in front, and the counts that are due. Never throws. */
  round(): Promise<Entry[]>;
  /** What goes on, as if it ended now: lost with this process unless it is kept. */
  open(): Entry[];
  /** What is read less often, and may take its time: facts and screenshots. Never throws. */
  occasional(): Promise<Entry[]>;
  /** Ends what is open, at `mono`, before the session changes. */
  cut(mono: MonoMs): Entry[];
  /** Forgets what was read of the parameter and not yet handed on. */
  discard(parameter: ParameterId): void;
  /** A new session begins. */
  begin(): void;
  /** Whether input is really being counted. */
  watchesInput(): boolean;
  /** Sites may be recorded now, and no browser's extension has been heard of late: none is. */
  isBrowserUnheard(): boolean;
}

/** One moment of a running session, in the session's own time. */
export interface Moment {
  readonly at: UnixMs;
  readonly mono: MonoMs;
  readonly sessionStart: MonoMs;
  readonly epoch: number;
}

export interface SamplerDeps {
  readonly gate: Gate;
  readonly registry: Registry;
  readonly outbox: Outbox;
  readonly platform: Platform;
  readonly reductions: Reductions;
  readonly indicator: Indicator;
  readonly clock: Clock;
  readonly random: Random;
  /** Null when no session is running. */
  readonly moment: (mono: MonoMs) => Moment | null;
  readonly wall: () => UnixMs;
  readonly reviewSeconds: () => number;
  readonly diagnostics: () => Omit<ObservationOf<'diagnostics'>, 'parameter' | 'level' | 'at' | 'mono' | 'span'>;
  /** Called before the event is counted: the session may find out by it that the machine has slept. */
  readonly onInput: (mono: MonoMs) => void;
  /** Called with each reading of the window in front, for what hides it. */
  readonly onReading: (window: ActiveWindow | null, tab: BrowserTab | null) => void;
  /** Another application is in front than before, seen while applications may be observed. */
  readonly onChange: () => void;
}

export function createSampler(deps: SamplerDeps): Sampler {
  const { gate, registry, outbox, platform, reductions, clock } = deps;
  const heartbeats = createHeartbeats(platform.pace?.lookMs ?? INTERVAL_MS);
  const screenshots = createScreenshots(deps);
  const facts = createFacts(deps);
  let counter: { readonly level: Slot['level']; readonly input: InputCounter } | null = null;
  let lastSeen: string | null = null;
  let lastHeard: MonoMs | null = null;
  /** For whose sake the extension was listened to last. */
  let listeners: readonly ParameterId[] = [];

  const input = createSubscription(clock, (isWanted) =>
    registry.call('input', ['activity'], () =>
      openWhileWanted(() => platform.input.start((kind) => isWanted() && onInput(kind)), isWanted),
    ),
  );
  const browser = createSubscription(clock, (isWanted) =>
    registry.call('browser', browserUsers(), () => openWhileWanted(() => platform.browser.start(), isWanted)),
  );

  function onInput(kind: InputKind): void {
    const mono = clock.mono();
    deps.onInput(mono);
    counter?.input.count(kind, mono);
  }

  function levelOf(parameter: ParameterId): Level {
    const decision = deps.moment(clock.mono()) === null ? null : gate.decide(parameter);
    return decision?.kind === 'allowed' ? decision.level : 'off';
  }

  /** Those for whose sake the extension is listened to: their value, or whether a browser's window is a private one. */
  function browserUsers(): ParameterId[] {
    return (['url', 'title', 'screenshot'] as const).filter((parameter) => levelOf(parameter) !== 'off');
  }

  async function refresh(): Promise<Entry[]> {
    const mono = clock.mono();
    const ended: Entry[] = [];
    const closing = browserUsers().length === 0 ? listeners : [];
    for (const parameter of parameterIds) {
      const level = levelOf(parameter);
      if (parameter === 'activity') continue;
      if (level !== 'off') registry.engage(parameter, level);
      else {
        ended.push(...heartbeats.pause(parameter, mono));
        if (!closing.includes(parameter)) registry.disengage(parameter);
      }
    }
    ended.push(...(await refreshActivity()));
    await refreshBrowser();
    return ended;
  }

  /** Those for whose sake it was opened count as running while it may still call back, as with the input. */
  async function refreshBrowser(): Promise<void> {
    const users = browserUsers();
    await browser.set(users.length > 0);
    const isLeftOpen = users.length === 0 && browser.isOpen();
    if (!isLeftOpen) for (const parameter of listeners) if (levelOf(parameter) === 'off') registry.disengage(parameter);
    if (users.length > 0) listeners = users;
    else if (!isLeftOpen) listeners = [];
  }

  async function refreshActivity(): Promise<Entry[]> {
    const level = levelOf('activity');
    const wanted = level === 'active' || level === 'counts' ? level : null;
    const ended = counter !== null && counter.level !== wanted ? endCounting(clock.mono()) : [];
    // It counts as running for as long as it may still call back, even when it was told to stop and would not.
    if (wanted !== null) registry.engage('activity', wanted);
    const isSettled = await input.set(wanted !== null);
    if (!input.isOpen()) registry.disengage('activity');
    const moment = deps.moment(clock.mono());
    if (isSettled && input.isOpen() && counter === null && moment !== null && levelOf('activity') === wanted) {
      counter = { level: wanted, input: createInputCounter(wanted, moment.sessionStart, moment.mono) };
    }
    return ended;
  }

  function endCounting(mono: MonoMs): Entry[] {
    const slots = counter?.input.end(mono) ?? [];
    counter = null;
    return slots.flatMap(permitSlot);
  }

  function permitSlot(slot: Slot): Entry[] {
    const moment = deps.moment(slot.from);
    return moment === null ? [] : permit(activityOf(slot, moment.at));
  }

  function permit(observation: Observation): Entry[] {
    const entry = outbox.permit(observation);
    return entry === null ? [] : [entry];
  }

  async function round(): Promise<Entry[]> {
    const begun = deps.moment(clock.mono());
    if (begun === null) return [];
    const seen = await readWindow(begun, momentAfter(begun));
    const slots = counter?.input.finished(begun.mono) ?? [];
    return [...slots.flatMap(permitSlot), ...seen];
  }

  function open(): Entry[] {
    return [...heartbeats.open(), ...(counter?.input.open(clock.mono()) ?? []).flatMap(permitSlot)];
  }

  async function occasional(): Promise<Entry[]> {
    const begun = deps.moment(clock.mono());
    if (begun === null) return [];
    const now = momentAfter(begun);
    const entries = await facts.gather(now, levelOf);
    const level = levelOf('screenshot');
    if (now().epoch === begun.epoch && (level === 'blurred' || level === 'full')) await screenshots.take(now, level);
    return entries;
  }

  /** What was begun in one epoch has none of its own after that session. */
  function momentAfter(begun: Moment): () => Moment {
    return () => deps.moment(clock.mono()) ?? { ...begun, epoch: -1 };
  }

  async function readWindow(begun: Moment, now: () => Moment): Promise<Entry[]> {
    const wanted = (['app', 'title', 'url'] as const).filter((parameter) => levelOf(parameter) !== 'off');
    if (wanted.length === 0) return [];
    const reading = await registry.call('window', wanted, () => platform.window.active());
    if (!reading.ok || now().epoch !== begun.epoch) return [];
    const window = reading.value;
    const tab = browser.isOpen() ? attempt('url', () => platform.browser.tab()) : null;
    noticeChange(window);
    deps.onReading(window, tab);
    return wanted.flatMap((parameter) => {
      const observation = window === null ? null : attempt(parameter, () => observe(parameter, window, tab, begun));
      const entry = observation === null ? null : outbox.permit(observation);
      return entry === null ? heartbeats.pause(parameter, begun.mono) : heartbeats.beat(entry);
    });
  }

  /** Only to see that somebody is there. A title or an address changes by itself and says nothing of that. */
  function noticeChange(window: ActiveWindow | null): void {
    if (window === null || levelOf('app') === 'off') return;
    if (lastSeen !== null && window.program !== lastSeen) deps.onChange();
    lastSeen = window.program;
  }

  function observe(
    parameter: 'app' | 'title' | 'url',
    window: ActiveWindow,
    tab: BrowserTab | null,
    { at, mono }: Moment,
  ): Observation | null {
    const level = levelOf(parameter);
    const reduced = reduce(parameter, level, window, sightOf(window, tab, reductions));
    return reduced === null ? null : { ...reduced, at, mono, span: 0 };
  }

  function reduce(parameter: 'app' | 'title' | 'url', level: Level, window: ActiveWindow, sight: Sight) {
    switch (parameter) {
      case 'app':
        return isLevel('app', level) ? reductions.app(window, level) : null;
      case 'title':
        if (sight.kind !== 'plain' && sight.kind !== 'page') return null;
        return isLevel('title', level) && window.title ? reductions.title(window.title, level) : null;
      case 'url':
        if (sight.kind !== 'page' && sight.kind !== 'special') return null;
        return isLevel('url', level) ? reductions.url(sight.url, level) : null;
    }
  }

  function hearsBrowser(): boolean {
    const now = clock.mono();
    if (browser.isOpen() && attempt('url', () => platform.browser.tab()) !== null) lastHeard = now;
    return lastHeard !== null && now - lastHeard <= HEARD_FOR_MS;
  }

  /** A redactor that throws loses its value and nothing else. */
  function attempt<T>(parameter: ParameterId, reduction: () => T): T | null {
    try {
      return reduction();
    } catch {
      registry.failed(parameter);
      return null;
    }
  }

  return {
    refresh,
    round,
    open,
    occasional,
    cut: (mono) => [...heartbeats.end(mono), ...endCounting(mono)],
    discard(parameter) {
      heartbeats.discard(parameter);
      if (parameter === 'activity') counter = null;
    },
    begin() {
      facts.begin();
      lastSeen = null;
    },
    watchesInput: () => input.isOpen() && counter !== null,
    isBrowserUnheard: () => levelOf('url') !== 'off' && !hearsBrowser(),
  };
}

/** A browser that is opened again so soon was not away: receipts follow what is heard, and are not to follow every window. */
const HEARD_FOR_MS = 30 * SECOND;

function isLevel<P extends ParameterId>(parameter: P, level: Level): level is Exclude<LevelOf<P>, 'off'> & Level {
  return level !== 'off' && (catalog[parameter].levels as readonly string[]).includes(level);
}
