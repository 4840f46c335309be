import type { OrgId, PersonId } from '../shared/ids.ts';
import type { DayReport } from '../shared/protocol/http/day.ts';
import type { ReadPurpose } from '../shared/protocol/http/reading.ts';
import type { Day } from '../shared/time.ts';
import { createAccounts } from './api/accounts.ts';
import { contextOf } from './api/app.ts';
import { readDay } from './api/handlers/data.ts';
import { type Asked, type Grant, grantsIn, letIn, letOut, OPERATOR, requireLetIn } from './control/operators.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { createImports } from './lifecycle/imports.ts';
import { createSpecialSearches } from './lifecycle/specialSearches.ts';
import { type Named, namedOrganisation } from './namedOrganisation.ts';
import { personNamed } from './personNamed.ts';
import type { HostOptions } from './rotateOnHost.ts';

/** Who is meant, by the host. */
export interface Whom {
  readonly organisation: string;
  readonly email: string;
}

export interface LetIn extends Named {
  readonly grants: readonly Grant[];
}

/** Lets somebody on the host look at what is recorded of a person. The person is told first. Works while the server runs. */
export function openGlass(whom: Whom, asked: Omit<Asked, 'org' | 'person'>, options: HostOptions): Promise<Grant> {
  return beside(options, async (foundation) => {
    const { org, person } = await meant(foundation, options, whom);
    return letIn({ ...foundation, ...options }, { ...asked, org, person });
  });
}

/** Returns how many were open. */
export function closeGlass(whom: Whom, options: HostOptions): Promise<number> {
  return beside(options, async (foundation) => {
    const { org, person } = await meant(foundation, options, whom);
    return letOut({ ...foundation, ...options }, org, person);
  });
}

/** Everybody's, newest first. */
export function listGlass(organisation: string, options: HostOptions): Promise<LetIn> {
  return beside(options, async (foundation) => {
    const { org, name } = await namedOrganisation(organisation, foundation);
    return { org, name, grants: await grantsIn(foundation, org, 'everyone') };
  });
}

export interface Look {
  readonly day: Day;
  readonly zone: string;
  readonly purpose: ReadPurpose;
}

/**
 * The day as an owner would be shown it, on record for the person as a look of an operator before anything is opened. Throws DaylightError
 * `forbidden` where nobody was let in, and as a read by the interface does.
 */
export function showDay(whom: Whom, { day, zone, purpose }: Look, options: HostOptions): Promise<DayReport> {
  return beside(options, async (foundation) => {
    const { org, person } = await meant(foundation, options, whom);
    await requireLetIn({ ...foundation, ...options }, org, person);
    const context = hostContext(foundation, options);
    const actor = {
      org,
      person: OPERATOR,
      role: 'owner',
      managesTeams: [],
      complete: true,
      looksAs: 'operator',
    } as const;
    return readDay(context, actor, { person, day, zone, purposes: [purpose] });
  });
}

async function beside<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}

async function meant(
  foundation: Foundation,
  options: HostOptions,
  { organisation, email }: Whom,
): Promise<{ readonly org: OrgId; readonly person: PersonId }> {
  const { org } = await namedOrganisation(organisation, foundation);
  return personNamed({ ...foundation, ...options }, org, email);
}

/** What the handlers work with, without the jobs of a server, which none of the reads begins. */
function hostContext(foundation: Foundation, { clock, random }: HostOptions) {
  const erasures = { wake: () => undefined };
  const imports = createImports({ ...foundation, clock, random });
  const specialSearches = createSpecialSearches({ ...foundation, erasures, clock, random, failed: () => undefined });
  const closing = new AbortController().signal;
  const no = (): never => {
    throw new Error('a read did more than read');
  };
  const backups = { view: no, make: no };
  const brake = { check: no, release: no };
  const endings = { end: no, endOrganisation: no, of: no, one: no };
  const leavingDates = { of: no, one: no, deciding: no, changed: no };
  const accounts = createAccounts({ ...foundation, clock, random });
  const certificates = { of: no, kindOf: no, now: no, token: no };
  const aside = { specialSearches, backups, accounts, endings, leavingDates, certificates, brake, sweeping: no };
  const more = { erasures, imports, ...aside, closing, publicUrl: () => '', secure: false };
  return contextOf({ ...foundation, clock, random, ...more });
}
