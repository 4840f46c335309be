import { z } from 'zod';
import { ParameterId } from '../catalog.ts';
import { DeviceId, OrgId, PersonId } from '../ids.ts';
import { layerNames } from '../policy/resolve.ts';
import { Digest, Nonce } from '../signed.ts';
import { Day, UnixMs } from '../time.ts';

/**
 * "Prove that this parameter is off on this device." The device tries every way by which a reading could come into being, with
 * readings that it made up itself; the server tries its own gate. Nothing real is read, and nothing is stored.
 */

/** Signed by the server's identity key in context `daylight/self-test-request/v1`. */
export const SelfTestRequest = z.strictObject({
  device: DeviceId,
  org: OrgId,
  parameter: ParameterId,
  /** Of this one test: the report repeats it. */
  nonce: Nonce,
  at: UnixMs,
});
export type SelfTestRequest = z.infer<typeof SelfTestRequest>;

/** What the device tries, in this order. */
export const deviceChecks = [
  'gate_refuses', // its gate says no, as everything stands
  'gate_refuses_while_tracking', // and would say no if the person were tracking and every sensor worked
  'not_running', // nothing collects it: no subscription, no schedule, no call under way
  'sensor_not_asked', // a sampler with made-up sensors does not ask one for it
  'reading_refused', // a made-up reading of every level is refused where one would come in
  'nothing_in_batches', // nothing of it waits to be sent
  'nothing_held', // no picture of it waits for review
  'nothing_kept', // nothing of it goes on
  'marker_nowhere', // and the made-up readings left no trace in any of these
  'sensors_left_alone', // no real sensor was called for it meanwhile
] as const;
export const DeviceCheck = z.enum(deviceChecks);
export type DeviceCheck = z.infer<typeof DeviceCheck>;

/** Left out where the parameter is off for a time only: what was rightly recorded before may still wait. */
export function isAboutWaiting(check: DeviceCheck): boolean {
  return check === 'nothing_in_batches' || check === 'nothing_held' || check === 'nothing_kept';
}

const checked = <C extends z.ZodType>(check: C) => z.strictObject({ check, passed: z.boolean(), at: UnixMs });

/** Signed by the device key in context `daylight/self-test/v1`. */
export const SelfTestReport = z.strictObject({
  device: DeviceId,
  org: OrgId,
  parameter: ParameterId,
  /** Of the request; for a test that nobody but the person at the device asked for, the device's own. */
  nonce: Nonce,
  /** Null: no verified policy is there, and everything is off. */
  policyHash: Digest.nullable(),
  policyVersion: z.int().min(0),
  /** The revision of the person's own terms that the lease in force holds. */
  terms: z.int().min(0),
  /** `on`: policy and person allow it, so that there is nothing to prove. */
  verdict: z.enum(['off', 'on', 'not_off']),
  level: z.string().max(32),
  /** Which layer keeps it off; null when it is on. */
  decidedBy: z.enum(layerNames).nullable(),
  /** Empty when it is on. */
  checks: z.array(checked(DeviceCheck)).max(deviceChecks.length),
  at: UnixMs,
});
export type SelfTestReport = z.infer<typeof SelfTestReport>;

/** What the server looks at, in this order. */
export const serverChecks = [
  'answer_is_genuine', // signed by this device's key, for this very test
  'device_says_off', // and each of its checks passed
  'same_policy', // it stands on the policy, and the person's own terms, that are in force
  'receipt_agrees', // the last receipt that it signed says the same
  'ingest_refuses', // a made-up reading of every level, as if from this device, is refused by the server's gate
  'nothing_stored_since', // of what the device has captured since it was switched off nothing is stored; left out where nobody looked
] as const;
export const ServerCheck = z.enum(serverChecks);
export type ServerCheck = z.infer<typeof ServerCheck>;

/** Signed by the server's identity key in context `daylight/self-test-result/v1`. */
export const SelfTestResult = z.strictObject({
  device: DeviceId,
  org: OrgId,
  person: PersonId,
  parameter: ParameterId,
  nonce: Nonce,
  /** SHA-256 of the report's payload; null when what came was no report of this test. */
  report: Digest.nullable(),
  /** `on`: the server itself would take it. `not_proved`: one of the checks did not pass. */
  verdict: z.enum(['off', 'on', 'not_proved']),
  /** Since when it has been off; null when it is on, or nobody knows. */
  since: UnixMs.nullable(),
  /** Segments of it from this device that are stored and were captured since; null when nobody looked, or could tell: then the check is left out. */
  stored: z.int().min(0).nullable(),
  /**
   * The first UTC day whose segments were counted. Null where none were, and where the version of the policy tells them apart
   * that switched it off.
   */
  countedFrom: Day.nullable(),
  /** Readings of it from this device that the server has ever refused. Some may have been on their way when it was switched off. */
  refused: z.int().min(0),
  checks: z.array(checked(ServerCheck)).max(serverChecks.length),
  at: UnixMs,
});
export type SelfTestResult = z.infer<typeof SelfTestResult>;
