import { DaylightError } from '../../shared/errors.ts';
import { type DeviceId, ErasureId, type OrgId, type PersonId } from '../../shared/ids.ts';
import type { EndingState, OrderedBy } from '../../shared/protocol/http/endings.ts';
import type { HoldView } from '../../shared/protocol/http/holds.ts';
import type { UnixMs } from '../../shared/time.ts';
import { signErased } from '../audit/signErased.ts';
import type { Clock } from '../clock.ts';
import type { Connections } from '../control/control.ts';
import type { Erased } from '../control/erased.ts';
import type { Organisations } from '../control/signer.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { createLanes } from '../lanes.ts';
import type { Random } from '../random.ts';
import { type KeyStore, type Store, StoreError } from '../store/store.ts';
import { daysOfWeek, weekOf } from '../vault/epochs.ts';
import { type Sealed, type SealScope, unlessLost, type Vault } from '../vault/vault.ts';
import { type Backup, catalogued } from './backup/catalogue.ts';
import type { ClockBrake } from './clockBrake.ts';
import { requireEndable, requireOrganisationEndable } from './endable.ts';
import { type Ending, endingsIn, isClearing, isLetGo, leasesLeft, ofOrganisation } from './ended.ts';
import { asComputers, asEnded, type Computers, newsIn } from './endedComputers.ts';
import { firstKept, holdsOf, type Kept, keptBy, keptKeys, sealKept } from './keptForHold.ts';
import type { Ledger } from './ledger.ts';
import { type EndedDevice, hasReached, type LedgerEntry, MOST_DEVICES } from './ledgerEntry.ts';
import { destroyOrganisation, isOrganisationLeft, organisationCommitted } from './organisationEnding.ts';
import { type RoundLeft, startUntilDone } from './untilDone.ts';

export interface EndingDeps {
  readonly store: Store;
  readonly keyStore: Pick<KeyStore, 'countKeys' | 'dataKeyEpochs' | 'scrub' | 'backups'>;
  readonly vault: Pick<Vault, 'open' | 'seal' | 'endPerson' | 'endOrganisation' | 'destroyDataKeys'>;
  readonly organisations: Pick<Organisations, 'end' | 'signer'>;
  readonly ledger: Ledger;
  readonly erased: Pick<Erased, 'commit' | 'changed' | 'settled'>;
  readonly connections: Pick<Connections, 'ofPerson' | 'in'>;
  /** Asked before something counts as over because of the date. */
  readonly brake: Pick<ClockBrake, 'check'>;
  /** What was here before the last restore, where it is still kept: nobody looks into that. Throws DaylightError with what to do. */
  readonly requireNoneKept: () => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
  /** Makes the certificate of what the ledger says now. It can be asked again. */
  readonly certify: (ending: Ending) => Promise<unknown>;
  /** Whether what the ledger says now is in the recovery set too, where there is one: from an older one it could come back. */
  readonly recorded: () => Promise<boolean>;
  /** Told what keeps an ending from going on. It is tried again. */
  readonly failed: (cause: unknown) => void;
  /** Told of each state that was reached, once it is on the disk. */
  readonly reached?: (ending: Ending, state: EndingState) => void;
}

/** Whose account ends, and at whose word. */
export interface EndingOrder {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly by: OrderedBy;
}

/**
 * What ends accounts, and organisations, while the server runs. What a legal hold keeps stays where it is, under keys of its own and readable by nobody: the ending
 * is `scrubbed` then and waits; when a hold is over it is committed again, and takes along what no other one keeps. Its states: committed → keys destroyed → purged → scrubbed → verified empty → agents wiped → backups
 * expired → final. Each state is in the ledger before the next step begins, and every step can be repeated: whatever a crash has left, the next
 * start goes on with it. An organisation that a crash has left half ended is cleared by `cancellation.ts` before the next start opens anything,
 * and so is one that the host cancels: of those it does what comes after.
 */
