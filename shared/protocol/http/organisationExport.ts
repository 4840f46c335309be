import { z } from 'zod';
import { UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { empty, route } from './route.ts';

const count = z.int().min(0);

/** What an export of the organisation would hold. */
export const OrganisationExportPreview = z.strictObject({
  asOf: UnixMs,
  people: count,
  /** Of whom nothing of what is recorded would be in it: the policy shows it to no owner, or they have had it restricted. */
  withoutRecords: count,
  /** Days of people with something recorded. */
  days: count,
  images: count,
  /** As it is stored, compressed, without the images: about what the file takes for it. */
  bytes: count,
});
export type OrganisationExportPreview = z.infer<typeof OrganisationExportPreview>;

export const organisationExportRoutes = {
  previewOrganisationExport: route({
    method: 'GET',
    path: '/organisation/export',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'How much an export of the organisation would hold now: numbers alone (owner).',
    body: null,
    response: OrganisationExportPreview,
  }),
  exportOrganisation: route({
    method: 'POST',
    path: '/organisation/export',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Everything that an owner may read of the organisation and of each person in it, as a ZIP (owner), with the password again and a new code of the second factor. On record in the list of each person, with a security event that raises an alarm, before anything is sent. Nothing of what the policy shows to no owner, or what somebody has had restricted. It breaks off when an account ends, or a right changes, within a part that was begun, and at what does not open: ask again. Five times an hour at the most.',
    body: z.strictObject(proof),
    response: 'application/zip',
  }),
};
