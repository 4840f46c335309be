import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrgId, PersonId } from '../shared/ids.ts';
import type { IncidentContent, IncidentEvidence, IncidentView } from '../shared/protocol/http/incidents.ts';
import { AUTHORITY_HOURS } from '../shared/protocol/http/incidents.ts';
import { dayOf, HOUR, type UnixMs } from '../shared/time.ts';
import { createAccounts } from './api/accounts.ts';
import { changeIncident, incidentEvidence, openIncident } from './api/handlers/incidents.ts';
import { requireLeave } from './api/leave.ts';
import { ownIncidents } from './api/ownIncidents.ts';
import { checkProof } from './audit/checkProof.ts';
import { type Actor, organisation } from './authorize.ts';
import type { Clock } from './clock.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { initialise } from './initialise.ts';
import type { Random } from './random.ts';
import { createRegisters } from './records/registers.ts';
import { selfCheck } from './records/selfCheck.ts';
import type { PersonRecord } from './store/store.ts';

interface DrillOptions {
  readonly people: number;
  readonly looks: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface DrillStep {
  readonly step: 'prepare' | 'open' | 'clock' | 'tell' | 'find_more' | 'evidence' | 'close';
  readonly ms: number;
  /** What was not as it must be; empty: all was. */
  readonly wrong: readonly string[];
}

interface Drill {
  readonly drill: true;
  readonly steps: readonly DrillStep[];
  /** Whom it concerned first, and with what was found later. */
  readonly affected: readonly [number, number];
  readonly evidence: IncidentEvidence & { readonly drill: true };
}

/** Stands before everything that anybody could read of it. */
const DRILL = 'DRILL';

/**
 * An incident from the first report to the last, with the same steps as a real one, on people and looks that are made up, in a folder of its
 * own that is gone afterwards: nothing of it is in the registers or the audit tree of an organisation, from which it could never be taken out.
 */
export async function drillIncident({ people, looks, clock: real, random }: DrillOptions): Promise<Drill> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-incident-drill-'));
  try {
    let ahead = 0;
    const clock: Clock = { now: () => real.now() + ahead, mono: () => real.mono() };
    const { org, person: owner } = await initialise(
      folder,
      { organisation: `${DRILL} organisation`, ownerName: `${DRILL} owner`, ownerEmail: 'owner@drill.example' },
      { clock, random },
    );
    const foundation = await openFoundation({ data: folder, clock, random, create: false });
    try {
      const drilled = { foundation, clock, random, org, owner, people, looks };
      return await walkThrough(drilled, (ms) => void (ahead += ms));
    } finally {
      await foundation.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Drilled extends DrillOptions {
  readonly foundation: Foundation;
  readonly org: OrgId;
  readonly owner: PersonId;
}

async function walkThrough(drilled: Drilled, later: (ms: number) => void): Promise<Drill> {
  const { foundation, clock, org, owner } = drilled;
  const context = { ...foundation, clock, registers: createRegisters({ ...foundation, clock }) };
  const actor: Actor = { org, person: owner, role: 'owner', managesTeams: [], complete: true };
  const leave = requireLeave(actor, 'records.change', organisation(org));
  const steps: DrillStep[] = [];
  const timed = async <T>(step: DrillStep['step'], work: (wrong: Wrong) => Promise<T>): Promise<T> => {
    const [began, wrong] = [clock.mono(), [] as string[]];
    const done = await work((isWrong, what) => {
      if (isWrong) wrong.push(what);
    });
    steps.push({ step, ms: clock.mono() - began, wrong });
    return done;
  };
  const reason = `${DRILL}: nothing of this is real`;
  let revision = 0;
  const change = async (step: Parameters<typeof changeIncident>[3]['step']): Promise<IncidentView> => {
    const view = await changeIncident(context, leave, 1, { revision, step, reason });
    revision = view.revision;
    return only(view.incidents);
  };
  const findings = async () => (await selfCheck(context, org)).findings.filter(({ kind }) => kind === 'incident');
  const told = async (one: PersonRecord) => (await ownIncidents(context, one)).flatMap((each) => each.told).length;

  const made = await timed('prepare', () => prepare(drilled));
  const scope = { kind: 'looks' as const, readers: [made.taken.reader], from: made.from, to: made.to };
  const noticedAt = clock.now();
  const content: IncidentContent = { what: `${DRILL}: an account`, effects: ['confidentiality'], noticedAt, scope };
  const opened = await timed('open', async (wrong) => {
    const view = await openIncident(context, leave, { revision, content, reason });
    revision = view.revision;
    const incident = only(view.incidents);
    wrong(!isSame(incident, made.taken.seen), 'whom it concerns is not at whom that account looked');
    return incident;
  });
  await timed('clock', async (wrong) => {
    const [before] = await findings();
    wrong(
      before?.at !== noticedAt + AUTHORITY_HOURS * HOUR,
      'the self-check does not say until when the authority is told',
    );
    later((AUTHORITY_HOURS + 1) * HOUR);
    wrong((await findings()).length !== 1, 'the self-check says nothing after that time');
    await change({ kind: 'authority', outcome: 'told', on: dayOf(clock.now()) });
    wrong((await findings()).length !== 0, 'the self-check goes on after the authority was told');
  });
  await timed('tell', async (wrong) => {
    await change({ kind: 'tell', words: `${DRILL}: somebody used an account` });
    for (const one of made.everyone) {
      const expected = made.taken.seen.has(one.person) ? 1 : 0;
      wrong((await told(one)) !== expected, 'somebody reads what does not concern them, or not what does');
    }
  });
  const more = await timed('find_more', async (wrong) => {
    const readers = [made.taken.reader, made.other.reader];
    const known = await change({ kind: 'found', content: { ...content, scope: { ...scope, readers } } });
    const all = new Set([...made.taken.seen, ...made.other.seen]);
    wrong(!isSame(known, all) || known.toTell !== all.size, 'not everybody is to be told again of what was found');
    wrong(known.authorityBy !== opened.authorityBy, 'the clock of the authority began anew');
    return change({ kind: 'tell', words: `${DRILL}: it was more than we knew` });
  });
  const evidence = await timed('evidence', async (wrong) => {
    const bundle = await incidentEvidence(context, actor, 1);
    wrong(bundle.looks !== drilled.looks, 'a look is missing, or one too many');
    for (const proof of bundle.proofs) checkProof(proof, bundle.serverKey);
    return { drill: true as const, ...bundle };
  });
  await timed('close', async (wrong) => {
    wrong((await change({ kind: 'close' })).closedAt === null, 'it is not closed');
  });
  return { drill: true, steps, affected: [opened.affected.length, more.affected.length], evidence };
}

type Wrong = (isWrong: boolean, what: string) => void;

interface Reader {
  readonly reader: PersonId;
  readonly seen: ReadonlySet<PersonId>;
}

/** Two readers, one of whom was taken over, and each has looked at one half of the people, by turns. */
async function prepare({ foundation, clock, random, org, people, looks }: Drilled): Promise<{
  readonly everyone: readonly PersonRecord[];
  readonly taken: Reader;
  readonly other: Reader;
  readonly from: UnixMs;
  readonly to: UnixMs;
}> {
  const { store, vault } = foundation;
  const accounts = createAccounts({ store, vault, clock, random });
  const add = (role: 'manager' | 'employee', place: number) => {
    const who = { name: `${DRILL} ${role} ${place}`, email: `${role}${place}@drill.example`, role };
    return accounts.create({ org, ...who, teams: [], managesTeams: [], invitedBy: null });
  };
  const [taken, other] = [(await add('manager', 1)).person, (await add('manager', 2)).person];
  const everyone: PersonRecord[] = [];
  for (let place = 1; place <= people; place += 1) everyone.push(await add('employee', place));
  const from = clock.now();
  const seen = new Map<PersonId, Set<PersonId>>([taken, other].map((reader) => [reader, new Set()]));
  await Promise.all(
    Array.from({ length: looks }, (_, place) => {
      const subject = everyone[place % people]?.person ?? taken;
      const actor = (place % people) % 2 === 0 ? taken : other;
      seen.get(actor)?.add(subject);
      return store.recordAccess({
        ...{ org, at: from, actor, actorRole: 'manager', subject, action: 'day', purpose: 'working_time' },
        ...{ day: dayOf(from), parameters: ['app'], refused: false },
      });
    }),
  );
  const reader = (one: PersonId): Reader => ({ reader: one, seen: seen.get(one) ?? new Set() });
  return { everyone, taken: reader(taken), other: reader(other), from, to: from + 1 };
}

function isSame({ affected }: IncidentView, people: ReadonlySet<PersonId>): boolean {
  return affected.length === people.size && affected.every(({ person }) => people.has(person));
}

function only(incidents: readonly IncidentView[]): IncidentView {
  const [incident] = incidents;
  if (incident === undefined) throw new Error('the incident of the drill is not in its register');
  return incident;
}
