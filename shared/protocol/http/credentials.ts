import { z } from 'zod';
import { wellFormed } from '../../text.ts';

export const Email = z
  .email()
  .max(254)
  .transform((address) => address.toLowerCase());

/** At least 12 characters; the longest is bounded so that hashing it cannot be used to exhaust the server. */
export const Password = wellFormed(12, 200, 'expected at least 12 characters');

export const TotpCode = z.string().regex(/^\d{6}$/, 'expected the six digits of your authenticator');

/** That the very person asks: the password again, and the code of whoever has a second factor. */
export const proof = { password: wellFormed(0, 200), totp: TotpCode.optional() };

/** 32 random bytes in base64url: sign-in links, invitations. */
export const LinkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected the whole link');
