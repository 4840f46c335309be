import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { DeviceId, PersonId } from '../../ids.ts';
import { PublicKey, Signed } from '../../signed.ts';
import { SelfTestReport, SelfTestResult } from '../selfTest.ts';
import { empty, route } from './route.ts';

export const selfTestsRoutes = {
  selfTest: route({
    method: 'POST',
    path: '/people/:person/devices/:device/self-tests',
    auth: 'session',
    params: z.strictObject({ person: PersonId, device: DeviceId }),
    query: empty,
    summary:
      'Has the device prove that a parameter is off on it, and tries the gate of the server (the person; whoever may read their activity). Nothing real is read and nothing stored. Recorded like a day, before the device is asked. 409 when the device is not connected, 503 when it does not answer, 429 after twenty tests of one device within an hour.',
    body: z.strictObject({ parameter: ParameterId }),
    response: z.strictObject({
      /** What the device said, when that is genuine. */
      said: SelfTestReport.nullable(),
      found: SelfTestResult,
      /** To verify offline, without this server: each signature by the key named. */
      evidence: z.strictObject({
        request: Signed,
        report: Signed,
        result: Signed,
        devicePublicKey: PublicKey,
        serverPublicKey: PublicKey,
      }),
    }),
  }),
};
