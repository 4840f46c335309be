import { canonical } from '../../shared/canonical.ts';
import { catalog, hasLevel, type Level, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { noticeText } from '../../shared/policy/notice.ts';
import { coversRule } from '../../shared/policy/personal.ts';
import type { PolicyRule } from '../../shared/policy/policy.ts';
import type { FirstUseView } from '../../shared/protocol/window.ts';
import type { Digest } from '../../shared/signed.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { firstUseLine } from '../strings/firstUse.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Clock, Indicator, Introduction } from './ports.ts';
import type { Introduced } from './recorderJournal.ts';
import { sha256 } from './signing.ts';

/**
 * What is observed is introduced to the person on this very computer when it would first be recorded there: what, why, who sees it, how
 * long, how to stop it. Until then it is off. The acknowledged notice is one text for everything, read at another time.
 */
export interface FirstUse {
  /** The most of it that was introduced under terms as wide as these, by what is on disk; undefined: it need not be. */
  most(parameter: ParameterId): Level | undefined;
  /** What would be recorded now if it had been introduced. */
  waiting(): readonly FirstUseView[];
  /** Puts what waits in front of the person, once. Whether something may begin when the journal is on disk. */
  introduce(): boolean;
  /** What was shown elsewhere, or what the person said. False: that is not what waits, or more than that is needed. */
  was(parameter: ParameterId, shown: Digest, how: FirstUseView['needs']): boolean;
  inJournal(): Introduced;
  onDisk(introduced: Introduced): void;
}

export interface FirstUseDeps {
  readonly policies: PolicyCache;
  readonly clock: Clock;
  readonly indicator: Indicator;
  /** By the journal. */
  readonly known: Introduced;
  readonly running: (parameter: ParameterId) => boolean;
  /** The gate without what this says. */
  readonly gateBesides: Gate;
}

/** What was not recorded here for so long is introduced again. */
export const FORGOTTEN_MS = 30 * DAY;
const TOUCH_MS = 12 * HOUR;

export function createFirstUse(deps: FirstUseDeps): FirstUse {
  const { policies, clock, indicator } = deps;
  let introduced = deps.known;
  let onDisk = deps.known;
  /** What was put in front of the person by this process, and waits for their word or their window's. */
  const told = new Map<ParameterId, Digest>();

  function most(parameter: ParameterId, by = onDisk): Level | undefined {
    const rule = policies.binding()?.rules[parameter];
    if (rule === undefined || catalog[parameter].source === 'entered') return undefined;
    const known = by[parameter];
    if (known === undefined || !coversRule(known, rule) || isForgotten(known.usedAt)) return 'off';
    return hasLevel(parameter, known.level) ? known.level : 'off';
  }

  /** A clock that was far ahead when it was noted counts as well. */
  function isForgotten(usedAt: number): boolean {
    return Math.abs(clock.now() - usedAt) > FORGOTTEN_MS;
  }

  function waiting(): readonly FirstUseView[] {
    return parameterIds.flatMap((parameter) => {
      const rule = policies.binding()?.rules[parameter];
      const shown = most(parameter, introduced);
      if (rule === undefined || shown === undefined || rank(parameter, rule.level) <= rank(parameter, shown)) return [];
      const decision = deps.gateBesides.decide(parameter);
      if (decision.kind === 'denied' || rank(parameter, decision.level) <= rank(parameter, shown)) return [];
      return viewOf(parameter, decision.level, rule);
    });
  }

  function viewOf(parameter: ParameterId, level: Level, rule: PolicyRule): FirstUseView[] {
    const policy = policies.policy();
    const text = policy === null ? undefined : noticeText(parameter, level, { ...policy, ...policies.binding() });
    if (text === undefined) return [];
    const { purpose, basis, retentionDays, viewers } = rule;
    const terms = { purpose, basis, retentionDays, viewers: [...viewers] };
    const shown = sha256(canonical({ parameter, level, text, terms }));
    return [{ parameter, label: catalog[parameter].label, level, text, terms, shown, needs: needsOf(parameter) }];
  }

  function introduce(): boolean {
    const before = introduced;
    touch();
    const fresh = waiting().filter(({ parameter, shown }) => told.get(parameter) !== shown);
    if (fresh.length === 0) return false;
    const how = introduceBy(indicator, fresh.map(firstUseLine));
    if (how === 'nowhere') return false;
    for (const one of fresh) {
      told.set(one.parameter, one.shown);
      if (isEnough(how, one.needs)) note(one);
    }
    return introduced !== before;
  }

  /** Now and then: that something was recorded today need not be on disk every minute. */
  function touch(): void {
    const now = clock.now();
    const stale = Object.entries(introduced).filter(
      ([id, { usedAt }]) => deps.running(id as ParameterId) && Math.abs(now - usedAt) > TOUCH_MS,
    );
    if (stale.length === 0) return;
    introduced = { ...introduced, ...Object.fromEntries(stale.map(([id, one]) => [id, { ...one, usedAt: now }])) };
  }

  function note({ parameter, level, terms: { purpose, retentionDays, viewers } }: FirstUseView): void {
    introduced = { ...introduced, [parameter]: { level, purpose, retentionDays, viewers, usedAt: clock.now() } };
  }

  return {
    most: (parameter) => most(parameter),
    waiting,
    introduce,
    was(parameter, shown, how) {
      const one = waiting().find((view) => view.parameter === parameter);
      if (one?.shown !== shown || !isEnough(how, one.needs)) return false;
      note(one);
      return true;
    },
    inJournal: () => introduced,
    onDisk(written) {
      onDisk = written;
    },
  };
}

/** An indicator that fails shows nothing. */
export function introduceBy(indicator: Indicator, lines: readonly string[]): Introduction {
  try {
    if (indicator.introduce !== undefined) return indicator.introduce(lines);
    for (const line of lines) indicator.say(line);
    return 'shown';
  } catch {
    return 'nowhere';
  }
}

/** A picture shows what others wrote, too: for it the person says so. For everything a click would be one that nobody reads for. */
function needsOf(parameter: ParameterId): FirstUseView['needs'] {
  return parameter === 'screenshot' ? 'seen' : 'shown';
}

function isEnough(how: Introduction, needs: FirstUseView['needs']): boolean {
  return how === 'seen' || (how === 'shown' && needs === 'shown');
}
