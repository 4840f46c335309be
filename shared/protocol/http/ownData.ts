import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { COPY_DAYS } from '../../rightsRequest.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, personPath, route } from './route.ts';

/** What is stored of a person, without what it says. */
export const HeldView = z.strictObject({
  asOf: UnixMs,
  /** In the order of the register; without those of which there is nothing. */
  parameters: z.array(
    z.strictObject({
      parameter: ParameterId,
      /** UTC days with something of it, from the oldest. */
      days: z.array(Day).min(1),
      /** As it is stored: compressed and encrypted, without screenshots' pictures. */
      bytes: z.int(),
      images: z.int(),
      /** The day after which the last of it must be gone. */
      keptUntil: Day,
    }),
  ),
  /** Stored pieces whose time is over: nobody can read them any more, and they are not deleted yet. */
  pastTheirDay: z.int(),
});
export type HeldView = z.infer<typeof HeldView>;

/** How long a download may take: it reads from a copy of the database that stands still, and that the server has to keep so long. */
export const EXPORT_MINUTES = 30;

export const ownDataRoutes = {
  held: route({
    method: 'GET',
    path: '/people/:person/held',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: 'What is held of oneself, by parameter and UTC day (the person alone). Recorded like a day.',
    body: null,
    response: HeldView,
  }),
  exportData: route({
    method: 'POST',
    path: '/people/:person/export',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: `Everything that is held of oneself, as a ZIP (the person alone). Asks for the password again, for the code of whoever has a second factor, and, of whoever ever had a computer, for a request of kind copy that is ready (409 else): it can be downloaded for ${COPY_DAYS} days, and a download ends when the request is withdrawn. Recorded, with a security event, before anything is sent; five times an hour at the most, within ${EXPORT_MINUTES} minutes each.`,
    body: z.strictObject(proof),
    response: 'application/zip',
  }),
};
