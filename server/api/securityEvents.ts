import type { DaylightError } from '../../shared/errors.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { SecurityEventKind } from '../../shared/protocol/http/securityEvents.ts';
import type { RouteName } from '../../shared/protocol/http.ts';
import type { Role } from '../../shared/roles.ts';
import { consentEvents } from '../control/consenting.ts';
import type { Context } from './context.ts';
import type { SignedIn } from './sessions.ts';

/** What is put on record of accounts and of who is refused: for each kind one sentence, and nothing that a client sent. */
const details = {
  refused_second_factor: 'asked for something without the second factor or the password that the account must have',
  refused_access_log: 'asked who looked at the data of a person without being allowed to know it',
  refused_device_read: 'asked for the devices of a person, or what they do, without being allowed to see it',
  refused_export: 'asked for everything that is held of somebody else',
  refused_request: 'asked for something that their role does not allow',
  teams_changed: 'the teams of this person were changed',
  managed_teams_changed: 'the teams whose activity this person sees as their manager were changed',
  team_created: 'this person created a team',
  team_renamed: 'this person renamed a team',
  objection_made: 'this person objected to something that is collected of them',
  objection_ended: 'this person ended an objection of theirs',
  objection_answered: 'an objection of this person was answered',
  refused_objection:
    'asked for the objections of a person, or to make or answer one for them, without being allowed to',
  restriction_made: 'this person had something that is recorded of them restricted',
  restriction_ended: 'this person ended a restriction of theirs',
  restriction_lift_told: 'this person was told that a restriction of theirs is to be lifted',
  restriction_lifted: 'a restriction of this person was lifted',
  refused_restriction:
    'asked for what a person has had restricted, or to restrict or lift it for them, without being allowed to',
  record_corrected: 'something that this person had entered was corrected, by themself or as they had asked',
  record_disputed: 'this person says that something that was recorded of them is wrong',
  record_stated: 'this person added a statement to something that is recorded of them',
  dispute_withdrawn: 'this person withdrew what they had said to be wrong',
  dispute_answered: 'what this person says to be wrong was answered',
  recipient_told: 'what was done to tell a recipient of a correction of this person was put on record',
  secret_recipient_told:
    'this person put on record what was done to tell a recipient of a correction of somebody who may not know of that recipient yet',
  refused_correction:
    'asked for what a person corrected of what is recorded of them, or to correct or decide it for them, without being allowed to',
  minor_said: 'this person is said not to be of age: nothing is collected of them, and what was recorded is erased',
  minor_taken_back: 'this person is not said any more not to be of age',
  age_refused: 'tried to say of somebody whether they are of age with a wrong password or code, or too often',
  refused_age: 'asked whether a person is of age, or to say it of them, without being allowed to',
  ...consentEvents,
  refused_consent: 'asked for the consents of somebody else, or to give or withdraw one for them',
  notice_translated: 'this person put or removed a translation of the notice',
  left_out_of_person: 'what is collected of this person alone was limited, or a limit was taken back',
  left_out_of_team: 'this person limited what is collected of everybody in a team, or took a limit back',
  own_left_out: 'this person changed which applications and sites are left out for them',
  zone_chosen: 'this person named the time zone that their working hours go by',
  refused_layers: 'asked why something is on or off for a person, without being allowed to see it',
  refused_left_out: 'asked to limit what is collected of a person or a team, without being allowed to',
  contacts_changed: 'this person changed whom people are told that they can turn to',
  refused_rights_request:
    'asked for what a person asks about their data, or to file or answer it for them, without being allowed to',
  key_proof_refused: 'a wrong password or code, when the key that signs the policies was to be changed',
  clock_released: 'this person said that the clock of the server is right, by which what is past its day is deleted',
  entries_keeping_changed: 'this person said for how long is kept who looked at whom, or the security events',
  entries_keeping_refused:
    'a wrong password or code, when it was to be said for how long is kept who looked, or the security events',
  clock_release_refused: 'a wrong password or code, when the clock of the server was to be said to be right',
  request_proof_refused:
    'tried to file a request about data, to agree to one or to carry one out, with a wrong password or code, or too often',
  rights_request_carried_out: 'this person carried out what somebody had asked about their data',
  controller_changed: 'this person changed the details of the controller in the record of processing',
  processor_recorded: 'this person wrote into the register of processors',
  assessment_recorded: 'this person wrote into the register of impact assessments',
  disclosure_proposed: 'this person put a disclosure of data of people on record',
  disclosure_answered: 'this person decided on a disclosure of data of people',
  incident_opened: 'this person put an incident on record',
  incident_changed: 'this person wrote what was found about an incident, or closed it',
  incident_told: 'this person told those whom an incident concerns',
  incident_evidence: 'this person took the evidence of an incident',
  refused_incidents: 'asked what incidents concern somebody else',
  hold_proposed: 'this person put a legal hold on data of somebody forward',
  hold_answered: 'this person decided on a legal hold, or released one',
  refused_holds: 'asked what of the data of somebody else is held',
  refused_disclosures: 'asked to whom data of somebody else was given',
  invitation_renewed: 'a new link to accept the invitation of this person was made, and the earlier one ended',
  invitation_withdrawn: 'the link to accept the invitation of this person was made worthless',
  enrolment_code_withdrawn: 'a code to enrol a device of this person was made worthless',
  device_retired: 'a device of this person was retired in the console',
  password_changed: 'the password was set or changed',
  second_factor_changed: 'a second factor was set up or replaced',
  second_factor_removed: 'the second factor was removed, and its recovery codes with it',
  recovery_codes_renewed: 'new recovery codes were made, and the old ones ended',
  export_refused:
    'asked for everything that is held of them with a wrong password or code, or too often or while too many did',
  data_exported: 'downloaded everything that is held of them',
  data_export_cut: 'a download of everything that is held of this person broke off before it was whole',
  organisation_exported: 'this person downloaded the whole organisation, with what an owner may see of everybody',
  organisation_export_cut: 'a download of the whole organisation by this person broke off before it was whole',
  organisation_export_refused: 'tried to download the whole organisation with a wrong password or code, or too often',
  data_imported: 'had an export of another server, which they brought along, taken in',
  import_erased: 'erased something that they had brought along from another server',
  import_refused:
    'tried to take in what they brought along, or to erase of it, with a wrong password or code, or too often',
  refused_import: 'asked to bring data along for somebody else, or for what somebody else brought',
  erasure_ordered: 'a part of what is recorded of this person was erased, by themself or as they had asked',
  erasure_refused:
    'asked for a part of what is recorded of them, or of everyone, to be erased with a wrong password or code',
  stored_erased: 'this person erased what was stored of everyone of something that was lowered',
  special_searched: 'this person had what is stored of everyone judged by the present rules of what is private',
  special_erased: 'this person had erased what the present rules take for something private of everyone',
  refused_erasure:
    'asked for something of somebody else, or of everyone, to be erased, or what was, without being allowed to',
  account_ended: 'this person ended the account of somebody for ever',
  ending_refused: 'tried to end an account, or the organisation, with a wrong password or code, or too often',
  refused_ending:
    'asked what would go with an account, or with the organisation, when it ends, or to end it, without being allowed to',
  leaving_date_set: 'it was set with which day the account of this person ends by itself',
  leaving_date_cancelled: 'that the account of this person ends by itself with a day was taken back',
  backup_made: 'this person had a backup made',
  signed_in_with_link: 'signed in with a link that was made on the host',
  signed_in_with_recovery_code: 'signed in with a recovery code instead of the authenticator',
} as const satisfies Partial<Record<SecurityEventKind, string>>;

