import type { Me } from '../../shared/protocol/http/signIn.ts';
import type { Context } from './context.ts';
import type { SignedIn } from './sessions.ts';

/** The signed-in person as they see themself. */
export async function meOf(context: Context, { session, person, mustDo }: SignedIn): Promise<Me> {
  const [signer, { name, email }, concurrentUse] = await Promise.all([
    context.organisations.signer(person.org),
    context.accounts.profile(person),
    context.sessions.inUseElsewhere(session),
  ]);
  return {
    org: { id: person.org, name: signer.identity.name },
    person: { id: person.person, name, email, role: person.role, managesTeams: [...person.managesTeams] },
    mustDo: [...mustDo],
    secondFactor: session.secondFactor,
    expiresAt: session.expiresAt,
    concurrentUse,
  };
}
