import { say } from '../strings/say.ts';
import type { AuditFault } from './auditTrust.ts';

/** Why nothing is collected any more, for whoever sits here. */
export function auditWords(fault: AuditFault): string {
  return say(fault === 'restored' ? 'audit.restored_unproved' : `audit.${fault}`);
}