export interface Endings {
  /**
   * Resolves when nothing of the person can be read any more: the account is closed, and every key of theirs destroyed. The rest follows by
   * itself. Throws DaylightError `not_found` where there is no such person, `conflict` where their account is being ended already.
   */
  end(order: EndingOrder): Promise<Ending>;
  /** As `end`, but resolves as soon as it is in the ledger and nobody is this person any more: what follows may take long. */
  begin(order: EndingOrder): Promise<EndingBegun>;
  /**
   * Resolves when nothing of the organisation can be read any more: nobody is anyone in it, and every key of it is destroyed. The rest follows by
   * itself. Where a step of that fails once it is in the ledger, `failed` is told, and it resolves in the state `committed`: it is decided, and is
   * tried again by itself, at once, then later, and at the next start. Throws DaylightError `conflict` where it is being ended already, or something keeps it from being ended (`requireOrganisationEndable`).
   */
  endOrganisation(order: Omit<EndingOrder, 'person'>): Promise<Ending>;
  /** As the ledger tells them now, those of one organisation, oldest first. */
  of(org: OrgId): readonly EndingNow[];
  /** One of them; null where there is none with this id. */
  one(ending: ErasureId): EndingNow | null;
  /** A computer of somebody whose account ended, or of an organisation that did; null for any other. */
  endedDevice(org: OrgId, device: DeviceId): EndedComputer | null;
  /** The ending of the whole organisation, that which has an order for its computers before any other; null where it has not ended. */
  endedOrganisation(org: OrgId): Ending | null;
  /** It has answered that it deleted everything: that counts for each of its endings. */
  wiped(computer: EndedComputer): Promise<void>;
  close(): Promise<void>;
}

/** By what the ledger has kept of it. */
export interface EndedComputer {
  readonly device: EndedDevice;
  /** Oldest first, one at least: where an account was being ended when its organisation was, there are two. */
  readonly endings: readonly [Ending, ...Ending[]];
}

/** An account that is closed, and as ended in the ledger; `ended` as `Endings.end`. */
export interface EndingBegun {
  readonly ended: Promise<Ending>;
}

export interface EndingNow extends Ending {
  /** Somebody's read holds a log that is to be emptied: what was deleted may lie in it until that has ended. */
  readonly isHeld: boolean;
}

/** Something that is to go, as it was: what is tried to be opened in the end. */
interface Sample {
  readonly scope: SealScope;
  readonly sealed: Sealed;
}

