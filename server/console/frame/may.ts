import type { Role } from '../../../shared/roles.ts';

/**
 * What a role finds in the console. This decides only what is worth showing: the server decides again, for every
 * request, and its answer is the one that counts.
 */
export const may = {
  begin: (role: Role) => role === 'owner',
  publishPolicy: (role: Role) => role === 'owner' || role === 'admin' || role === 'manager',
  eraseStored: (role: Role) => role === 'owner' || role === 'admin',
  giveSight: (role: Role) => role === 'owner',
  requireSecond: (role: Role) => role === 'owner',
  rotateKey: (role: Role) => role === 'owner',
  seeProof: (role: Role) => role !== 'employee',
  seePeople: (role: Role) => role === 'owner' || role === 'admin' || role === 'manager',
  changePeople: (role: Role) => role === 'owner' || role === 'admin',
  leaveOut: (role: Role) => role === 'owner' || role === 'admin' || role === 'manager',
  seeDaysOfOthers: (role: Role) => role === 'owner' || role === 'manager',
  translateNotice: (role: Role) => role === 'owner' || role === 'privacy_officer',
  changeContacts: (role: Role) => role === 'owner' || role === 'privacy_officer',
  answerObjections: (role: Role) => role === 'owner' || role === 'privacy_officer',
  keepRecords: (role: Role) => role === 'owner' || role === 'privacy_officer',
  answerRequests: (role: Role) => role === 'owner' || role === 'privacy_officer',
  sayAge: (role: Role) => role === 'owner' || role === 'admin' || role === 'privacy_officer',
  seeAccessLogs: (role: Role) => role === 'privacy_officer',
  keepBackups: (role: Role) => role === 'owner' || role === 'admin',
  endAccounts: (role: Role) => role === 'owner' || role === 'admin',
  endOrganisation: (role: Role) => role === 'owner',
  seeEndings: (role: Role) => role === 'owner' || role === 'admin' || role === 'privacy_officer',
  seeRetention: (role: Role) => role === 'owner' || role === 'admin' || role === 'privacy_officer',
  keepEntries: (role: Role) => role === 'owner',
  releaseClock: (role: Role) => role === 'owner' || role === 'admin',
  seeSecurity: (role: Role) => role === 'owner' || role === 'admin' || role === 'privacy_officer',
} as const;

/** Where someone starts: on what is theirs to look after. */
export function startOf(role: Role): string {
  if (role === 'employee') return '/my-day';
  return role === 'manager' ? '/people' : '/collection';
}
