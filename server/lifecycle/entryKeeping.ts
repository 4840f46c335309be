import { z } from 'zod';
import type { Checkpoint } from '../../shared/audit/checkpoint.ts';
import { EntryKind, type LeafNumber } from '../../shared/audit/leaf.ts';
import { keptEntries, type LetGo } from '../../shared/audit/letGo.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { EntriesView } from '../../shared/protocol/http/retention.ts';
import type { Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import { readAlarms } from '../audit/acknowledgements.ts';
import { runsOf } from '../audit/entry.ts';
import { agedBy } from '../audit/letGo.ts';
import { sha256 } from '../audit/sha256.ts';
import { checkpointBy } from '../audit/signed.ts';
import { joined, nodesOf } from '../audit/tree.ts';
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
  type Audit,
  type AuditAmount,
  type AuditTree,
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

interface AgedDeps extends SettingDeps {
  readonly store: SettingDeps['store'] &
    Pick<AuditTree, 'auditEdge' | 'auditNodes' | 'checkpoints'> &
    Pick<Audit, 'alarms'>;
  readonly organisations: Pick<Organisations, 'signer'>;
}

/**
 * What is older than so many days at this moment, but for what is of somebody of whom something is held; null where nothing is, and where it cannot
 * be told what is held.
 */
async function agedRows(
  deps: AgedDeps,
  org: OrgId,
  { kind, days, now }: { readonly kind: EntryKind; readonly days: number; readonly now: UnixMs },
): Promise<{ readonly by: Signed; readonly rows: LetGoRows } | null> {
  const aged = agedBy(await signedCheckpoints(deps, org), now, days);
  if (aged === null || !(await isOfTree(deps.store, org, aged))) return null;
  const spared = kind === 'security_event' ? await openAlarms(deps, org, now) : [];
  const { holds, unreadable } = holdsView(await readRegister(deps.store, deps.vault, org, 'holds'), now);
  if (unreadable > 0) return null;
  const except = [...new Set(holds.flatMap(({ state, person }) => (state === 'holds' ? [person] : [])))];
  return { by: aged.signed, rows: { kind, below: aged.size, except, spared } };
}

/** Nobody has looked into these yet. Not for ever: what is older than any security event may be kept is let go with the others. */
async function openAlarms(deps: AgedDeps, org: OrgId, now: UnixMs): Promise<readonly LeafNumber[]> {
  const all = (await readAlarms(deps, org)).all.flatMap(({ seq, acknowledged }) =>
    acknowledged === null ? [seq] : [],
  );
  if (all.length === 0) return [];
  const last = agedBy(await signedCheckpoints(deps, org), now, keptEntries.security_event.most);
  return all.filter((seq) => last === null || seq >= last.size).slice(0, MOST);
}

/** By what is signed, and not by what stands beside it: whoever can write into the database would make of a young tree an old one. */
async function signedCheckpoints({ store, organisations }: AgedDeps, org: OrgId) {
  const stored = await store.checkpoints(org);
  if (stored.length === 0) return [];
  const { serverKey } = (await organisations.signer(org)).identity;
  return stored.flatMap(({ signed }) => {
    const said = checkpointBy({ org, serverKey }, signed);
    return said === null ? [] : [{ ...said, signed }];
  });
}

async function isOfTree(
  store: Pick<AuditTree, 'auditEdge' | 'auditNodes'>,
  org: OrgId,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<boolean> {
  if (size === 0 || size > (await store.auditEdge(org)).size) return false;
  const hashes = await store.auditNodes(org, nodesOf({ from: 0, to: size }));
  return Buffer.from(joined(sha256, hashes)).toString('hex') === root;
}

interface EntriesDeps extends SettingDeps {
  readonly store: SettingDeps['store'] & Pick<AuditTree, 'auditAmount'>;
}

/** What there is of one kind, and for how long it is kept. */
export async function entriesView(
  deps: EntriesDeps,
  org: OrgId,
  kind: EntryKind,
  keeping: Pick<Keeping, 'days'>,
): Promise<EntriesView> {
  const days = (await readEntryDays(deps, org, keeping))[kind];
  const all = { kind, below: Number.MAX_SAFE_INTEGER, except: [], spared: [] };
  const amount = await deps.store.auditAmount(org, all);
  return { kind, days, least: leastDays(kind, keeping), most: keptEntries[kind].most, ...amount };
}

/** What would be let go at once. */
export async function previewEntries(
  deps: EntriesDeps & AgedDeps,
  org: OrgId,
  of: { readonly kind: EntryKind; readonly days: number; readonly now: UnixMs },
): Promise<AuditAmount> {
  const aged = await agedRows(deps, org, of);
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

export interface LetGoDeps extends AgedDeps {
  readonly store: AgedDeps['store'] & Pick<AuditTree, 'agedEntries' | 'letGoEntries'>;
  readonly clock: Clock;
}

/** Rows that are let go at once; and open alarms that are spared, the newest. */
const MOST = 500;

/** Lets go some of what is older than it is kept for. Returns how many; 0 when nothing is left. */
export async function letGoSome(deps: LetGoDeps, org: OrgId, kind: EntryKind, days: number): Promise<number> {
  const { store, organisations, clock } = deps;
  const at = clock.now();
  if ((await evidenceFor(deps, org, at)) !== null) return 0;
  const aged = await agedRows(deps, org, { kind, days, now: at });
  if (aged === null) return 0;
  const entries = await store.agedEntries(org, aged.rows, MOST);
  if (entries.length === 0) return 0;
  const said: LetGo = { schema: 1, org, of: kind, at, days, by: aged.by, entries: runsOf(entries) };
  const signed = (await organisations.signer(org)).signAsServer('daylight/let-go/v1', said);
  try {
    await store.letGoEntries(org, kind, entries, { at, signed });
  } catch (error) {
    // Somebody was ended meanwhile, and their rows went: what is left is found again.
    if (!(error instanceof StoreError && error.code === 'conflict')) throw error;
  }
  return entries.length;
}
