import { z } from 'zod';
import { EntryKind } from '../../shared/audit/leaf.ts';
import { keptEntries, type LetGo } from '../../shared/audit/letGo.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { EntriesView } from '../../shared/protocol/http/retention.ts';
import type { UnixMs } from '../../shared/time.ts';
import { runsOf } from '../audit/entry.ts';
import { agedBy } from '../audit/letGo.ts';
import type { Clock } from '../clock.ts';
import type { Keeping } from '../control/keeping.ts';
import { isAnyoneLetIn } from '../control/operators.ts';
import { putSetting, readSetting } from '../control/settings.ts';
import type { Organisations } from '../control/signer.ts';
import { holdsView } from '../records/holds.ts';
import { incidentsOf } from '../records/incidents.ts';
import { unreadableOf } from '../records/numbered.ts';
import { readRegister } from '../records/registers.ts';
import {
  type AuditAmount,
  type AuditTree,
  type CheckpointRecord,
  type LetGoRows,
  type Settings,
  StoreError,
} from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

// How long is kept who looked at whom, and what else is on record; and letting go what is older, so that it is never taken for taken out.

/** Days of each, as the owner said. */
const EntryDays = z.strictObject({ access: z.int(), security_event: z.int() });
type EntryDays = z.infer<typeof EntryDays>;

const ENTRY_DAYS = 'audit_keeping';
const YEAR = 365;

interface SettingDeps {
  readonly store: Pick<Settings, 'setting' | 'settingRevisions'>;
  readonly vault: Vault;
}

/** The fewest days that are allowed: of looks a year more than anything is kept that they may be of. */
export function leastDays(kind: EntryKind, keeping: Pick<Keeping, 'days'>): number {
  const { least } = keptEntries[kind];
  return kind === 'access' ? Math.max(least, YEAR + Math.max(...parameterIds.map(keeping.days))) : least;
}

/** For how many days each is kept. Where what was said was changed in the store, nobody lets go what they need not. */
export async function readEntryDays(
  { store, vault }: SettingDeps,
  org: OrgId,
  keeping: Pick<Keeping, 'days'>,
): Promise<EntryDays> {
  const said = await readSetting(store, vault, { org, name: ENTRY_DAYS }, EntryDays);
  const of = (kind: EntryKind): number => {
    const { usual, most } = keptEntries[kind];
    const days = said === null ? usual : (said.value?.[kind] ?? most);
    return Math.min(most, Math.max(leastDays(kind, keeping), days));
  };
  return { access: of('access'), security_event: of('security_event') };
}

/** Evidence: as long as there is one of these, nothing is let go. */
type KeptBy = 'incident' | 'operator';

export async function evidenceFor({ store, vault }: SettingDeps, org: OrgId, now: UnixMs): Promise<KeptBy | null> {
  const incidents = await readRegister(store, vault, org, 'incidents');
  // What cannot be read may be one that is open.
  const isOpen = unreadableOf(incidents) > 0 || incidentsOf(incidents).some(({ closedAt }) => closedAt === null);
  if (isOpen) return 'incident';
  return (await isAnyoneLetIn({ store, vault }, org, now)) ? 'operator' : null;
}

/** What is older than so many days at this moment, but for what is of somebody of whom something is held; null where nothing is. */
export async function agedRows(
  { store, vault }: SettingDeps,
  org: OrgId,
  { kind, days, now }: { readonly kind: EntryKind; readonly days: number; readonly now: UnixMs },
  checkpoints: readonly CheckpointRecord[],
): Promise<{ readonly by: CheckpointRecord; readonly rows: LetGoRows } | null> {
  const by = agedBy(checkpoints, now, days);
  if (by === null) return null;
  const { holds } = holdsView(await readRegister(store, vault, org, 'holds'), now);
  const except = [...new Set(holds.flatMap(({ state, person }) => (state === 'holds' ? [person] : [])))];
  return { by, rows: { kind, below: by.size, except } };
}