export type EventKind = keyof typeof details;

/** On record for the person alone, in what they download: that they consented, and when, is nobody else's to know. */
export const personsOwn: readonly string[] = Object.keys(consentEvents);

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

/** Resolves when it is durable. */
export function noteEvent({ store, clock }: Pick<Context, 'store' | 'clock'>, whose: Whose, kind: EventKind) {
  const { org, person } = whose;
  return store.recordSecurityEvent({ org, at: clock.now(), kind, person, detail: details[kind] });
}

export function noteInvited({ store, clock }: Context, { org, person }: Whose, role: Role): Promise<void> {
  const detail = `this person was invited as ${words(role)}, and a link to accept it was made`;
  return store.recordSecurityEvent({ org, at: clock.now(), kind: 'invited', person, detail });
}

export function noteRole({ store, clock }: Context, { org, person }: Whose, from: Role, to: Role): Promise<void> {
  const detail = `the role was changed from ${words(from)} to ${words(to)}`;
  return store.recordSecurityEvent({ org, at: clock.now(), kind: 'role_changed', person, detail });
}

function words(role: Role): string {
  return role.replaceAll('_', ' ');
}

/** Puts a refusal on record; other failures are none. */
export async function noteRefusal(
  context: Pick<Context, 'store' | 'clock'>,
  { person, actor }: SignedIn,
  route: RouteName,
  { code }: DaylightError,
): Promise<void> {
  const isRefusal = code === 'forbidden' || code === 'second_factor_required';
  if (!isRefusal) return;
  if (!actor.complete || code === 'second_factor_required') return noteEvent(context, person, 'refused_second_factor');
  const kind = refusalKinds[route];
  if (kind !== null) await noteEvent(context, person, kind ?? 'refused_request');
}

