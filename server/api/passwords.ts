import * as argon2 from '@node-rs/argon2';
import { DaylightError } from '../../shared/errors.ts';
import { createLimited } from '../limited.ts';
import type { Random } from '../random.ts';
import { newToken } from './secrets.ts';

/** Argon2id (RFC 9106); the package's default variant. 32 MiB and three passes: a sign-in takes about 50 ms. */
const cost = { memoryCost: 32 * 1024, timeCost: 3, parallelism: 1 } as const;
/** Hashing shares its threads with the store; more at once would make everything else wait. */
const AT_ONCE = 2;

/** Throws DaylightError `bad_request` for the first thing that anyone would try. */
export function requireNotOwnAddress(password: string, email: string): void {
  if (normal(password).trim().toLowerCase() !== email.toLowerCase()) return;
  throw new DaylightError('bad_request', 'password: it must not be your e-mail address', { field: 'password' });
}

/** Throws DaylightError `bad_request`: a change that changes nothing would be taken for one. */
export function requireAnother(password: string, current: string): void {
  if (normal(password) !== normal(current)) return;
  throw new DaylightError('bad_request', 'password: it is the one that you have now', { field: 'password' });
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** With no hash to compare to (no such account, no password yet) it does the same work and answers false. */
  matches(hashed: string | null, password: string): Promise<boolean>;
}

export interface Argon2 {
  hash(password: string, options: typeof cost): Promise<string>;
  verify(hashed: string, password: string): Promise<boolean>;
}

export function createPasswords(random: Random, { hash, verify }: Argon2 = argon2): Passwords {
  const limited = createLimited(AT_ONCE).run;
  let nobody: Promise<string> | null = null;
  return {
    hash: (password) => limited(() => hash(normal(password), cost)),
    async matches(hashed, password) {
      if (hashed !== null) return limited(() => verify(hashed, normal(password)));
      nobody ??= limited(() => hash(newToken(random), cost)).catch((cause: unknown) => {
        nobody = null; // made anew for the next one
        throw cause;
      });
      const stand = await nobody;
      await limited(() => verify(stand, normal(password)));
      return false;
    },
  };
}

/** The same password typed on another keyboard may arrive composed differently (NIST SP 800-63B, 5.1.1.2). */
function normal(password: string): string {
  return password.normalize('NFKC');
}