interface EntriesDeps extends SettingDeps {
  readonly store: SettingDeps['store'] & Pick<AuditTree, 'auditAmount' | 'checkpoints'>;
}

/** What there is of one kind, and for how long it is kept. */
export async function entriesView(
  deps: EntriesDeps,
  org: OrgId,
  kind: EntryKind,
  keeping: Pick<Keeping, 'days'>,
): Promise<EntriesView> {
  const days = (await readEntryDays(deps, org, keeping))[kind];
  const all = { kind, below: Number.MAX_SAFE_INTEGER, except: [] };
  const amount = await deps.store.auditAmount(org, all);
  return { kind, days, least: leastDays(kind, keeping), most: keptEntries[kind].most, ...amount };
}

/** What would be let go at once. */
export async function previewEntries(
  deps: EntriesDeps,
  org: OrgId,
  of: { readonly kind: EntryKind; readonly days: number; readonly now: UnixMs },
): Promise<AuditAmount> {
  const aged = await agedRows(deps, org, of, await deps.store.checkpoints(org));
  return aged === null ? { count: 0, oldest: null, newest: null } : deps.store.auditAmount(org, aged.rows);
}

/** Throws DaylightError `bad_request` for fewer or more days than are allowed. */
export function requireEntryDays(kind: EntryKind, days: number, keeping: Pick<Keeping, 'days'>): void {
  const [least, { most }] = [leastDays(kind, keeping), keptEntries[kind]];
  if (days >= least && days <= most) return;
  throw new DaylightError('bad_request', `days: expected a whole number from ${least} to ${most}`, {
    field: 'days',
    remedy: 'Who looked is kept for a year longer than anything that they may have looked at.',
  });
}

/** For so many days from now on. Durable when it resolves. */
export async function keepEntries(
  { store, vault }: { readonly store: Settings; readonly vault: Vault },
  org: OrgId,
  { kind, days, now }: { readonly kind: EntryKind; readonly days: number; readonly now: UnixMs },
): Promise<void> {
  const before = await readSetting(store, vault, { org, name: ENTRY_DAYS }, EntryDays);
  const usual = { access: keptEntries.access.usual, security_event: keptEntries.security_event.usual };
  const most = { access: keptEntries.access.most, security_event: keptEntries.security_event.most };
  const value: EntryDays = { ...(before === null ? usual : (before.value ?? most)), [kind]: days };
  await putSetting(store, vault, { org, name: ENTRY_DAYS, revision: (before?.revision ?? 0) + 1, at: now }, value);
}

export interface LetGoDeps extends SettingDeps {
  readonly store: SettingDeps['store'] & Pick<AuditTree, 'checkpoints' | 'agedEntries' | 'letGoEntries'>;
  readonly organisations: Pick<Organisations, 'signer'>;
  readonly clock: Clock;
}

/** Rows that are let go at once. */
const MOST = 500;

/** Lets go some of what is older than it is kept for. Returns how many; 0 when nothing is left. */
export async function letGoSome(deps: LetGoDeps, org: OrgId, kind: EntryKind, days: number): Promise<number> {
  const { store, organisations, clock } = deps;
  const at = clock.now();
  if ((await evidenceFor(deps, org, at)) !== null) return 0;
  const aged = await agedRows(deps, org, { kind, days, now: at }, await store.checkpoints(org));
  if (aged === null) return 0;
  const entries = await store.agedEntries(org, aged.rows, MOST);
  if (entries.length === 0) return 0;
  const { size, at: signedAt } = aged.by;
  const said: LetGo = { schema: 1, org, of: kind, at, days, size, signedAt, entries: runsOf(entries) };
  const signed = (await organisations.signer(org)).signAsServer('daylight/let-go/v1', said);
  try {
    await store.letGoEntries(org, kind, entries, { at, signed });
  } catch (error) {
    // Somebody was ended meanwhile, and their rows went: what is left is found again.
    if (!(error instanceof StoreError && error.code === 'conflict')) throw error;
  }
  return entries.length;
}
