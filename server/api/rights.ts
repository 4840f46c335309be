import { PersonId, TeamId } from '../../shared/ids.ts';
import type { RouteName } from '../../shared/protocol/http.ts';
import { type Action, type Actor, type Authorized, organisation, personTarget, teamTarget } from '../authorize.ts';
import type { PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';
import { requireLeave, requirePerson } from './leave.ts';
import { refuseStranger } from './reading.ts';

type Right =
  | { readonly action: Action; readonly of: 'organisation' | 'person_in_path' | 'team_in_path' }
  /** One's own account, or whatever lies within one's own scope: nobody is refused. */
  | 'everyone'
  /**
   * Looks at people: refused in `permitRead`, which puts the look itself on record, with what was asked for; and where the
   * query does not say that, in `requireRightToAsk`.
   */
  | 'on_record';

/**
 * What a route asks of whoever is signed in, before anything is read that they sent in query or body, and again when the body
 * has come: somebody without the right learns nothing of what a right request would be. Nowhere else is it asked. What also depends
 * on the body, or on what the person has become by the turn of the change, is decided by the handler.
 */
const rights = {
  signIn: 'everyone',
  signInWithLink: 'everyone',
  readInvitation: 'everyone',
  acceptInvitation: 'everyone',
  me: 'everyone',
  signOut: 'everyone',
  setPassword: 'everyone',
  beginTotp: 'everyone',
  confirmTotp: 'everyone',
  secondFactor: 'everyone',
  removeTotp: 'everyone',
  renewRecoveryCodes: 'everyone',
  sessions: 'everyone',
  endSession: 'everyone',
  endOtherSessions: 'everyone',
  people: 'everyone',
  invite: { action: 'people.change', of: 'organisation' },
  invitations: { action: 'people.change', of: 'organisation' },
  renewInvitation: { action: 'people.change', of: 'person_in_path' },
  withdrawInvitation: { action: 'people.change', of: 'person_in_path' },
  changePerson: { action: 'people.change', of: 'person_in_path' },
  teams: 'everyone',
  createTeam: { action: 'people.change', of: 'organisation' },
  changeTeam: { action: 'people.change', of: 'organisation' },
  devices: { action: 'device.read', of: 'person_in_path' },
  createEnrolmentCode: { action: 'device.enrol', of: 'person_in_path' },
  enrolmentCodes: { action: 'device.enrol', of: 'person_in_path' },
  withdrawEnrolmentCode: { action: 'device.enrol', of: 'person_in_path' },
  retireDevice: { action: 'device.retire', of: 'person_in_path' },
  enrolmentNotice: 'everyone',
  enrol: 'everyone',
  policy: { action: 'organisation.read', of: 'organisation' },
  policyVersion: { action: 'organisation.read', of: 'organisation' },
  policyHistory: { action: 'organisation.read', of: 'organisation' },
  publishPolicy: { action: 'policy.publish', of: 'organisation' },
  policyDraft: { action: 'policy.publish', of: 'organisation' },
  savePolicyDraft: { action: 'policy.publish', of: 'organisation' },
  discardPolicyDraft: { action: 'policy.publish', of: 'organisation' },
  proposals: { action: 'policy.publish', of: 'organisation' },
  propose: { action: 'policy.publish', of: 'organisation' },
  answerProposal: { action: 'policy.publish', of: 'organisation' },
  requireSecond: { action: 'policy.require_second', of: 'organisation' },
  coming: { action: 'organisation.read', of: 'organisation' },
  policyKeys: { action: 'organisation.read', of: 'organisation' },
  rotatePolicyKey: { action: 'policy.rotate_key', of: 'organisation' },
  retention: { action: 'retention.read', of: 'organisation' },
  clock: { action: 'retention.read', of: 'organisation' },
  previewRetention: { action: 'policy.publish', of: 'organisation' },
  previewEntries: { action: 'entries.keep', of: 'organisation' },
  keepEntries: { action: 'entries.keep', of: 'organisation' },
  releaseClock: { action: 'clock.release', of: 'organisation' },
  proof: { action: 'policy.prove', of: 'organisation' },
  proofStream: { action: 'policy.prove', of: 'organisation' },
  deviceReceipt: { action: 'receipt.read', of: 'person_in_path' },
  selfTest: { action: 'device.test', of: 'person_in_path' },
  notice: { action: 'organisation.read', of: 'organisation' },
  noticeVersion: { action: 'organisation.read', of: 'organisation' },
  noticeTexts: { action: 'organisation.read', of: 'organisation' },
  noticeText: { action: 'organisation.read', of: 'organisation' },
  noticeIn: { action: 'organisation.read', of: 'organisation' },
  translateNotice: { action: 'notice.translate', of: 'organisation' },
  contacts: { action: 'organisation.read', of: 'organisation' },
  changeContacts: { action: 'contacts.change', of: 'organisation' },
  objections: { action: 'objection.see', of: 'person_in_path' },
  openObjections: { action: 'objection.list', of: 'organisation' },
  object: { action: 'objection.make', of: 'person_in_path' },
  endObjection: { action: 'objection.make', of: 'person_in_path' },
  answerObjection: { action: 'objection.answer', of: 'person_in_path' },
  restrictions: { action: 'restriction.read', of: 'person_in_path' },
  allRestrictions: { action: 'restriction.list', of: 'organisation' },
  restrict: { action: 'restriction.decide', of: 'person_in_path' },
  endRestriction: { action: 'restriction.decide', of: 'person_in_path' },
  tellLift: { action: 'restriction.lift', of: 'person_in_path' },
  readLift: { action: 'restriction.decide', of: 'person_in_path' },
  liftRestriction: { action: 'restriction.lift', of: 'person_in_path' },
  entries: { action: 'correction.make', of: 'person_in_path' },
  corrections: { action: 'correction.read', of: 'person_in_path' },
  allCorrections: { action: 'correction.list', of: 'organisation' },
  correct: { action: 'correction.make', of: 'person_in_path' },
  withdrawDispute: { action: 'correction.make', of: 'person_in_path' },
  answerDispute: { action: 'correction.answer', of: 'person_in_path' },
  tellRecipient: { action: 'correction.answer', of: 'person_in_path' },
  age: { action: 'minor.see', of: 'person_in_path' },
  sayAge: { action: 'minor.say', of: 'person_in_path' },
  consents: { action: 'consent.decide', of: 'person_in_path' },
  giveConsent: { action: 'consent.decide', of: 'person_in_path' },
  withdrawConsent: { action: 'consent.decide', of: 'person_in_path' },
  layers: { action: 'receipt.read', of: 'person_in_path' },
  leftOutOfPerson: { action: 'receipt.read', of: 'person_in_path' },
  leaveOutOfPerson: { action: 'terms.leave_out', of: 'person_in_path' },
  leftOutOfTeam: { action: 'terms.leave_out', of: 'team_in_path' },
  leaveOutOfTeam: { action: 'terms.leave_out', of: 'team_in_path' },
  chooseZone: { action: 'zone.choose', of: 'person_in_path' },
  ownExclusions: { action: 'exclusion.choose', of: 'person_in_path' },
  leaveOutOwn: { action: 'exclusion.choose', of: 'person_in_path' },
  requests: { action: 'request.read', of: 'person_in_path' },
  allRequests: { action: 'request.list', of: 'organisation' },
  fileRequest: { action: 'request.make', of: 'person_in_path' },
  representRequest: { action: 'request.represent', of: 'person_in_path' },
  receiveRequest: { action: 'request.represent', of: 'person_in_path' },
  previewRequestedErasure: { action: 'request.answer', of: 'person_in_path' },
  carryOutErasure: { action: 'request.answer', of: 'person_in_path' },
  carryOutCorrection: { action: 'request.answer', of: 'person_in_path' },
  agreeToRequest: { action: 'request.make', of: 'person_in_path' },
  withdrawRequest: { action: 'request.make', of: 'person_in_path' },
  confirmIdentity: { action: 'request.answer', of: 'person_in_path' },
  extendRequest: { action: 'request.answer', of: 'person_in_path' },
  answerRequest: { action: 'request.answer', of: 'person_in_path' },
  day: 'on_record',
  week: 'on_record',
  today: 'on_record',
  todayStream: 'on_record',
  observations: 'on_record',
  screenshot: 'on_record',
  held: { action: 'subject.export', of: 'person_in_path' },
  imports: { action: 'subject.import', of: 'person_in_path' },
  arrival: { action: 'subject.import', of: 'person_in_path' },
  beginArrival: { action: 'subject.import', of: 'person_in_path' },
  sendPart: { action: 'subject.import', of: 'person_in_path' },
  dropArrival: { action: 'subject.import', of: 'person_in_path' },
  takeArrival: { action: 'subject.import', of: 'person_in_path' },
  importedDay: { action: 'subject.import', of: 'person_in_path' },
  eraseImport: { action: 'subject.import', of: 'person_in_path' },
  erasures: { action: 'subject.erase', of: 'person_in_path' },
  previewErasure: { action: 'subject.erase', of: 'person_in_path' },
  erase: { action: 'subject.erase', of: 'person_in_path' },
  storedAbove: { action: 'policy.erase', of: 'organisation' },
  eraseStored: { action: 'policy.erase', of: 'organisation' },
  orderedErasures: { action: 'policy.prove', of: 'organisation' },
  specialSearch: { action: 'special.search', of: 'organisation' },
  searchSpecial: { action: 'special.search', of: 'organisation' },
  exportData: { action: 'subject.export', of: 'person_in_path' },
  accessLogs: 'everyone',
  accesses: { action: 'access_log.read', of: 'person_in_path' },
  accessProof: { action: 'access_log.read', of: 'person_in_path' },
  auditCheckpoint: { action: 'organisation.read', of: 'organisation' },
  auditConsistency: { action: 'organisation.read', of: 'organisation' },
  processingRecord: { action: 'records.read', of: 'organisation' },
  processingRecordPage: { action: 'records.read', of: 'organisation' },
  processingRecordTable: { action: 'records.read', of: 'organisation' },
  changeController: { action: 'records.change', of: 'organisation' },
  processors: { action: 'records.read', of: 'organisation' },
  recordProcessor: { action: 'records.change', of: 'organisation' },
  assessments: { action: 'records.read', of: 'organisation' },
  recordAssessment: { action: 'records.change', of: 'organisation' },
  selfCheck: { action: 'records.read', of: 'organisation' },
  backups: { action: 'backup.keep', of: 'organisation' },
  makeBackup: { action: 'backup.keep', of: 'organisation' },
  disclosures: { action: 'records.read', of: 'organisation' },
  disclosuresPage: { action: 'records.read', of: 'organisation' },
  disclosuresTable: { action: 'records.read', of: 'organisation' },
  proposeDisclosure: { action: 'records.change', of: 'organisation' },
  answerDisclosure: { action: 'records.change', of: 'organisation' },
  ownDisclosures: { action: 'subject.export', of: 'person_in_path' },
  ownDisclosuresPage: { action: 'subject.export', of: 'person_in_path' },
  ownDisclosuresTable: { action: 'subject.export', of: 'person_in_path' },
  incidents: { action: 'records.read', of: 'organisation' },
  openIncident: { action: 'records.change', of: 'organisation' },
  changeIncident: { action: 'records.change', of: 'organisation' },
  incidentEvidence: { action: 'records.read', of: 'organisation' },
  ownIncidents: { action: 'subject.export', of: 'person_in_path' },
  holds: { action: 'records.read', of: 'organisation' },
  proposeHold: { action: 'records.change', of: 'organisation' },
  answerHold: { action: 'records.change', of: 'organisation' },
  ownHolds: { action: 'subject.export', of: 'person_in_path' },
  endings: { action: 'ending.read', of: 'organisation' },
  certificate: { action: 'ending.read', of: 'organisation' },
  previewEnding: { action: 'account.end', of: 'person_in_path' },
  endAccount: { action: 'account.end', of: 'person_in_path' },
  leavingDates: { action: 'ending.read', of: 'organisation' },
  leavingDate: { action: 'leaving.read', of: 'person_in_path' },
  setLeavingDate: { action: 'account.end', of: 'person_in_path' },
  postponeLeavingDate: { action: 'account.end', of: 'person_in_path' },
  cancelLeavingDate: { action: 'account.end', of: 'person_in_path' },
  previewOrganisationExport: { action: 'organisation.export', of: 'organisation' },
  exportOrganisation: { action: 'organisation.export', of: 'organisation' },
  previewOrganisationEnding: { action: 'organisation.end', of: 'organisation' },
  endOrganisation: { action: 'organisation.end', of: 'organisation' },
  securityEvents: { action: 'security.read', of: 'organisation' },
  alarms: { action: 'security.read', of: 'organisation' },
  acknowledgeAlarm: { action: 'alarm.acknowledge', of: 'organisation' },
  securityEventProof: { action: 'security.read', of: 'organisation' },
} as const satisfies Readonly<Record<RouteName, Right>>;

/** What the handler of a route is given because its right was granted: the leave, and the person whom the path names. Whether there is a team that it names is for the handler. */
export type Granted<N extends RouteName> = GrantedBy<(typeof rights)[N]>;

type GrantedBy<R extends Right> = R extends { readonly action: infer A extends Action; readonly of: infer Of }
  ? { readonly leave: Authorized<A> } & Named<Of>
  : object;

type Named<Of> = Of extends 'person_in_path' ? { readonly person: PersonRecord } : object;

type PathParams = Readonly<Record<string, unknown>>;

/** Throws DaylightError as `requireLeave` and `requirePerson` do. */
export async function requireRight(
  { store }: Context,
  name: RouteName,
  actor: Actor,
  params: PathParams,
): Promise<Granted<RouteName>> {
  const right: Right = rights[name];
  if (typeof right === 'string') return {};
  if (right.of === 'organisation') return { leave: requireLeave(actor, right.action, organisation(actor.org)) };
  if (right.of === 'team_in_path') {
    const id = TeamId.parse(params['team']);
    return { leave: requireLeave(actor, right.action, teamTarget(actor.org, id)) };
  }
  const person = await requirePerson(store, actor, PersonId.parse(params['person']));
  return { leave: requireLeave(actor, right.action, personTarget(person)), person };
}

/** For a request whose query is wrong: whoever may not look at the person in the path is refused, on record, as with a right one. */
export async function requireRightToAsk(
  context: Context,
  name: RouteName,
  actor: Actor,
  params: PathParams,
): Promise<void> {
  const person = PersonId.safeParse(params['person']);
  if (rights[name] === 'on_record' && person.success) await refuseStranger(context, actor, person.data);
}