/** Resolves when whatever the ledger says was ended is fenced here too; goes on with the rest meanwhile. */
export async function startEndings(deps: EndingDeps): Promise<Endings> {
  const { ledger } = deps;
  const samples = new Map<ErasureId, readonly Sample[]>();
  const held = new Set<ErasureId>();
  /** Of those that wait for a legal hold: what the ledger said of them when their certificate was made. */
  const certified = new Map<ErasureId, number>();
  /** Final ones that may have no final certificate: a process may have ended in between, or its file could not be written. */
  const uncertified = new Set<ErasureId>();
  const lanes = createLanes<PersonId>();
  const organisationLanes = createLanes<OrgId>();
  const answers = createLanes<DeviceId>();

  let read: { readonly entries: number; readonly endings: readonly Ending[] } = { entries: 0, endings: [] };
  // Every computer that says hello asks, and of an organisation thousands may.
  const all = (): readonly Ending[] => {
    const { length: entries } = ledger.entries;
    if (read.entries !== entries) read = { entries, endings: endingsIn(ledger.entries) };
    return read.endings;
  };
  const now = (which: ErasureId): Ending => all().find(({ ending }) => ending === which) ?? missing();

  const toldNow = (one: Ending): EndingNow => ({ ...one, isHeld: held.has(one.ending) });

  async function reach(which: Ending, state: Exclude<EndingState, 'committed'>): Promise<Ending> {
    const before = now(which.ending);
    if (hasReached(before.state, state)) return before;
    const { ending, org, person } = which;
    await ledger.append({ at: deps.clock.now(), ending, org, person, state });
    const after = now(ending);
    deps.reached?.(after, state);
    return after;
  }

  /** What came back with an older copy of the data is as if it had never been ended. */
  async function commitAgain(which: Ending, more: Computers = NO_COMPUTERS, kept = which.kept): Promise<void> {
    const { ending, org, person, by, counts } = which;
    const keeps = kept === null ? {} : { kept };
    await ledger.append({
      at: deps.clock.now(),
      ending,
      org,
      person,
      state: 'committed',
      by,
      counts,
      ...more,
      ...keeps,
    });
    deps.reached?.(now(ending), 'committed');
  }

  /** Between the order and the fence a computer may have been enrolled, or given a longer lease: it is told to wipe, and waited for, too. */
  async function noteLate(which: OfPerson): Promise<void> {
    const found = await computersOf(deps.store, which);
    if (newsIn(now(which.ending), found.devices).length > 0) await commitAgain(which, found);
  }

  async function clear(which: OfPerson): Promise<'held' | 'kept' | 'cleared'> {
    const { ending, org, person } = which;
    await lanes.run(person, async () => {
      // The keys of what is kept are named by the place of each hold among all of them: none is left out before they are all made.
      await destroy(ofNow(which));
      await letGoOfWhatIsOver(which);
      await destroy(ofNow(which));
    });
    const { kept } = now(ending);
    if (kept !== null && certified.get(ending) === saidOf(now(ending))) return 'kept';
    if (!hasReached(now(ending).state, 'purged')) await purge(ofNow(which));
    if (!((await deps.store.scrub()) && (await deps.keyStore.scrub()))) {
      held.add(ending);
      return 'held';
    }
    held.delete(ending);
    await reach(which, 'scrubbed');
    await deps.requireNoneKept();
    const keys = kept === null ? null : await keptKeys(deps, which, kept, await holdsNow(which));
    if (keys !== null && keys.over.length > 0) {
      await purge(ofNow(which)); // a hold is over since
      return clear(which);
    }
    const most = { below: belowKept(kept), keys: keys?.held.length ?? 0 };
    if (await isLeft(deps, { org, person }, most, samples.get(ending) ?? [])) {
      await purge(ofNow(which));
      throw somethingLeft();
    }
    samples.delete(ending);
    if (kept !== null) {
      if (!(await deps.recorded())) return 'kept';
      await deps.certify(now(ending));
      certified.set(ending, saidOf(now(ending)));
      return 'kept';
    }
    await reach(which, 'verified_empty');
    return 'cleared';
  }

  async function clearOrganisation(which: Ending): Promise<'held' | 'cleared'> {
    const { ending, org } = which;
    await organisationLanes.run(org, () => fenceOrganisation(which));
    if (!hasReached(now(ending).state, 'purged')) await purgeOrganisation(which);
    if (!((await deps.store.scrub()) && (await deps.keyStore.scrub()))) {
      held.add(ending);
      return 'held';
    }
    held.delete(ending);
    await reach(which, 'scrubbed');
    await deps.requireNoneKept();
    if (await isOrganisationLeft(deps, org)) {
      await purgeOrganisation(which);
      throw somethingLeft();
    }
    await reach(which, 'verified_empty');
    return 'cleared';
  }

  async function fenceOrganisation(which: Ending): Promise<void> {
    if (hasReached(now(which.ending).state, 'keys_destroyed')) return;
    await destroyOrganisation(deps, which);
    await reach(which, 'keys_destroyed');
  }

  async function purgeOrganisation(which: Ending): Promise<void> {
    await deps.erased.settled();
    await deps.vault.endOrganisation(which.org);
    await deps.store.eraseOrganisation(which.org);
    await reach(which, 'purged');
  }

  /** Released, or past its last day: what no other hold keeps is ended as the rest was. */
  async function letGoOfWhatIsOver(which: OfPerson): Promise<void> {
    const { kept } = now(which.ending);
    if (kept === null) return;
    const holding = new Set((await holdsNow(which)).map(({ number }) => number));
    const holds = kept.holds.filter((number) => holding.has(number));
    if (holds.length === kept.holds.length) return;
    await commitAgain(ofNow(which), NO_COMPUTERS, holds.length === 0 ? null : { ...kept, holds });
  }

  /** Somebody may have approved a hold while the order was being written down. */
  async function keepWhatIsHeldSince(which: OfPerson): Promise<void> {
    const kept = await keptBy(deps, which, await holdsNow(which));
    const isNews = kept?.holds.some((number) => which.kept?.holds.includes(number) !== true) === true;
    if (isNews) await commitAgain(which, NO_COMPUTERS, kept);
  }

  function holdsNow(which: Pick<OfPerson, 'org' | 'person'>): Promise<readonly HoldView[]> {
    return holdsOf(deps, which, deps.clock.now(), deps.brake.check() === 'free' ? 'trusted' : 'doubted');
  }

  async function destroy(which: OfPerson, fenced?: () => void): Promise<void> {
    if (hasReached(now(which.ending).state, 'keys_destroyed')) return;
    await fence(deps, which);
    fenced?.();
    await noteLate(which);
    const isFirst = !which.history.some(({ state }) => state === 'keys_destroyed');
    // Of an organisation that has ended nothing is written any more, nor is this: it would be there again.
    const hasEnded = all().some((one) => one.org === which.org && ofOrganisation(one));
    if (which.by === 'host' && isFirst && !hasEnded) await noteEnded(deps, which);
    const { kept } = which;
    if (kept !== null) {
      const holds = await holdsNow(which);
      if (!isLetGo(which)) await sealKept(deps, which, kept, holds);
      await deps.vault.destroyDataKeys((await keptKeys(deps, which, kept, holds)).over);
    }
    await deps.vault.endPerson(which.org, which.person, belowKept(kept));
    await reach(which, 'keys_destroyed');
  }

  async function purge(which: OfPerson): Promise<void> {
    const { org, person, kept } = which;
    await deps.erased.commit(which);
    await deps.vault.endPerson(org, person, belowKept(kept));
    if (kept !== null) {
      const { over } = await keptKeys(deps, which, kept, await holdsNow(which));
      await deps.vault.destroyDataKeys(over);
      for (const { parameter, epoch } of over)
        await deps.store.purgeEpochs(org, person, parameter, ...daysOfWeek(weekOf(epoch)), [epoch]);
    }
    const said = await signErased(deps.organisations, org, deps.clock.now());
    await deps.store.erasePerson(org, person, said, { below: belowKept(kept) });
    deps.erased.changed(which);
    await reach(which, 'purged');
  }

  function ofNow({ ending }: OfPerson): OfPerson {
    const found = now(ending);
    return isOfPerson(found) ? found : missing();
  }

  /** Nothing of it is here any more. True while it waits for a day, or for a computer. */
  async function outlive(which: Ending): Promise<boolean> {
    if (which.state === 'final') {
      await deps.certify(which);
      uncertified.delete(which.ending);
      return false;
    }
    if (which.state === 'verified_empty') {
      if (ofOrganisation(which)) await deps.requireNoneKept();
      // As long as an older recovery set is the only one, keys of it are in there.
      if (!(await deps.recorded())) return true;
      await deps.certify(which);
    }
    const time = deps.clock.now();
    if (leasesLeft(which).some((until) => until > time || deps.brake.check() !== 'free')) return true;
    await reach(which, 'agents_wiped');
    if ((await backupsWith(deps.keyStore, which, deps.clock.now())).length > 0) return true;
    await reach(which, 'backups_expired');
    if (!(await deps.recorded())) return true;
    uncertified.add(which.ending);
    return outlive(await reach(which, 'final'));
  }

  async function round(isClosing: () => boolean): Promise<RoundLeft> {
    const left = new Set<RoundLeft>();
    for (const one of all().filter(({ ending, state }) => state !== 'final' || uncertified.has(ending))) {
      if (isClosing()) break;
      try {
        const cleared = isClearing(one) ? await (isOfPerson(one) ? clear(one) : clearOrganisation(one)) : 'cleared';
        if (cleared !== 'cleared') left.add(cleared === 'held' ? 'held' : 'waiting');
        const after = now(one.ending);
        if (!isClearing(after) && (await outlive(after))) left.add('waiting');
      } catch (cause) {
        if (!(cause instanceof StoreError && cause.code === 'closed')) deps.failed(cause);
        left.add('failed');
      }
    }
    return order.find((one) => left.has(one)) ?? 'nothing';
  }

  function end({ org, person, by }: EndingOrder, begun?: () => void): Promise<Ending> {
    return lanes.run(person, async () => {
      if (all().some((one) => one.org === org && one.person === person)) throw endedAlready();
      const found = await committed(deps, { org, person, by });
      await deps.ledger.append(found.entry);
      const ending = now(found.entry.ending);
      deps.reached?.(ending, 'committed');
      samples.set(ending.ending, found.samples);
      if (!isOfPerson(ending)) throw new Error('the ending of a person is of nobody');
      // Whatever fails from here on is tried again: the ledger says that it was ended.
      await keepWhatIsHeldSince(ending)
        .then(() => destroy(ofNow(ending), begun))
        .finally(() => rounds.wake());
      return now(ending.ending);
    });
  }

  for (const one of all().filter(isOfPerson)) {
    await fence(deps, one);
    if (!isClearing(one) && (await isLeft(deps, one, { keys: 0 }, []))) await commitAgain(one, NO_COMPUTERS, null);
  }
  for (const { ending, state } of all()) if (state === 'final') uncertified.add(ending);
  const rounds = startUntilDone(round);

  return {
    end: (order) => end(order),
    begin: (order) =>
      new Promise((resolve, reject) => {
        const ended = end(order, () => resolve({ ended }));
        ended.catch(reject);
      }),
    endOrganisation: ({ org, by }) =>
      organisationLanes.run(org, async () => {
        if (all().some((one) => one.org === org && ofOrganisation(one))) throw organisationEndedAlready();
        await requireOrganisationEndable(deps, org);
        const whose = { ending: ErasureId.parse(deps.random.uuid()), org, by };
        await ledger.append(await organisationCommitted(deps, whose, deps.clock.now()));
        deps.reached?.(now(whose.ending), 'committed');
        await fenceOrganisation(now(whose.ending)).catch(deps.failed);
        rounds.wake();
        return now(whose.ending);
      }),
    of: (org) =>
      all()
        .filter((one) => one.org === org)
        .map(toldNow),
    one(which) {
      const found = all().find(({ ending }) => ending === which);
      return found === undefined ? null : toldNow(found);
    },
    endedDevice(org, device) {
      const ofIt = (one: Ending): EndedDevice | undefined =>
        one.org === org ? one.devices.find((own) => own.device === device) : undefined;
      const [first, ...more] = all().filter((one) => ofIt(one) !== undefined);
      const own = first === undefined ? undefined : ofIt(first);
      return first === undefined || own === undefined ? null : { device: own, endings: [first, ...more] };
    },
    endedOrganisation(org) {
      const whole = all().filter((one) => one.org === org && ofOrganisation(one));
      return whole.find(({ order }) => order !== null) ?? whole[0] ?? null;
    },
    wiped: ({ device: { device }, endings }) =>
      answers.run(device, async () => {
        for (const { ending, org, person } of endings) {
          if (now(ending).wiped.has(device)) continue;
          await ledger.append({ at: deps.clock.now(), ending, org, person, state: 'device_wiped', device });
        }
        rounds.wake();
      }),
    close: () => rounds.close(),
  };
}

