import type { ParameterId } from '../../shared/catalog.ts';
import type { PersonId } from '../../shared/ids.ts';
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
import type { UnixMs } from '../../shared/time.ts';
import type { PublishedPolicy } from './control.ts';
import type { Standing } from './standing.ts';

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
  /** Whether the gate of the server would let a reading of it in. */
  readonly wouldAdmit: boolean;
  readonly since: UnixMs | null;
  readonly stored: number | null;
  readonly refused: number;
  readonly now: UnixMs;
}

/** What may be claimed after a self-test. Pure. A device that says less than all of it has proved nothing. */
export function judgeSelfTest(facts: SelfTestFacts): SelfTestResult {
  const { asked, person, wouldAdmit, since, stored, refused, now } = facts;
  const { device, org, parameter, nonce } = asked;
  const answer = isAnswerTo(asked, facts.answer?.said ?? null) ? facts.answer : null;
  const about = { device, org, person, parameter, nonce, report: answer?.digest ?? null, refused, at: now };
  if (wouldAdmit) return { ...about, verdict: 'on', since: null, stored: null, checks: [] };
  const passed = passedOf(facts, answer?.said ?? null);
  const verdict = serverChecks.every((check) => passed[check]) ? 'off' : 'not_proved';
  const checks = serverChecks.map((check) => ({ check, passed: passed[check], at: now }));
  return { ...about, verdict, since, stored, checks };
}

function passedOf(facts: SelfTestFacts, said: SelfTestReport | null): Readonly<Record<ServerCheck, boolean>> {
  const { current, standing, receipt, asked } = facts;
  // What the policy itself does not forbid is off for a time only: what was recorded before may wait.
  const mayWait = current.document.parameters[asked.parameter].level !== 'off';
  return {
    answer_is_genuine: said !== null,
    device_says_off: said !== null && saysOff(said, mayWait),
    same_policy: said !== null && said.policyHash === current.hash && said.terms === standing.revision,
    receipt_agrees: receipt !== null && isOffIn(receipt, facts, mayWait),
    ingest_refuses: !facts.wouldAdmit,
    nothing_stored_since: (facts.stored ?? 0) === 0,
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

function isOffIn(receipt: ReceiptPayload, { current, standing, asked }: SelfTestFacts, mayWait: boolean): boolean {
  const { state, waiting } = receipt.parameters[asked.parameter];
  const isPresent = receipt.policyHash === current.hash && receipt.terms === standing.revision;
  return isPresent && state === 'off' && (mayWait || waiting === 0);
}

/** Since when it has been off: `version`, the policy that switched it off; null where the person themself did. Null: that is not known. */
export function offSince(
  history: readonly PublishedPolicy[],
  { objections }: Pick<Standing, 'objections'>,
  parameter: ParameterId,
): { readonly at: UnixMs; readonly version: number | null } | null {
  const on = history.findLastIndex(({ document }) => document.parameters[parameter].level !== 'off');
  const first = history[on + 1];
  if (first !== undefined) return { at: first.publishedAt, version: first.document.version };
  const objection = objections.get(parameter);
  return objection === undefined ? null : { at: objection.since, version: null };
}
