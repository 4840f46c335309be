import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Random } from '../random.ts';
import { newCode, sameDigest, sha256 } from './secrets.ts';

/** RFC 6238: SHA-1, 30 seconds, six digits, as every authenticator understands it. */
export const STEP_SECONDS = 30;
const RECOVERY_CODES = 10;

export interface TotpState {
  /** Base32. */
  readonly secret: string;
  /** The time step of the last code that was taken; this one and older ones are refused, so that a code works once. */
  readonly lastStep: number;
}

export function newTotpSecret(): string {
  return generateSecret();
}

export function totpUri(organisation: string, email: string, secret: string): string {
  return generateURI({ issuer: `Daylight (${organisation})`, label: email, secret });
}

/** The state after a right code, one step early or late allowed; null for a wrong or used one. */
export function takeTotp(state: TotpState, code: string, now: UnixMs): TotpState | null {
  const epoch = Math.floor(now / 1000);
  const result = verifySync({ secret: state.secret, token: code, epoch, epochTolerance: STEP_SECONDS });
  if (!result.valid || !('timeStep' in result) || result.timeStep <= state.lastStep) return null;
  return { secret: state.secret, lastStep: result.timeStep };
}

/** Ten codes of 80 random bits, for the day when the authenticator is lost. Each works once. */
export function newRecoveryCodes(random: Random): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => newCode(random, 4, 4));
}

/** The hashes that are left after this code; null when it is none of them. */
export function takeRecoveryCode(hashes: readonly Digest[], code: string): Digest[] | null {
  const given = sha256(recoveryText(code));
  const left = hashes.filter((hash) => !sameDigest(hash, given));
  return left.length === hashes.length ? null : left;
}

export function hashRecoveryCode(code: string): Digest {
  return sha256(recoveryText(code));
}

/** People type them with other spacing and case than they were shown. */
function recoveryText(code: string): string {
  return code.toUpperCase().replace(/[^0-9A-Z]/g, '');
}