/** Of several, the one that is asked again first. */
const order = ['held', 'failed', 'waiting'] as const;

type OfPerson = Ending & { readonly person: PersonId };

function isOfPerson(ending: Ending): ending is OfPerson {
  return ending.person !== null;
}

/** What there is now, written down; and something of it, to try in the end. */
async function committed(
  { store, vault, clock, random, brake }: EndingDeps,
  { org, person, by }: EndingOrder,
): Promise<{ readonly entry: LedgerEntry; readonly samples: readonly Sample[] }> {
  const record = await store.person(org, person);
  if (record === null) throw new DaylightError('not_found', 'there is no such person');
  await requireEndable({ store }, record);
  const { days, counts } = await store.holdingsOf(org, person);
  const whose = { at: clock.now(), ending: ErasureId.parse(random.uuid()), org, person };
  const trust = brake.check() === 'free' ? 'trusted' : 'doubted';
  const kept = await keptBy({ store }, whose, await holdsOf({ store, vault }, whose, whose.at, trust));
  const entry: LedgerEntry = {
    ...{ ...whose, state: 'committed', by, counts: { days, ...counts } },
    ...(await computersOf(store, { org, person })),
    ...(kept === null ? {} : { kept }),
  };
  return { entry, samples: await samplesOf(store, org, person) };
}

