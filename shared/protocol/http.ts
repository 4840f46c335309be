import { accessesRoutes } from './http/accesses.ts';
import { accountRoutes } from './http/account.ts';
import { agesRoutes } from './http/ages.ts';
import { alarmRoutes } from './http/alarms.ts';
import { assessmentRoutes } from './http/assessments.ts';
import { auditRoutes } from './http/audit.ts';
import { backupsRoutes } from './http/backups.ts';
import { consentsRoutes } from './http/consents.ts';
import { contactsRoutes } from './http/contacts.ts';
import { correctionsRoutes } from './http/corrections.ts';
import { dayRoutes } from './http/day.ts';
import { devicesRoutes } from './http/devices.ts';
import { disclosureRoutes } from './http/disclosures.ts';
import { endingsRoutes } from './http/endings.ts';
import { enrolmentRoutes } from './http/enrolment.ts';
import { erasuresRoutes } from './http/erasures.ts';
import { holdRoutes } from './http/holds.ts';
import { importsRoutes } from './http/imports.ts';
import { incidentRoutes } from './http/incidents.ts';
import { layersRoutes } from './http/layers.ts';
import { leavingDatesRoutes } from './http/leavingDates.ts';
import { noticeRoutes } from './http/notice.ts';
import { objectionsRoutes } from './http/objections.ts';
import { observationsRoutes } from './http/observations.ts';
import { organisationExportRoutes } from './http/organisationExport.ts';
import { ownDataRoutes } from './http/ownData.ts';
import { peopleRoutes } from './http/people.ts';
import { policyRoutes } from './http/policy.ts';
import { policyDraftRoutes } from './http/policyDraft.ts';
import { policyKeysRoutes } from './http/policyKeys.ts';
import { processingRoutes } from './http/processing.ts';
import { processorRoutes } from './http/processors.ts';
import { proofRoutes } from './http/proof.ts';
import { proposalRoutes } from './http/proposals.ts';
import { receiptRoutes } from './http/receipt.ts';
import { requestsRoutes } from './http/requests.ts';
import { restrictionsRoutes } from './http/restrictions.ts';
import { retentionRoutes } from './http/retention.ts';
import type { RouteShape } from './http/route.ts';
import { securityEventsRoutes } from './http/securityEvents.ts';
import { selfTestsRoutes } from './http/selfTests.ts';
import { signInRoutes } from './http/signIn.ts';
import { specialSearchRoutes } from './http/specialSearches.ts';
import { teamsRoutes } from './http/teams.ts';
import { todayRoutes } from './http/today.ts';
import { weekRoutes } from './http/week.ts';

/** Every path below is under this prefix. */
export const API_PREFIX = '/api/v1';
/**
 * Name of the cookie of a signed-in session: HttpOnly, SameSite=Strict. Outside plain loopback it is Secure, and its prefix makes
 * browsers refuse one that another host of the same domain has set (RFC 6265bis, section 4.1.3.2).
 */
export function sessionCookie(secure: boolean): '__Host-daylight_session' | 'daylight_session' {
  return secure ? '__Host-daylight_session' : 'daylight_session';
}
/** Every request that changes something must carry this header with any value; a form on another site cannot. */
export const CSRF_HEADER = 'x-daylight';

/** Event of a stream that says nothing but that the line is alive. Whoever hears none for three times this long has lost it. */
export const STREAM_ALIVE = 'alive';
export const STREAM_ALIVE_MS = 15_000;

/** Every route of the contract; the shapes of each are in the file of its part. */
export const routes = {
  ...signInRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...teamsRoutes,
  ...devicesRoutes,
  ...enrolmentRoutes,
  ...policyRoutes,
  ...policyDraftRoutes,
  ...proposalRoutes,
  ...policyKeysRoutes,
  ...retentionRoutes,
  ...proofRoutes,
  ...receiptRoutes,
  ...selfTestsRoutes,
  ...noticeRoutes,
  ...contactsRoutes,
  ...objectionsRoutes,
  ...restrictionsRoutes,
  ...correctionsRoutes,
  ...agesRoutes,
  ...consentsRoutes,
  ...layersRoutes,
  ...requestsRoutes,
  ...dayRoutes,
  ...weekRoutes,
  ...todayRoutes,
  ...observationsRoutes,
  ...ownDataRoutes,
  ...importsRoutes,
  ...erasuresRoutes,
  ...specialSearchRoutes,
  ...accessesRoutes,
  ...auditRoutes,
  ...securityEventsRoutes,
  ...alarmRoutes,
  ...processingRoutes,
  ...assessmentRoutes,
  ...processorRoutes,
  ...disclosureRoutes,
  ...holdRoutes,
  ...incidentRoutes,
  ...backupsRoutes,
  ...organisationExportRoutes,
  ...endingsRoutes,
  ...leavingDatesRoutes,
} as const satisfies Record<string, RouteShape>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
