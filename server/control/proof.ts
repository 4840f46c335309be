import { canonical } from '../../shared/canonical.ts';
import { catalog, type Level, least, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import type { Levels, PolicyDocument, PolicyRule } from '../../shared/policy/policy.ts';
import { levelAskedFor } from '../../shared/policy/review.ts';
import { type ParameterProof, WAITING_NAMED } from '../../shared/protocol/http/proof.ts';
import { FEWEST_TOLD } from '../../shared/protocol/http/specialSearches.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { Digest } from '../../shared/signed.ts';
import { DAY, HOUR, type UnixMs } from '../../shared/time.ts';
import type { DeviceRecord } from '../store/store.ts';

/** A week after its lease has ended somebody must look for a device; whether it is on today is for its person alone. */
const NAMED_AFTER_MS = 7 * DAY;

/** One enrolled device, as its proof needs it. */
export interface Witness {
  readonly device: Pick<DeviceRecord, 'device' | 'person' | 'lease' | 'status'>;
  readonly connected: boolean;
  /** The least of what the person has been told of on it and what they decided themself. */
  readonly allowed: Levels;
  /** The revision of the person's own terms (`Standing.revision`). */
  readonly terms: number;
  /** The latest receipt whose signature verified, about any version; null when there is none. */
  readonly receipt: ReceiptPayload | null;
  readonly agreedAt: AgreedAt;
}

/**
 * When a device first agreed with the rule that a parameter has now; missing where it has not, or where that is not known.
 * `came_later`: the rule was there before it, and took no time to reach it.
 */
export type AgreedAt = Readonly<Partial<Record<ParameterId, UnixMs | 'came_later'>>>;

export interface Current {
  readonly document: PolicyDocument;
  readonly hash: Digest;
  /** Per parameter, the oldest version since which its rule has not changed (`unchangedSince`). */
  readonly unchanged: Readonly<Record<ParameterId, number>>;
  /** When that version was published. */
  readonly changedAt: Readonly<Record<ParameterId, UnixMs>>;
}

/** What may be claimed of each parameter, from signed receipts alone. Pure. Retired devices do not count. */
export function prove(
  current: Current,
  requestedAt: Record<ParameterId, UnixMs>,
  all: readonly Witness[],
  now: UnixMs,
): ParameterProof[] {
  const witnesses = all.filter(({ device }) => device.status === 'active');
  const areFew = new Set(witnesses.map(({ device }) => device.person)).size < FEWEST_TOLD;
  return parameterIds.map((parameter) => {
    const saying: Record<Testimony, Witness[]> = { agrees_active: [], agrees_off: [], contradicts: [], silent: [] };
    for (const witness of witnesses) saying[testimony(current, parameter, witness, now)].push(witness);
    const active = saying.agrees_active.length;
    const confirmed = active + saying.agrees_off.length;
    const rule = current.document.parameters[parameter];
    const endedAt = endedBetween(requestedAt[parameter], rule, now);
    return {
      parameter,
      requested: levelAskedFor(rule, now),
      requestedAt: endedAt ?? requestedAt[parameter],
      devices: witnesses.length,
      confirmed,
      active: rule.basis === 'consent' && areFew ? null : active,
      contradicting: saying.contradicts.map(({ device }) => device.device),
      waiting: waitingOf(parameter, saying.silent, now),
      // Of what ended by its date nobody counts how long that took: each computer knew the date before.
      timeToEffectMs: endedAt === null ? timeToEffect(current, parameter, witnesses, confirmed) : null,
    };
  });
}

/** When the date of the rule passed, if that was after the moment; null otherwise. */
function endedBetween(since: UnixMs, { level, reviewBy }: PolicyRule, now: UnixMs): UnixMs | null {
  const isEnded = level !== 'off' && reviewBy !== undefined && since <= reviewBy && reviewBy < now;
  return isEnded ? reviewBy + 1 : null;
}

type Testimony = 'agrees_active' | 'agrees_off' | 'contradicts' | 'silent';

/**
 * What one device's receipt says of one parameter. A receipt about an earlier version speaks for the present one as long
 * as this parameter's rule has not changed in between, so that a device that is away leaves only what changed in doubt;
 * but only a receipt about the present version and the person's present terms can contradict it. After the date of a rule one from before
 * the date cannot, nor does what was rightly captured before it and still waits. `silent`: nothing signed about this rule yet.
 */
export function testimony(
  current: Current,
  parameter: ParameterId,
  witness: Pick<Witness, 'receipt' | 'allowed' | 'terms'>,
  at: UnixMs,
): Testimony {
  const { receipt, terms } = witness;
  if (receipt === null || receipt.policyVersion < current.unchanged[parameter]) return 'silent';
  const { hash, document } = current;
  const isCurrent =
    receipt.policyHash === hash && receipt.policyVersion === document.version && receipt.terms === terms;
  const rule = document.parameters[parameter];
  const asked = levelAskedFor(rule, at);
  const allowed = least(parameter, asked, witness.allowed[parameter]);
  const isEnding =
    asked !== rule.level &&
    (levelAskedFor(rule, receipt.at) !== 'off' || receipt.parameters[parameter].state === 'off');
  if (!agrees(parameter, allowed, receipt)) return isCurrent && !isEnding ? 'contradicts' : 'silent';
  return isActive(receipt, parameter) ? 'agrees_active' : 'agrees_off';
}

function agrees(parameter: ParameterId, allowed: Level, receipt: ReceiptPayload): boolean {
  const { state, level, reason, waiting } = receipt.parameters[parameter];
  if (reason === 'contradicts_policy') return false;
  if (allowed === 'off') return state === 'off' && waiting === 0;
  if (state === 'off') return true;
  const observedWithoutSession = !receipt.tracking && catalog[parameter].source === 'observed';
  return !observedWithoutSession && rank(parameter, level) > 0 && rank(parameter, level) <= rank(parameter, allowed);
}

function isActive(receipt: ReceiptPayload, parameter: ParameterId): boolean {
  return receipt.parameters[parameter].state === 'active';
}

function waitingOf(parameter: ParameterId, silent: readonly Witness[], now: UnixMs): ParameterProof['waiting'] {
  const away = silent.filter(({ connected }) => !connected);
  const ends = away.map((witness) => stopsBy(parameter, witness)).filter((end) => end === null || end > now);
  const known = ends.filter((end) => end !== null);
  return {
    devices: silent.length,
    connected: silent.length - away.length,
    running: ends.length,
    stopsBy:
      known.length === 0 || known.length < ends.length ? null : known.reduce((one, other) => Math.max(one, other)),
    named: away
      .filter((witness) => isLongGone(witness, now))
      .slice(0, WAITING_NAMED)
      .map(({ device }) => device.device),
  };
}

function isLongGone({ device }: Witness, now: UnixMs): boolean {
  return device.lease !== null && device.lease.observedUntil + NAMED_AFTER_MS <= now;
}

/** The end of its lease, up to the full hour: the minute would tell when the computer was last on. Null when it has had no lease. */
function stopsBy(parameter: ParameterId, { device }: Witness): UnixMs | null {
  const end = catalog[parameter].source === 'observed' ? device.lease?.observedUntil : device.lease?.enteredUntil;
  return end === undefined ? null : Math.ceil(end / HOUR) * HOUR;
}

/** Null unless every device has confirmed, at least one was there when the rule changed, and the moment of each is known. */
function timeToEffect(
  current: Current,
  parameter: ParameterId,
  witnesses: readonly Witness[],
  confirmed: number,
): number | null {
  if (confirmed < witnesses.length) return null;
  const moments = witnesses.map(({ agreedAt }) => agreedAt[parameter]).filter((at) => at !== 'came_later');
  const known = moments.filter((at) => at !== undefined);
  if (known.length === 0 || known.length < moments.length) return null;
  const requestedAt = current.changedAt[parameter];
  return known.reduce((last, at) => Math.max(last, at), requestedAt) - requestedAt;
}

/**
 * When each computer was asked for what it is asked for since: by a publication, or by a date of review that passed before the newest of
 * them. What passed after that `prove` sees.
 */
export function askedSince(published: readonly Terms[]): Record<ParameterId, UnixMs> {
  const moments = published.flatMap((terms, place) => {
    const next = published[place + 1]?.publishedAt ?? terms.publishedAt;
    const ends = parameterIds.flatMap((id) => terms.document.parameters[id].reviewBy ?? []).map((at) => at + 1);
    const between = ends.filter((at) => at > terms.publishedAt && at < next).sort((a, b) => a - b);
    return [terms, ...between.map((publishedAt) => ({ ...terms, publishedAt }))];
  });
  return requestedSince(moments, levelAskedFor);
}

interface Terms {
  readonly document: PolicyDocument;
  readonly publishedAt: UnixMs;
}

/**
 * When each parameter was last given the level that it has: the publication of the oldest version of its present run. `levelOf`: which
 * level a rule gives it at the time of the publication.
 */
export function requestedSince(
  published: readonly Terms[],
  levelOf: (rule: PolicyRule, publishedAt: UnixMs) => Level = ({ level }) => level,
): Record<ParameterId, UnixMs> {
  const since = {} as Record<ParameterId, UnixMs>;
  const levels = {} as Record<ParameterId, Level>;
  for (const { document, publishedAt } of published) {
    for (const id of parameterIds) {
      const level = levelOf(document.parameters[id], publishedAt);
      if (levels[id] !== level) since[id] = publishedAt;
      levels[id] = level;
    }
  }
  return since;
}

/** Per parameter, the oldest version of the present run in which its rule, all of it, has been the same. */
export function unchangedSince(published: readonly Terms[]): Pick<Current, 'unchanged' | 'changedAt'> {
  const unchanged = {} as Record<ParameterId, number>;
  const changedAt = {} as Record<ParameterId, UnixMs>;
  const rules = {} as Record<ParameterId, string>;
  for (const { document, publishedAt } of published) {
    for (const id of parameterIds) {
      const rule = canonical(document.parameters[id]);
      if (rules[id] !== rule) [unchanged[id], changedAt[id]] = [document.version, publishedAt];
      rules[id] = rule;
    }
  }
  return { unchanged, changedAt };
}
