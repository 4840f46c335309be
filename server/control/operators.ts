import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, PersonId } from '../../shared/ids.ts';
import { Reason } from '../../shared/protocol/http/ages.ts';
import { HOUR, UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Audit, Settings } from '../store/store.ts';
import { type SealScope, type Vault, VaultError } from '../vault/vault.ts';
import { putSetting, readSetting } from './settings.ts';

/** Whoever has an account on the host is no person of the organisation; looks from there stand under this id. */
export const OPERATOR = PersonId.parse('00000000-0000-4000-8000-000000000000');

/** Longer than this nobody is let in by one word; who needs longer says why again. */
export const MOST_HOURS = 24;
const OLDEST_KEPT = 200;
const OPERATORS = 'operators';

const Kept = z.strictObject({
  grant: z.uuid(),
  person: PersonId,
  at: UnixMs,
  until: UnixMs,
  closedAt: UnixMs.nullable(),
  /** Reason and account, sealed for the person, in base64: it cannot be read any more once the person's keys are gone. */
  sealed: z.base64(),
});
type Kept = z.infer<typeof Kept>;
const KeptAll = z.strictObject({ grants: z.array(Kept) });
const Said = z.strictObject({ by: z.string().max(200), reason: z.string().max(500) });

/** Somebody on the host was let in to look at what is recorded of a person, for a reason and for a time. */
export interface Grant {
  readonly grant: string;
  readonly person: PersonId;
  readonly at: UnixMs;
  readonly until: UnixMs;
  readonly closedAt: UnixMs | null;
  /** Account of the operating system. Null, as the reason, where it cannot be opened any more. */
  readonly by: string | null;
  readonly reason: string | null;
}

export interface OperatorDeps {
  readonly store: Settings & Audit;
  readonly vault: Vault;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

export interface Asked {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly by: string;
  readonly reason: string;
  readonly hours: number;
}

/**
 * On record, for the person and for the organisation, before it counts: what fails after that leaves a line about nothing, and never a
 * grant that nobody knows of. Throws DaylightError `bad_request` with the field.
 */
export async function letIn(deps: OperatorDeps, asked: Asked): Promise<Grant> {
  const { store, vault, clock, random } = deps;
  const { org, person, by, hours } = asked;
  const reason = reasonOf(asked.reason);
  if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS) {
    throw new DaylightError('bad_request', `--hours: expected a whole number from 1 to ${MOST_HOURS}`, {
      field: 'hours',
      remedy: 'Whoever needs longer says why again when the time is over.',
    });
  }
  const at = clock.now();
  await recordOperator(deps, { org, person, action: 'let_in' });
  const detail = 'an operator of the host was let in to look at the data of this person';
  await store.recordSecurityEvent({ org, at, kind: 'operator_let_in', person, detail });
  const grant = random.uuid();
  const said = Buffer.from(JSON.stringify(Said.parse({ by: by.slice(0, 200), reason })), 'utf8');
  const sealed = Buffer.from(await vault.seal(scopeOf(org, person, grant), said)).toString('base64');
  const kept: Kept = { grant, person, at, until: at + hours * HOUR, closedAt: null, sealed };
  await change(deps, org, (grants) => [...grants, kept].slice(-OLDEST_KEPT));
  return opened(vault, org, kept);
}

/** Ends what is open of this person. Returns how many. */
export async function letOut(deps: OperatorDeps, org: OrgId, person: PersonId): Promise<number> {
  const now = deps.clock.now();
  let closed = 0;
  await change(deps, org, (grants) =>
    grants.map((one) => {
      if (one.person !== person || !isOpen(one, now)) return one;
      closed += 1;
      return { ...one, closedAt: now };
    }),
  );
  if (closed === 0) return 0;
  const detail = 'no operator of the host may look at the data of this person any more';
  await deps.store.recordSecurityEvent({ org, at: now, kind: 'operator_let_out', person, detail });
  return closed;
}

