import type { Level, ParameterId } from '../../shared/catalog.ts';
import type { PersonId } from '../../shared/ids.ts';
import { decidedBy, decidedLevels } from '../../shared/policy/ceilings.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import {
  deviceChecks,
  isAboutWaiting,
  type SelfTestReport,
  type SelfTestRequest,
  type SelfTestResult,
  type ServerCheck,
  serverChecks,
} from '../../shared/protocol/selfTest.ts';
import type { Digest } from '../../shared/signed.ts';
import { addDays, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { PublishedPolicy } from './control.ts';
import type { Standing } from './standing.ts';
import { type Told, termsWith } from './told.ts';

/** Everything that the result of one self-test rests on. */
export interface SelfTestFacts {
  readonly asked: SelfTestRequest;
  readonly person: PersonId;
  /** What the device answered, when that bears its signature. */
  readonly answer: { readonly said: SelfTestReport; readonly digest: Digest } | null;
  readonly current: PublishedPolicy;
  readonly standing: Pick<Standing, 'revision'>;
  /** What the device last signed that it does. */
  readonly receipt: ReceiptPayload | null;
  /** It is off for a time only, by a lease, a schedule or a notice: what was rightly recorded before may wait, and be stored. */
  readonly mayWait: boolean;
  /** Whether the gate of the server would let a reading of it in. */
  readonly wouldAdmit: boolean;
  readonly since: UnixMs | null;
  /** Null: nobody looked, or nobody could tell. */
  readonly stored: number | null;
  readonly countedFrom: Day | null;
  readonly refused: number;
  readonly now: UnixMs;
}

/** What may be claimed after a self-test. Pure. A device that says less than all of it has proved nothing. */
export function judgeSelfTest(facts: SelfTestFacts): SelfTestResult {
  const { asked, person, wouldAdmit, mayWait, since, stored, countedFrom, refused, now } = facts;
  const { device, org, parameter, nonce } = asked;
  const answer = isAnswerTo(asked, facts.answer?.said ?? null) ? facts.answer : null;
  const about = { device, org, person, parameter, nonce, report: answer?.digest ?? null, refused, at: now };
  if (wouldAdmit) return { ...about, verdict: 'on', since: null, stored: null, countedFrom: null, checks: [] };
  const passed = passedOf(facts, answer?.said ?? null);
  // What nobody looked at has not passed; where something may rightly be stored it is not asked.
  const made = serverChecks.filter((check) => check !== 'nothing_stored_since' || stored !== null);
  const isComplete = made.length === serverChecks.length || mayWait;
  const verdict = isComplete && made.every((check) => passed[check]) ? 'off' : 'not_proved';
  const checks = made.map((check) => ({ check, passed: passed[check], at: now }));
  return { ...about, verdict, since, stored, countedFrom, checks };
}

function passedOf(facts: SelfTestFacts, said: SelfTestReport | null): Readonly<Record<ServerCheck, boolean>> {
  const { current, standing, receipt, mayWait } = facts;
  return {
    answer_is_genuine: said !== null,
    device_says_off: said !== null && saysOff(said, mayWait),
    same_policy: said !== null && said.policyHash === current.hash && said.terms === standing.revision,
    receipt_agrees: receipt !== null && isOffIn(receipt, facts),
    ingest_refuses: !facts.wouldAdmit,
    nothing_stored_since: facts.stored === 0,
  };
}

function isAnswerTo(asked: SelfTestRequest, said: SelfTestReport | null): boolean {
  if (said === null) return false;
  return (['device', 'org', 'parameter', 'nonce'] as const).every((field) => said[field] === asked[field]);
}

/** Every check is there: one that was left out is not passed. */
function saysOff({ verdict, checks }: SelfTestReport, mayWait: boolean): boolean {
  const passed = new Set(checks.filter((one) => one.passed).map(({ check }) => check));
  const needed = deviceChecks.filter((check) => !(mayWait && isAboutWaiting(check)));
  return verdict === 'off' && needed.every((check) => passed.has(check));
}

function isOffIn(receipt: ReceiptPayload, { current, standing, asked, mayWait }: SelfTestFacts): boolean {
  const { state, waiting } = receipt.parameters[asked.parameter];
  const isPresent = receipt.policyHash === current.hash && receipt.terms === standing.revision;
  return isPresent && state === 'off' && (mayWait || waiting === 0);
}

/** What is decided of the parameter now, whatever the time and whatever the person was told. */
export function decidedNow(
  { document }: PublishedPolicy,
  { terms }: Pick<Standing, 'terms'>,
  told: Pick<Told, 'agreed'>,
  parameter: ParameterId,
  now: UnixMs,
): Level {
  return decidedLevels(decidedBy(document), termsWith(terms, told, now))[parameter];
}

export interface OffSince {
  readonly at: UnixMs;
  readonly version: number | null;
}

/**
 * Since when it has been decided that it is off. `version`: the policy that switched it off; null where that was decided of the person, by
 * themself or by the organisation. Null: it is not off, or for a time only.
 */
export function offSince(
  history: readonly PublishedPolicy[],
  { changes, termsAt }: Pick<Standing, 'changes' | 'termsAt'>,
  told: Pick<Told, 'agreed'>,
  parameter: ParameterId,
): OffSince | null {
  const on = history.findLastIndex(({ document }) => document.parameters[parameter].level !== 'off');
  const first = history[on + 1];
  if (first !== undefined) return { at: first.publishedAt, version: first.document.version };
  const moments = [...history.map(({ publishedAt }) => publishedAt), ...changes.map(({ at }) => at)];
  const isOn = (at: UnixMs): boolean => {
    const policy = history.findLast(({ publishedAt }) => publishedAt <= at);
    return policy !== undefined && decidedNow(policy, { terms: termsAt(at) }, told, parameter, at) !== 'off';
  };
  const ordered = moments.toSorted((a, b) => a - b);
  const at = ordered[ordered.findLastIndex(isOn) + 1];
  return at === undefined ? null : { at, version: null };
}

/**
 * How much of what was captured since is stored, and from which day on that was counted. Segments are stored by whole days: of the day
 * on which something was decided of the person nobody can tell what was captured before, unless there is nothing at all.
 */
export function storedSince(
  segments: readonly { readonly day: Day; readonly termsVersion: number }[],
  { at, version }: OffSince,
  today: Day,
): { readonly stored: number | null; readonly countedFrom: Day | null } {
  if (version !== null) {
    return { stored: segments.filter(({ termsVersion }) => termsVersion >= version).length, countedFrom: null };
  }
  const first = dayOf(at);
  const countedFrom = segments.some(({ day }) => day === first) ? addDays(first, 1) : first;
  if (countedFrom > today) return { stored: null, countedFrom: null };
  return { stored: segments.filter(({ day }) => day >= countedFrom).length, countedFrom };
}