const NO_COMPUTERS: Computers = { devices: [], leaseUntil: null };

async function computersOf(
  store: Pick<Store, 'devices'>,
  { org, person }: Pick<EndingOrder, 'org' | 'person'>,
): Promise<Computers> {
  return asComputers((await store.devices(org, [person])).slice(-MOST_DEVICES).map(asEnded));
}

/** The first that is stored of each parameter. */
async function samplesOf(store: Store, org: OrgId, person: PersonId): Promise<readonly Sample[]> {
  const firsts = new Map((await store.held(org, person)).toReversed().map((one) => [one.parameter, one.day]));
  const samples: Sample[] = [];
  for (const [parameter, day] of firsts) {
    const [segment] = await store.segments(org, person, parameter, day, day);
    if (segment !== undefined) samples.push({ scope: segmentScope(segment), sealed: segment.sealed });
  }
  return samples;
}

/** From here on nobody is this person, and their computers are told so. */
async function fence(
  { store, connections }: Pick<EndingDeps, 'store' | 'connections'>,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
): Promise<void> {
  await store.closeAccount(org, person);
  for (const connection of connections.ofPerson(org, person)) connection.wipe('person_removed');
}

/** Of the console's the handler does, with who it was. Whose account it was says the ledger alone. After a crash it may be there twice. */
async function noteEnded({ store, clock }: Pick<EndingDeps, 'store' | 'clock'>, { org }: Ending): Promise<void> {
  const detail = 'an account was ended on the host';
  await store.recordSecurityEvent({ org, at: clock.now(), kind: 'account_ended', person: null, detail });
}

