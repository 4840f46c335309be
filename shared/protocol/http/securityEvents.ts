import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { empty, route } from './route.ts';

export const securityEventsRoutes = {
  securityEvents: route({
    method: 'GET',
    path: '/security-events',
    auth: 'session',
    params: empty,
    query: z.strictObject({ before: z.coerce.number().pipe(UnixMs).optional() }),
    summary:
      'Refusals, concurrent use of an account, sign-ins that failed or were out of the ordinary, changes of accounts, invitations, devices and codes, but not that somebody consented (owner, admin, privacy officer), newest first, 200 at a time and with the last all of its millisecond. `count`: how often within the minute of `at`.',
    body: null,
    response: z.strictObject({
      events: z.array(
        z.strictObject({
          at: UnixMs,
          kind: z.string(),
          person: PersonId.nullable(),
          detail: z.string(),
          count: z.int(),
        }),
      ),
    }),
  }),
};