/** Null: the read records its own refusal, beside the access that it is. */
const refusalKinds: Readonly<Partial<Record<RouteName, EventKind | null>>> = {
  day: null,
  week: null,
  today: null,
  todayStream: null,
  observations: null,
  screenshot: null,
  held: 'refused_export',
  exportData: 'refused_export',
  previewOrganisationExport: 'refused_export',
  exportOrganisation: 'refused_export',
  imports: 'refused_import',
  arrival: 'refused_import',
  beginArrival: 'refused_import',
  sendPart: 'refused_import',
  dropArrival: 'refused_import',
  takeArrival: 'refused_import',
  importedDay: 'refused_import',
  eraseImport: 'refused_import',
  erasures: 'refused_erasure',
  previewErasure: 'refused_erasure',
  erase: 'refused_erasure',
  storedAbove: 'refused_erasure',
  eraseStored: 'refused_erasure',
  orderedErasures: 'refused_erasure',
  accesses: 'refused_access_log',
  accessProof: 'refused_access_log',
  devices: 'refused_device_read',
  deviceReceipt: 'refused_device_read',
  selfTest: 'refused_device_read',
  objections: 'refused_objection',
  openObjections: 'refused_objection',
  object: 'refused_objection',
  endObjection: 'refused_objection',
  answerObjection: 'refused_objection',
  restrictions: 'refused_restriction',
  allRestrictions: 'refused_restriction',
  restrict: 'refused_restriction',
  endRestriction: 'refused_restriction',
  tellLift: 'refused_restriction',
  readLift: 'refused_restriction',
  liftRestriction: 'refused_restriction',
  entries: 'refused_correction',
  corrections: 'refused_correction',
  allCorrections: 'refused_correction',
  correct: 'refused_correction',
  withdrawDispute: 'refused_correction',
  answerDispute: 'refused_correction',
  tellRecipient: 'refused_correction',
  age: 'refused_age',
  sayAge: 'refused_age',
  consents: 'refused_consent',
  giveConsent: 'refused_consent',
  withdrawConsent: 'refused_consent',
  layers: 'refused_layers',
  leftOutOfPerson: 'refused_left_out',
  leaveOutOfPerson: 'refused_left_out',
  leftOutOfTeam: 'refused_left_out',
  leaveOutOfTeam: 'refused_left_out',
  ownExclusions: 'refused_left_out',
  leaveOutOwn: 'refused_left_out',
  previewEnding: 'refused_ending',
  endAccount: 'refused_ending',
  leavingDate: 'refused_ending',
  setLeavingDate: 'refused_ending',
  postponeLeavingDate: 'refused_ending',
  cancelLeavingDate: 'refused_ending',
  previewOrganisationEnding: 'refused_ending',
  endOrganisation: 'refused_ending',
  specialSearch: 'refused_erasure',
  searchSpecial: 'refused_erasure',
  requests: 'refused_rights_request',
  allRequests: 'refused_rights_request',
  fileRequest: 'refused_rights_request',
  representRequest: 'refused_rights_request',
  receiveRequest: 'refused_rights_request',
  previewRequestedErasure: 'refused_rights_request',
  carryOutErasure: 'refused_rights_request',
  carryOutCorrection: 'refused_rights_request',
  agreeToRequest: 'refused_rights_request',
  withdrawRequest: 'refused_rights_request',
  confirmIdentity: 'refused_rights_request',
  extendRequest: 'refused_rights_request',
  answerRequest: 'refused_rights_request',
  ownIncidents: 'refused_incidents',
  ownHolds: 'refused_holds',
  ownDisclosures: 'refused_disclosures',
  ownDisclosuresPage: 'refused_disclosures',
  ownDisclosuresTable: 'refused_disclosures',
};