/** Asked of store and key store; and something of it is tried to be opened. `most`: what is kept. */
async function isLeft(
  { store, keyStore, vault }: EndingDeps,
  { org, person }: Pick<OfPerson, 'org' | 'person'>,
  most: { readonly below?: number | undefined; readonly keys: number },
  samples: readonly Sample[],
): Promise<boolean> {
  if ((await store.person(org, person)) !== null) return true;
  if ((await store.holdingsOf(org, person, most.below)).records > 0) return true;
  if ((await keyStore.countKeys(org, person)) > most.keys) return true;
  for (const { scope, sealed } of samples) if ((await unlessLost(vault.open(scope, sealed))) !== null) return true;
  return false;
}

/** Lines of the ledger about it: a computer may say that it has deleted everything while the rest waits. */
function saidOf({ history, wiped }: Ending): number {
  return history.length + wiped.size;
}

function belowKept(kept: Kept | null): number | undefined {
  return kept === null ? undefined : firstKept(kept);
}

/**
 * Backups that may have something of it, and whose key is there still: those that were begun before it was found that nothing is left. A clock
 * that was ahead dates them later than they are, so that it is the ledger that they knew which tells; where that is not on record, the time.
 */
export async function backupsWith(
  keyStore: Pick<KeyStore, 'backups'>,
  which: Pick<Ending, 'times' | 'emptySince'>,
  now: UnixMs,
): Promise<readonly Backup[]> {
  return (await catalogued(keyStore)).filter((one) => one.wrapped !== null && mayHave(one, which, now));
}

/** Backups that may have something of it, whose key is destroyed and whose files lie where the server could not take them away. */
export async function filesLeftWith(
  keyStore: Pick<KeyStore, 'backups'>,
  which: Pick<Ending, 'times' | 'emptySince'>,
  now: UnixMs,
): Promise<readonly Backup[]> {
  return (await catalogued(keyStore)).filter(
    (one) => one.wrapped === null && one.detail.left && mayHave(one, which, now),
  );
}

function mayHave(
  { at, detail: { ledger } }: Backup,
  { times, emptySince }: Pick<Ending, 'times' | 'emptySince'>,
  now: UnixMs,
): boolean {
  const emptyAt = times.get('verified_empty');
  if (emptySince === null || emptyAt === undefined) return true;
  return ledger === null ? at <= emptyAt || at > now : ledger < emptySince;
}

function missing(): never {
  throw new Error('an ending that is not in the ledger');
}

function endedAlready(): DaylightError {
  return new DaylightError('conflict', 'this account is being ended already', {
    remedy: 'See how far it is among the endings.',
  });
}

function organisationEndedAlready(): DaylightError {
  return new DaylightError('conflict', 'this organisation is being ended already', {
    remedy: 'Nothing more needs to be done: it goes on by itself, until nothing is left.',
  });
}

function somethingLeft(): DaylightError {
  return new DaylightError('conflict', 'something that was ended was found again, and taken away again', {
    remedy: 'If this goes on, another process writes into the data folder: stop it.',
  });
}