/** Newest first. */
export async function grantsIn(
  { store, vault }: Pick<OperatorDeps, 'store' | 'vault'>,
  org: OrgId,
  person: PersonId | 'everyone',
): Promise<readonly Grant[]> {
  const { grants } = await keptIn({ store, vault }, org);
  const asked = grants.filter((one) => person === 'everyone' || one.person === person).toReversed();
  return Promise.all(asked.map((one) => opened(vault, org, one)));
}

/** Whether somebody is let in now, to look at anybody; where that cannot be read, somebody may be. */
export async function isAnyoneLetIn(deps: KeptDeps, org: OrgId, now: UnixMs): Promise<boolean> {
  const { isReadable, grants } = await keptIn(deps, org);
  return !isReadable || grants.some((one) => isOpen(one, now));
}

/** Throws DaylightError `forbidden` where nobody was let in. */
export async function requireLetIn(deps: OperatorDeps, org: OrgId, person: PersonId): Promise<Grant> {
  const now = deps.clock.now();
  const open = (await grantsIn(deps, org, person)).find((one) => isOpen(one, now));
  if (open !== undefined) return open;
  throw new DaylightError('forbidden', 'nobody was let in to look at what is recorded of this person', {
    remedy: 'Run `daylight-server break-glass open` with a reason first; the person is told.',
  });
}

export function isOpen({ at, until, closedAt }: Pick<Grant, 'at' | 'until' | 'closedAt'>, now: UnixMs): boolean {
  return closedAt === null && at <= now && now < until;
}

/** What the host did, where the person reads who looked at their data. */
export function recordOperator(
  { store, clock }: Pick<OperatorDeps, 'store' | 'clock'>,
  {
    org,
    person,
    action,
  }: { readonly org: OrgId; readonly person: PersonId; readonly action: 'let_in' | 'sign_in_link' },
): Promise<void> {
  return store.recordAccess({
    ...{ org, at: clock.now(), actor: OPERATOR, actorRole: 'operator', subject: person, action },
    ...{ purpose: 'support', day: null, parameters: [], refused: false },
  });
}

function reasonOf(given: string): string {
  const parsed = Reason.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new DaylightError('bad_request', '--reason: expected some words, at most 500 characters', {
    field: 'reason',
    remedy: 'Say why, in words that the person may read.',
  });
}

async function change(
  { store, vault, clock }: OperatorDeps,
  org: OrgId,
  changed: (grants: readonly Kept[]) => readonly Kept[],
): Promise<void> {
  const { revision, grants } = await keptIn({ store, vault }, org);
  const place = { org, name: OPERATORS, revision: revision + 1, at: clock.now() };
  await putSetting(store, vault, place, { grants: changed(grants) });
}

interface KeptDeps {
  readonly store: Pick<Settings, 'setting'>;
  readonly vault: Vault;
}

async function keptIn({ store, vault }: KeptDeps, org: OrgId) {
  const setting = await readSetting(store, vault, { org, name: OPERATORS }, KeptAll);
  const isReadable = setting === null || setting.value !== null;
  return { revision: setting?.revision ?? 0, isReadable, grants: setting?.value?.grants ?? [] };
}

async function opened(vault: Vault, org: OrgId, { sealed, ...kept }: Kept): Promise<Grant> {
  const said = await saidIn(vault, org, kept.person, kept.grant, sealed);
  return { ...kept, by: said?.by ?? null, reason: said?.reason ?? null };
}

async function saidIn(vault: Vault, org: OrgId, person: PersonId, grant: string, sealed: string) {
  try {
    const bytes = await vault.open(scopeOf(org, person, grant), vault.fromStore(Buffer.from(sealed, 'base64')));
    return Said.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unavailable') throw error;
    return null;
  }
}

function scopeOf(org: OrgId, person: PersonId, grant: string): SealScope {
  return { org, person, parameter: 'profile', epoch: 0, record: grant, part: 'operator', policyVersion: 0 };
}
