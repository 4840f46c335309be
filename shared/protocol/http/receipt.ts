import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { DeviceId, PersonId } from '../../ids.ts';
import { PublicKey, Signed } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { ReceiptState } from '../messages.ts';
import { empty, route } from './route.ts';

export const receiptRoutes = {
  deviceReceipt: route({
    method: 'GET',
    path: '/people/:person/devices/:device/receipt',
    auth: 'session',
    params: z.strictObject({ person: PersonId, device: DeviceId }),
    query: empty,
    summary:
      "What the device last signed that it does. The signed receipt itself, to verify offline, with times, states and counts for whoever may read the person's activity; for others (admin, privacy officer) only which parameters are switched on or off. To others than the person nothing of what rests on consent, and then not the signed receipt either. Recorded like a day.",
    body: null,
    response: z.strictObject({
      /** Null to others than the person also while it says something of what rests on consent. */
      receipt: Signed.nullable(),
      receivedAt: UnixMs.nullable(),
      devicePublicKey: PublicKey,
      /** By the latest receipt, on: observed or entered whenever the person tracks. Empty when there is no receipt. */
      switches: z.partialRecord(ParameterId, z.enum(['on', 'off'])),
      parameters: z.partialRecord(ParameterId, ReceiptState),
      /**
       * Of what nothing is told here, because it rests on consent (in the policy in force, in the terms that stay for the person, or in
       * the version that the receipt is about): what the person decided is theirs to know. Empty for the person.
       */
      withheld: z.array(ParameterId),
      /** Observations that the server refused from this device, by parameter (or `unknown`) and reason; never their content. Like `dropped` for others than the person without what ever rested on consent. */
      discarded: z.array(
        z.strictObject({ parameter: z.union([ParameterId, z.literal('unknown')]), reason: z.string(), count: z.int() }),
      ),
      /** What the device says it recorded and never sent, by parameter and cause. */
      dropped: z.array(z.strictObject({ parameter: ParameterId, cause: z.string(), count: z.int() })),
    }),
  }),
};
