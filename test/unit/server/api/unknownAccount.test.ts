import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash, verify } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { createAccounts } from '../../../../server/api/accounts.ts';
import { describeClient } from '../../../../server/api/client.ts';
import { signingIn } from '../../../../server/api/handlers/signingIn.ts';
import { type Argon2, createPasswords } from '../../../../server/api/passwords.ts';
import { createRateLimits } from '../../../../server/api/rateLimits.ts';
import { createSessions } from '../../../../server/api/sessions.ts';
import { createSignInPlaces } from '../../../../server/api/signInPlaces.ts';
import { systemClock as clock } from '../../../../server/clock.ts';
import { openFoundation } from '../../../../server/foundation.ts';
import { initialise } from '../../../../server/initialise.ts';
import { createCorrections } from '../../../../server/lifecycle/corrections.ts';
import { createImports } from '../../../../server/lifecycle/imports.ts';
import { systemRandom as random } from '../../../../server/random.ts';
import { createRegisters } from '../../../../server/records/registers.ts';
import { DaylightError } from '../../../../shared/errors.ts';
import { CHROME, PASSWORD } from '../../../support/api.ts';
import { NO_BACKUPS, NO_ENDINGS, NO_SEARCHES, NO_SWEEPS } from '../../../support/noSearches.ts';

test('an unknown address, a wrong password and an account without one get the same answer, for the same work', async () => {
  const data = await mkdtemp(join(tmpdir(), 'daylight-unknown-'));
  const named = { organisation: 'Signing', ownerName: 'Olive' };
  for (const owner of ['with', 'without']) await initialise(data, { ...named, ownerEmail: `${owner}@example.com` });
  const foundation = await openFoundation({ data, clock, random, create: false });
  try {
    const accounts = createAccounts({ ...foundation, clock, random });
    const owner = await accounts.byEmail('with@example.com');
    if (owner === null) throw new Error('the owner who was made is not there');
    const credentials = await accounts.credentials(owner);
    const work: string[] = [];
    const passwords = createPasswords(random, counting(work));
    const passwordHash = await passwords.hash(PASSWORD);
    await accounts.change(owner, { status: 'active', credentials: { ...credentials, passwordHash } });
    const rateLimits = createRateLimits(clock);
    const { signIn } = signingIn({
      ...{ ...foundation, accounts, passwords, rateLimits, clock, random },
      sessions: createSessions({ ...foundation, accounts, clock, random }),
      signInPlaces: createSignInPlaces(rateLimits, clock),
      erasures: { wake: () => undefined },
      imports: createImports({ ...foundation, clock, random }),
      closing: new AbortController().signal,
      ...NO_SWEEPS,
      ...NO_ENDINGS,
      specialSearches: NO_SEARCHES,
      backups: NO_BACKUPS,
      publicUrl: () => 'http://localhost',
      registers: createRegisters({ ...foundation, clock }),
      corrections: createCorrections({ ...foundation, clock, random }),
      overTls: false,
    });
    const from = { client: describeClient('203.0.113.9', CHROME), limitKey: '203.0.113.9', knows: new Set<string>() };
    const cookie = { set: () => undefined, clear: () => undefined };
    const attempt = async (email: string) => {
      const body = { email, password: 'wrong wrong wrong' };
      const answer = await signIn({ ...from, params: {}, query: {}, body, signedIn: null, cookie }).catch(answerOf);
      return { answer, work: work.splice(0) };
    };
    await attempt('first@example.com'); // which makes what all that are unknown are compared to
    const attempts = [];
    for (const whose of ['nobody', 'with', 'without']) attempts.push(await attempt(`${whose}@example.com`));
    const same = {
      answer: { code: 'wrong_credentials', message: 'the e-mail address, the password or the code is not right' },
      work: ['verify $argon2id$v=19$m=32768,t=3,p=1'],
    };
    expect(attempts).toEqual([same, same, same]);
  } finally {
    await foundation.close();
    await rm(data, { recursive: true, force: true });
  }
});

/** The real hashing, and what of it was done, at which cost. */
function counting(work: string[]): Argon2 {
  return {
    hash(password, options) {
      work.push('hash');
      return hash(password, options);
    },
    verify(hashed, password) {
      work.push(`verify ${hashed.split('$').slice(0, 4).join('$')}`);
      return verify(hashed, password);
    },
  };
}

function answerOf(cause: unknown): unknown {
  if (!(cause instanceof DaylightError)) throw cause;
  return { code: cause.code, message: cause.message };
}
