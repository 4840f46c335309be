import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { DeviceId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { empty, route } from './route.ts';

/** As many devices as somebody would look into one by one. */
export const WAITING_NAMED = 20;

/** What the Collection page says of one parameter. `off` is never claimed before a receipt or the end of a lease. */
export const ParameterProof = z.strictObject({
  parameter: ParameterId,
  requested: z.string(),
  requestedAt: UnixMs,
  devices: z.int(),
  /** Devices whose signed receipt for the current policy agrees with it. */
  confirmed: z.int(),
  /** Of those, devices that are doing it now. Null: it rests on consent, and of fewer than five people that would tell who gave it. */
  active: z.int().nullable(),
  /** Devices whose receipt contradicts the policy: they still collect what is off. */
  contradicting: z.array(DeviceId),
  /** Devices that have signed nothing yet about this rule: in numbers, and by name only those that are long gone. */
  waiting: z.strictObject({
    devices: z.int(),
    /** Of those, connected: they are expected to answer. */
    connected: z.int(),
    /** Of the others, those whose lease may still run, so that they go on by the rule before. */
    running: z.int(),
    /** By this full hour every one of `running` has stopped by itself, because its lease has ended. Null: none runs, or one has no known end. */
    stopsBy: UnixMs.nullable(),
    /**
     * Of those that are not connected, the first whose lease for what is observed ended at least seven days ago, in the order
     * in which they were enrolled. Sooner no device is named: when somebody's computer comes on is for that person alone.
     */
    named: z.array(DeviceId).max(WAITING_NAMED),
  }),
  /**
   * Milliseconds from the publication of this rule to the moment at which the last of the devices that were there had first
   * confirmed it, when all confirm it now; the same for ever. Null also where one of these moments is not known any more.
   */
  timeToEffectMs: z.int().nullable(),
});
export type ParameterProof = z.infer<typeof ParameterProof>;

export const proofRoutes = {
  proof: route({
    method: 'GET',
    path: '/policy/proof',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Per parameter: requested, and confirmed by how many devices (owner, admin, manager, privacy officer).',
    body: null,
    response: z.strictObject({ policyVersion: z.int(), parameters: z.array(ParameterProof) }),
  }),
  proofStream: route({
    method: 'GET',
    path: '/policy/proof/stream',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The same as server-sent events (event `proof`): one at once, and one when it says something else, within five seconds; as soon as a policy is published, and while connected devices answer it.',
    body: null,
    response: 'text/event-stream',
  }),
};
